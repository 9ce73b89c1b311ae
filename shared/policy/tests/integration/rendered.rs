//! The published policy: it matches the inventory, is complete and safe as a page, and never changes without a version.

use base64::Engine;
use policy::render::{NoContact, STYLE_HASH, listed};
use policy::{Contact, Deployment, NotAdmitted, Profile, Table, Unpublishable, inventory, render};
use sha2::{Digest, Sha256};

use crate::configurations::{configurations, deployment};

/// The page of a deployment, without the entities of HTML.
fn page(profile: Profile, deployment: &Deployment) -> String {
    render(profile, deployment).unwrap().html.replace("&#39;", "'").replace("&quot;", "\"")
}

fn offline() -> Deployment {
    deployment("palette", "offline", "")
}

/// Invariant: The published policy is what the inventory says.
#[test]
fn im_19_rt_19_a_text_that_changes_gets_a_new_version() {
    let published: toml::Table = toml::from_str(include_str!("../../published.toml")).unwrap();
    for configuration in configurations() {
        let same = |text: &&toml::Value| {
            text["version"].as_str() == Some(inventory().version())
                && text["profile"].as_str() == Some(configuration.profile.id())
                && text["configuration"].as_str() == Some(configuration.name)
        };
        let known = published["texts"].as_array().unwrap().iter().find(same).and_then(|text| text["sha256"].as_str());
        assert_eq!(
            known,
            Some(configuration.hash().as_str()),
            "the policy's text ({}, {}) is not the one published as version {}: give `version` in inventory.toml the day of the change (or a .2 behind it), \
             then `cargo run -p policy --example publish`",
            configuration.profile,
            configuration.name,
            inventory().version()
        );
    }
}

#[test]
fn the_pages_to_review_are_what_is_served() {
    for configuration in configurations().into_iter().filter(|configuration| configuration.name == "providers") {
        let path = format!("{}/tests/published/{}.html", env!("CARGO_MANIFEST_DIR"), configuration.profile);
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            configuration.rendered().html,
            "`cargo run -p policy --example publish` renews {path}"
        );
    }
}

#[test]
fn im_19_the_page_says_when_it_last_changed() {
    for configuration in configurations() {
        let html = configuration.rendered().html;
        let line = html.lines().find(|line| line.starts_with("<p>Last updated: ")).unwrap();
        assert!(line.ends_with(&format!("(version {})</p>", inventory().version())), "{line}");
        assert!(!line.contains("January 1970") && !line.contains(" 0000"), "{line}");
    }
}

#[test]
fn im_21_a_policy_without_anybody_to_ask_is_none() {
    for nobody in [
        "",
        " ",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "somebody",
        "http://example.com",
        "https://",
        "https:///x",
        "a b@c.d",
        "a@b.c?subject=x",
        "a\"@b.c",
    ] {
        assert_eq!(nobody.parse::<Contact>(), Err(NoContact), "`{nobody}`");
    }
    assert_eq!("privacy@example.com".parse(), Ok(Contact::Mail("privacy@example.com".into())));
    assert_eq!("https://example.com/ask".parse(), Ok(Contact::Page("https://example.com/ask".into())));
}

#[test]
fn rt_20_name_and_contact_are_the_deployments() {
    for profile in Profile::ALL {
        let deployment =
            Deployment { service: "Portraits & <b>more</b>".into(), contact: "https://example.org/ask".parse().unwrap(), ..offline() };
        let html = render(*profile, &deployment).unwrap().html;
        assert!(html.contains("<h1>Privacy policy of Portraits &amp; &lt;b&gt;more&lt;/b&gt;</h1>"), "the name is text and never markup");
        assert!(html.contains("href=\"https://example.org/ask\"") && !html.contains("Nigao"));
        assert_eq!(render(*profile, &Deployment { service: " ".into(), ..offline() }).unwrap_err(), Unpublishable::NoName);
    }
}

#[test]
fn im_16_only_who_is_configured_is_named() {
    for profile in Profile::ALL {
        let html = page(*profile, &offline());
        assert!(!html.contains("OpenAI") && !html.contains("Gemini"), "{profile}");
        let openai = page(*profile, &deployment("openai", "offline", "openai:Z-1"));
        assert!(openai.contains("<h3>OpenAI</h3>") && !openai.contains("Gemini"), "{profile}");
        assert!(
            openai.contains("Our instructions for the style") && !openai.contains("To keep forbidden content out it receives:"),
            "it draws, and judges nothing"
        );
        let judge = page(*profile, &deployment("palette", "openai", "openai:Z-1"));
        assert!(
            judge.contains("To keep forbidden content out it receives:") && !judge.contains("Our instructions for the style"),
            "it judges, and draws nothing"
        );
    }
}

#[test]
fn im_03_the_data_behind_the_page_is_the_inventory() {
    for configuration in configurations() {
        let document = serde_json::to_value(configuration.rendered().document).unwrap();
        let ids: Vec<&str> = document["entries"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect();
        assert_eq!(ids, inventory().of(configuration.profile).map(|entry| entry.class().id()).collect::<Vec<_>>());
        for (entry, shown) in inventory().of(configuration.profile).zip(document["entries"].as_array().unwrap()) {
            let fields: Vec<&str> = shown["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
            assert_eq!(
                fields,
                entry.fields_of(configuration.profile).map(|field| field.name.as_str()).collect::<Vec<_>>(),
                "{}",
                entry.class()
            );
            assert_eq!(shown["retention"], serde_json::to_value(entry.retention()).unwrap());
            assert_eq!(shown["processors"], serde_json::to_value(&entry.processors).unwrap());
        }
        assert_eq!(document["version"], inventory().version());
        assert_eq!(document["contact"]["mail"], "privacy@example.com");
    }
}

#[test]
fn every_entry_is_on_the_page_with_its_number_and_its_place() {
    for configuration in configurations() {
        let html = page(configuration.profile, &configuration.deployment);
        for entry in inventory().of(configuration.profile) {
            let row = html.lines().find(|line| line.starts_with(&format!("<dt>{}</dt>", entry.what))).expect(&entry.what);
            if let Some(kept) = entry.kept() {
                let (days, hours, minutes) = (kept.duration.as_hours() / 24, kept.duration.as_hours(), kept.duration.as_mins());
                let numbers = [format!("{days} day"), format!("{hours} hour"), format!("{minutes} minute")];
                let before = if kept.windows.is_empty() { "Kept for " } else { ") and for " };
                assert!(numbers.iter().any(|number| row.contains(&format!("{before}{number}"))), "{row}");
            }
        }
        for others in Profile::ALL.iter().filter(|other| **other != configuration.profile) {
            let foreign = inventory().of(*others).filter(|entry| !entry.profiles.contains(&configuration.profile));
            foreign.for_each(|entry| assert!(!html.contains(&entry.what), "{} is of another profile", entry.class()));
        }
    }
}

#[test]
fn an_34_the_page_names_the_tables_there_are() {
    for profile in Profile::ALL {
        let html = page(*profile, &offline());
        for table in Table::ALL {
            let named = html.contains(&format!("DynamoDB, table {};", table.id()));
            assert_eq!(named, Table::of(*profile).any(|own| own == *table), "{profile}: {}", table.id());
        }
        assert_eq!(html.contains("Amazon Web Services (S3"), *profile == Profile::Wallet);
    }
}

#[test]
fn im_10_rt_05_rt_06_the_page_says_that_a_person_is_found_and_nobody_recognised() {
    for configuration in configurations() {
        let html = configuration.rendered().html;
        for words in [
            "a small neural network which tells people from what is behind them",
            "cannot tell one person from another",
            "No measurements of a face are kept",
            "nobody is recognised, identified or followed",
        ] {
            assert!(html.contains(words), "{} {}: {words}", configuration.profile, configuration.name);
        }
    }
}

#[test]
fn rt_09_the_page_says_what_providers_keep_as_it_is() {
    let wallet = page(Profile::Wallet, &deployment("openai,gemini", "offline", ""));
    assert!(wallet.contains("It keeps what it receives and what it answers for up to 30 days, to find abuse, and longer where"));
    assert!(wallet.contains("for up to 55 days") && wallet.contains("this deployment has no such agreement"));
    let agreed = page(Profile::Wallet, &deployment("openai", "offline", "openai:Z-114"));
    assert!(
        agreed.contains(
            "We have agreed with it that it keeps nothing of this once it has answered, except a picture that its filter takes for"
        )
    );
    assert!(!agreed.contains("Z-114"), "the reference of a contract is nobody's business");
    let refused = render(Profile::Ephemeral, &deployment("openai", "offline", "")).unwrap_err();
    assert!(matches!(refused, Unpublishable::NotAdmitted(NotAdmitted::Keeps { .. })), "{refused}");
    assert!(render(Profile::Ephemeral, &deployment("palette", "openai", "")).is_err(), "who judges receives the picture too");
}

#[test]
fn rt_07_an_30_the_page_says_who_receives_what_and_that_consent_comes_first() {
    let html = page(Profile::Ephemeral, &deployment("openai,gemini", "openai", "openai:Z-1,gemini:Z-2"));
    assert!(html.contains("Each request must name the provider that may receive its picture"));
    assert!(html.contains("only if your request says, that time, that it may"));
    assert!(!html.contains("A pseudonym of the account"), "there is no account");
    assert!(page(Profile::Wallet, &deployment("openai", "openai", "")).contains("A pseudonym of the account"));
}

#[test]
fn an_61_whom_to_complain_to_is_said() {
    for configuration in configurations() {
        assert!(configuration.rendered().html.contains("you may complain to a data protection authority"));
    }
}

#[test]
fn an_64_rt_18_the_ages_are_said() {
    let wallet = page(Profile::Wallet, &offline());
    assert!(wallet.contains("under 13, nor for those under 16 in the European Economic Area and the United Kingdom"));
    assert!(page(Profile::Ephemeral, &offline()).contains("You must be 13 or older."));
}

/// Those with hosts of their own whom the profile may use.
fn abroad(profile: Profile) -> usize {
    inventory().processors().iter().filter(|processor| processor.is_provider() && processor.profiles.contains(&profile)).count()
}

#[test]
fn an_37_the_page_says_what_the_challenge_tells_whom() {
    let with = Deployment { others: vec!["turnstile".into()], ..offline() };
    let html = page(Profile::Wallet, &with);
    assert!(html.contains("<h3>Cloudflare (Turnstile)</h3>") && html.contains("the answer that your browser gave to its challenge"));
    assert!(html.contains("its network address, its kind and the page it is on") && html.contains("does not say for how long"));
    assert!(html.contains("Your selfie goes to nobody but the cloud that stores it."), "it sees no picture");
    assert!(!page(Profile::Wallet, &offline()).contains("Cloudflare"), "im_16: where there is none, none is named");
}

#[test]
fn an_39_every_transfer_has_its_basis() {
    for configuration in configurations().into_iter().filter(|configuration| configuration.name == "providers") {
        let html = page(configuration.profile, &configuration.deployment);
        assert_eq!(html.matches("The data goes there on the basis of standard contractual clauses").count(), abroad(configuration.profile));
        assert!(
            html.contains("What passes through or is sent to Amazon Web Services (CloudFront), OpenAI")
                && html.contains(" leaves the region ap-northeast-1.")
        );
    }
    let html = page(Profile::Wallet, &offline());
    assert!(html.contains("What passes through or is sent to Amazon Web Services (CloudFront) leaves the region ap-northeast-1."));
    assert!(html.contains("nearest to its caller, in whatever country"), "its basis is said with it");
}

#[test]
fn an_15_the_page_says_what_the_site_keeps_on_a_device() {
    let (wallet, ephemeral) = (page(Profile::Wallet, &offline()), page(Profile::Ephemeral, &offline()));
    for kept in inventory().on_device() {
        for (profile, html) in [(Profile::Wallet, &wallet), (Profile::Ephemeral, &ephemeral)] {
            assert_eq!(html.contains(&format!("({})", kept.place)), kept.profiles.contains(&profile), "{profile}: {}", kept.place);
        }
    }
    assert!(wallet.contains("for at most 1 day, or until you sign out (indexeddb:studio/draft)"));
    assert!(ephemeral.contains("until you forget it (localstorage:theme)"));
}

#[test]
fn a_list_of_names_keeps_its_order_and_is_never_empty() {
    assert_eq!(listed("openai, gemini", "palette"), ["openai", "gemini"]);
    assert_eq!(listed("", "palette"), ["palette"]);
    assert_eq!(listed(" , ", "offline"), ["offline"]);
}

#[test]
fn what_nobody_looks_for_is_said() {
    for configuration in configurations() {
        assert!(configuration.rendered().html.contains("<li>Nobody looks for children in photographs.</li>"));
    }
}

#[test]
fn the_page_runs_nothing_and_fetches_nothing() {
    for configuration in configurations() {
        let html = configuration.rendered().html;
        for word in ["<script", "<link", "<img", "<iframe", "<form", "src=", "url(", "@import", " style=", "onclick", "http://"] {
            assert!(!html.contains(word), "{word}");
        }
        let style = html.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap();
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style));
        assert_eq!(STYLE_HASH, format!("sha256-{hash}"), "the header that admits the style names its hash");
        assert!(html.contains("<html lang=\"en\">") && html.contains("color-scheme"));
        assert_eq!(html.matches("<section>").count(), html.matches("</section>").count());
    }
}
