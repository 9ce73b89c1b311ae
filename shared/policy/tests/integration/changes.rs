//! What changes from one version to the next is classed, said and told before it applies.

use jiff::civil::date;
use kernel::Language;
use policy::diff::diff;
use policy::render::document;
use policy::{Announced, Archive, Change, Inventory, Lacking, Notice, Profile, Published, archive, changes_since, inventory, lacking};

use crate::configurations::{Configuration, configurations, present};

const TEXT: &str = include_str!("../../inventory.toml");

fn wallet() -> Configuration {
    configurations().into_iter().find(|one| one.profile == Profile::Wallet && one.is_widest()).unwrap()
}

fn now() -> Published {
    Published::from(&wallet().rendered().document)
}

/// An edit of the inventory's text: what is there, and what is there instead.
type Edit = (&'static str, &'static str);

/// The inventory with an edit, of the first place behind `after`.
fn edited(after: &str, (from, to): Edit) -> &'static Inventory {
    let (before, rest) = TEXT.split_at(TEXT.find(after).unwrap_or_else(|| panic!("the test looks for `{after}`")));
    assert!(rest.contains(from), "the test changes `{from}`, which is not there");
    inventory_of(&format!("{before}{}", rest.replacen(from, to, 1)))
}

fn inventory_of(text: &str) -> &'static Inventory {
    Box::leak(Box::new(Inventory::parse(text).unwrap()))
}

fn published(inventory: &'static Inventory) -> Published {
    let configuration = wallet();
    Published::from(&document(inventory, configuration.profile, &configuration.deployment))
}

const ACCOUNT: &str = "id = \"account\"";
const FEEDBACK: &str = "id = \"feedback\"";

/// One edit for each kind of material change, as the new version has it.
const MATERIAL: [(&str, &str, Edit); 12] = [
    (
        "new-fields",
        ACCOUNT,
        ("{ name = \"locale\"", "{ name = \"nickname\", category = \"content\", personal = true },\n  { name = \"locale\""),
    ),
    ("receives-more", "id = \"openai\"", ("fields = [\"bubble_text\"]", "fields = [\"bubble_text\", \"bubble_side\"]")),
    ("new-purpose", FEEDBACK, ("purpose = \"feedback\"", "purpose = \"analytics\"")),
    ("kept-longer", FEEDBACK, ("for = \"180d\"", "for = \"181d\"")),
    ("fields-kept-longer", "id = \"generation\"", (", retention = { while = \"generation\", promise = \"AN-07\" }", "")),
    ("processor-keeps-longer", "id = \"openai\"", ("for = \"30d\"", "for = \"31d\"")),
    ("backup-longer", "[[backups]]", ("kept = \"7d\"", "kept = \"8d\"")),
    ("erasure-later", "[erasure]", ("within = \"30d\"", "within = \"31d\"")),
    ("lost-erasure", ACCOUNT, ("erasure = \"delete\"", "erasure = \"anonymise\"")),
    ("lost-export", ACCOUNT, ("export = { file = \"profile.json\" }", "export = { excluded = \"A reason\" }")),
    (
        "processor-region",
        "id = \"openai\"",
        ("region = \"United States\"", "region = \"any country in which Google or its agents have facilities\""),
    ),
    ("cookie-longer", "name = \"trial\"\nends_with", ("ends_with = \"trial\"", "for = \"2d\"")),
];

/// One cut for each kind of thing that is new: what the old version lacked.
const NEW: [(&str, &str); 3] =
    [("new-processor", "id = \"gemini\""), ("new-cookie", "name = \"sign-in\""), ("new-on-device", "place = \"cache:pictures\"")];

/// The inventory without the table that begins before `key`, up to the next table or comment between tables.
fn without(key: &str) -> String {
    let start = TEXT[..TEXT.find(key).unwrap()].rfind("[[").unwrap();
    let kind = &TEXT[start..=start + TEXT[start..].find("]]").unwrap()];
    let length =
        TEXT[start + 2..].match_indices("\n[[").find(|(at, _)| !TEXT[start + 2 + at + 1..].starts_with(&kind.replace("]", ".receives]")));
    let end = start + 2 + length.unwrap().0;
    format!("{}{}", &TEXT[..start], &TEXT[end..])
}

fn kinds(changes: &[Change], material: bool) -> Vec<&'static str> {
    changes.iter().filter(|change| change.is_material() == material).map(Change::kind).collect()
}

#[test]
fn an_72_every_kind_of_material_change_is_seen_and_classed() {
    for (kind, after, edit) in MATERIAL {
        let changes = diff(&now(), &published(edited(after, edit)));
        assert!(kinds(&changes, true).contains(&kind), "{kind}: {changes:?}");
    }
    for (kind, key) in NEW {
        let changes = diff(&published(inventory_of(&without(key))), &now());
        assert!(kinds(&changes, true).contains(&kind), "{kind}: {changes:?}");
    }
}

/// A class of data cannot be left out of the inventory, so it is left out of what was published.
fn without_feedback() -> Published {
    let mut old = serde_json::to_value(wallet().rendered().document).unwrap();
    old["entries"].as_array_mut().unwrap().retain(|entry| entry["id"] != "feedback");
    Published::parse(&old.to_string()).unwrap()
}

#[test]
fn an_72_a_new_class_of_data_and_a_new_region_are_material() {
    let changes = diff(&without_feedback(), &now());
    assert_eq!(kinds(&changes, true), ["new-data"]);
    assert_eq!(
        changes[0].sentence(Language::English),
        "We begin to keep “What somebody wrote to us with the form for feedback, and the address for an answer where they gave one” to hear what you tell \
         us, for 180 days."
    );
    assert_eq!(
        changes[0].sentence(Language::Japanese),
        "「フォームでいただいたご意見」を新たに保存します（目的：ご意見を伺うこと、期間：180日）。"
    );
    let configuration = wallet();
    let moved = policy::Deployment { region: "eu-central-1".into(), ..configuration.deployment };
    let changes = diff(&now(), &Published::from(&document(inventory(), Profile::Wallet, &moved)));
    assert_eq!(kinds(&changes, true), ["new-region"]);
}

/// What was agreed no longer is: the same processor keeps more.
#[test]
fn an_72_zero_retention_that_is_lost_is_material() {
    let configuration = configurations().into_iter().find(|one| one.profile == Profile::Ephemeral && one.is_widest()).unwrap();
    let mut new = serde_json::to_value(configuration.rendered().document).unwrap();
    let old = Published::parse(&new.to_string()).unwrap();
    new["zero_retention"].as_array_mut().unwrap().retain(|id| id != "openai");
    let changes = diff(&old, &Published::parse(&new.to_string()).unwrap());
    assert_eq!(kinds(&changes, true), ["processor-keeps-longer"]);
    assert_eq!(changes[0].sentence(Language::English), "OpenAI keeps what it receives longer than before: for up to 30 days.");
}

/// Whoever takes the business over is told of to everybody with an account: a notice, never marketing.
#[test]
fn ip_17_another_operator_is_a_material_change_with_a_notice_of_its_own() {
    let configuration = wallet();
    let sold =
        policy::Deployment { service: "Portraits".into(), contact: "https://example.org/ask".parse().unwrap(), ..configuration.deployment };
    let changes = diff(&now(), &Published::from(&document(inventory(), Profile::Wallet, &sold)));
    assert_eq!(kinds(&changes, true), ["new-operator"]);
    let notice = Notice::of(&changes, date(2027, 3, 1)).unwrap();
    assert!(notice.en.text.contains("it is Portraits, and questions go to https://example.org/ask."), "{}", notice.en.text);
    assert!(notice.ja.text.contains("今後はPortraitsとなり") && notice.ja.subject.contains("2027年3月1日"), "{notice:?}");
}

/// Nothing more is kept, and nothing longer: the same edits the other way round, and words.
#[test]
fn an_72_less_and_other_words_are_editorial() {
    for (kind, after, edit) in MATERIAL.into_iter().filter(|(kind, ..)| *kind != "new-purpose" && *kind != "processor-region") {
        let changes = diff(&published(edited(after, edit)), &now());
        assert_eq!(kinds(&changes, true), [""; 0], "{kind}");
    }
    for (kind, key) in NEW {
        let changes = diff(&now(), &published(inventory_of(&without(key))));
        assert_eq!((kinds(&changes, true), kinds(&changes, false).contains(&"gone")), (vec![], true), "{kind}");
    }
    let words = published(edited(FEEDBACK, ("what = \"What somebody", "what = \"All that somebody")));
    assert_eq!(kinds(&diff(&now(), &words), false), ["reworded"]);
    let theme = published(inventory_of(&without("place = \"localstorage:theme\"")));
    assert_eq!(kinds(&diff(&theme, &now()), false), ["about-nobody"], "it says nothing of a person");
    let later = published(edited("version = ", (inventory().version(), "2030-01-01")));
    assert_eq!(diff(&now(), &later), [Change::Wording]);
    assert_eq!(diff(&now(), &now()), []);
}

#[test]
fn an_72_a_change_is_one_plain_sentence_in_both_languages() {
    for (kind, after, edit) in MATERIAL {
        for change in diff(&now(), &published(edited(after, edit))) {
            let (en, ja) = (change.sentence(Language::English), change.sentence(Language::Japanese));
            assert!(en.ends_with('.') && ja.ends_with('。') && !en.contains('\n'), "{kind}: {en} {ja}");
            assert!(!ja.contains("A ") && ja.chars().any(|letter| ('ぁ'..='ん').contains(&letter)), "{kind}: {ja}");
        }
    }
}

/// The present version in force, and a later one with `text` and this day of effect.
fn after_deployment(text: &str, version: &str, effective: Option<&str>) -> &'static Inventory {
    let effective = effective.map(|day| format!("effective = \"{day}\"\n")).unwrap_or_default();
    let rule = format!("promise = \"AN-72\"\nin_force = \"{}\"\n{effective}", inventory().version());
    let text = text.replacen("promise = \"AN-72\"\n", &rule, 1);
    inventory_of(&text.replacen(&format!("version = \"{}\"", inventory().version()), &format!("version = \"{version}\""), 1))
}

/// What the wallet's policy by `inventory` lacks where `old` is in force.
fn gate(old: &Published, inventory: &'static Inventory, notices: Vec<Announced>) -> Vec<Lacking> {
    let archive = Archive { versions: vec![old.clone()], notices };
    lacking(inventory, &archive, &[published(inventory)])
}

fn edited_text(after: &str, (from, to): Edit) -> String {
    let (before, rest) = TEXT.split_at(TEXT.find(after).unwrap());
    format!("{before}{}", rest.replacen(from, to, 1))
}

/// What is in force and the text of what comes, for each kind of material change.
fn material() -> Vec<(&'static str, Published, String)> {
    let edits = MATERIAL.into_iter().map(|(kind, after, edit)| (kind, now(), edited_text(after, edit)));
    let cuts = NEW.into_iter().map(|(kind, key)| (kind, published(inventory_of(&without(key))), TEXT.to_owned()));
    edits.chain(cuts).chain([("new-data", without_feedback(), TEXT.to_owned())]).collect()
}

/// The gate: it fails for every kind of material change, until there is a version, a day far enough ahead and the notice.
#[test]
fn an_72_a_material_change_wants_a_version_a_day_and_a_notice() {
    let told = inventory().version();
    for (kind, old, text) in material() {
        assert_eq!(gate(&old, after_deployment(&text, told, None), vec![]), [Lacking::Version(told.into())], "{kind}");
        assert_eq!(gate(&old, after_deployment(&text, "2030-01-01", None), vec![]), [Lacking::Date(told.into())], "{kind}");
        let early = Lacking::TooEarly { effective: date(2030, 1, 30), earliest: date(2030, 1, 31) };
        assert_eq!(gate(&old, after_deployment(&text, "2030-01-01", Some("2030-01-30")), vec![]), [early], "{kind}");
        let ready = after_deployment(&text, "2030-01-01", Some("2030-01-31"));
        assert_eq!(published(ready).effective, Some(date(2030, 1, 31)), "who reads the data is told the day");
        let missing = [Lacking::Notice { version: "2030-01-01".into(), profile: Profile::Wallet }];
        assert_eq!(gate(&old, ready, vec![]), missing, "{kind}");
        let notice = Notice::of(&diff(&old, &published(ready)), date(2030, 1, 31)).unwrap();
        let announced = |notice| vec![Announced { version: "2030-01-01".into(), profile: Profile::Wallet, notice }];
        assert_eq!(gate(&old, ready, announced(notice.clone())), [], "{kind}");
        let mut other = notice;
        other.ja.text.clear();
        assert_eq!(gate(&old, ready, announced(other)), missing, "{kind}: a notice says what changes, in both languages");
    }
}

#[test]
fn an_72_editorial_changes_and_a_first_publication_want_no_notice() {
    let words = edited_text(FEEDBACK, ("what = \"What somebody", "what = \"All that somebody"));
    let shorter = edited_text(FEEDBACK, ("for = \"180d\"", "for = \"179d\""));
    for text in [words, shorter] {
        assert_eq!(gate(&now(), after_deployment(&text, "2030-01-01", None), vec![]), []);
    }
    let longer = edited(FEEDBACK, ("for = \"180d\"", "for = \"181d\""));
    if longer.notice().in_force.is_none() {
        assert_eq!(gate(&now(), longer, vec![]), [], "nothing was deployed: nobody has another policy");
    }
    let unknown = after_deployment(TEXT, "2030-01-01", None);
    let nothing = Archive { versions: vec![], notices: vec![] };
    assert_eq!(lacking(unknown, &nothing, &[now()]), [Lacking::Unknown(inventory().version().into())]);
}

/// The gate of this repository. `cargo run -p policy --example diff -- --check` says the same.
#[test]
fn an_72_the_present_version_has_what_it_needs() {
    let lacking = lacking(inventory(), archive(), &present());
    let said: Vec<String> = lacking.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn im_19_every_version_keeps_its_data() {
    for configuration in configurations().into_iter().filter(Configuration::is_widest) {
        let path = format!("{}/published/{}/{}.json", env!("CARGO_MANIFEST_DIR"), inventory().version(), configuration.profile);
        let kept: Option<serde_json::Value> = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
        assert_eq!(
            kept,
            serde_json::to_value(configuration.rendered().document).ok(),
            "{path} is not what version {} publishes: a changed inventory needs a new `version`, then `cargo run -p policy --example publish`",
            inventory().version()
        );
    }
    let texts: toml::Table = toml::from_str(include_str!("../../published.toml")).unwrap();
    for text in texts["texts"].as_array().unwrap() {
        let (version, profile) = (text["version"].as_str().unwrap(), text["profile"].as_str().unwrap());
        assert!(archive().version(version, profile.parse().unwrap()).is_some(), "the data of version {version} ({profile}) is kept");
    }
}

#[test]
fn an_72_im_19_who_reads_a_version_is_told_what_changed_since_another() {
    let document = wallet().rendered().document;
    let same = changes_since(inventory().version(), &document).unwrap();
    assert_eq!((same.material, same.editorial), (vec![], vec![]));
    assert_eq!(changes_since("2020-01-01", &document), None, "a version that never was");
    for kept in archive().versions.iter().filter(|kept| kept.profile == Profile::Wallet) {
        let changes = changes_since(&kept.version, &document).unwrap();
        assert_eq!((changes.from.as_str(), changes.to.as_str()), (kept.version.as_str(), inventory().version()));
        let json = serde_json::to_value(&changes).unwrap();
        assert!(json["material"].is_array() && json["editorial"].is_array());
    }
}

/// A deployment without a processor is told nothing of it.
#[test]
fn im_16_an_72_only_who_is_configured_is_in_the_changes() {
    let offline = configurations().into_iter().find(|one| one.profile == Profile::Wallet && !one.is_widest()).unwrap();
    let document = offline.rendered().document;
    for kept in archive().versions.iter().filter(|kept| kept.profile == Profile::Wallet) {
        let said = serde_json::to_string(&changes_since(&kept.version, &document).unwrap()).unwrap();
        assert!(!said.contains("OpenAI") && !said.contains("Gemini"), "{said}");
    }
}

/// The Japanese notice names everything of the inventory, and nothing else.
#[test]
fn an_72_everything_of_the_inventory_has_a_japanese_name() {
    let names: toml::Table = toml::from_str(include_str!("../../names.ja.toml")).unwrap();
    let of = |part: &str| names[part].as_table().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
    let processors = || inventory().processors().iter();
    assert_eq!(of("data"), inventory().entries().iter().map(|entry| entry.class().id().to_owned()).collect());
    assert_eq!(of("received"), processors().flat_map(|one| &one.receives).map(|received| received.what.clone()).collect());
    assert_eq!(of("roles"), processors().map(|one| one.id.clone()).collect());
    assert_eq!(of("regions"), processors().map(|one| one.region.clone()).collect());
    assert_eq!(of("cookies"), inventory().cookies().iter().map(|cookie| cookie.name.clone()).collect());
    assert_eq!(of("on_device"), inventory().on_device().iter().map(|kept| kept.place.clone()).collect());
}
