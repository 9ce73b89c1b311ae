//! The provider ledger, the admission of processors, and the hosts that are called.

use policy::{Attestations, Inventory, Keeps, NotAdmitted, NotAttested, Profile, TrainingUse, ZeroRetention, admit, inventory};

const TEXT: &str = include_str!("../../inventory.toml");

/// The refusal of the inventory with one change.
fn refusal(from: &str, to: &str) -> String {
    Inventory::parse(&changed(from, to)).map(drop).expect_err("must be refused").to_string()
}

/// The inventory's text with one change, in the entry of OpenAI where it is found there.
fn changed(from: &str, to: &str) -> String {
    let (before, entry) = TEXT.split_at(TEXT.find("id = \"openai\"").unwrap());
    assert!(entry.contains(from), "the test changes `{from}`, which is not there");
    format!("{before}{}", entry.replacen(from, to, 1))
}

fn attested(text: &str) -> Attestations {
    text.parse().unwrap()
}

/// The start of one line of OpenAI's entry.
fn line(start: &str) -> String {
    let entry = &TEXT[TEXT.find("id = \"openai\"").unwrap()..];
    entry.lines().find(|line| line.starts_with(start)).unwrap().to_owned()
}

#[test]
fn rt_09_the_profile_that_keeps_nothing_sends_nothing_to_who_keeps_it() {
    for provider in ["openai", "gemini"] {
        let refused = admit(Profile::Ephemeral, provider, &Attestations::default()).unwrap_err();
        assert!(matches!(refused, NotAdmitted::Keeps { .. }), "{refused}");
        assert!(refused.to_string().contains(&format!("ZERO_RETENTION={provider}:")), "the reason says what to do: {refused}");
        let other = if provider == "openai" { "gemini:G-1" } else { "openai:ZDR-2026-114" };
        assert!(admit(Profile::Ephemeral, provider, &attested(other)).is_err(), "what was agreed with one says nothing of another");
    }
    let both = attested("openai:ZDR-2026-114, gemini:G-1");
    assert_eq!(both.reference("openai"), Some("ZDR-2026-114"));
    assert_eq!(admit(Profile::Ephemeral, "openai", &both), Ok(()));
    assert_eq!(admit(Profile::Ephemeral, "gemini", &both), Ok(()));
    assert_eq!(admit(Profile::Wallet, "openai", &Attestations::default()), Ok(()));
}

#[test]
fn rt_09_no_entry_says_that_zero_retention_is_agreed_for_everybody() {
    for processor in inventory().processors() {
        assert!(!matches!(processor.zero_retention, ZeroRetention::Attested(_)), "{}", processor.id);
    }
    let own = Inventory::parse(&changed(
        &line("zero_retention"),
        "zero_retention = { attested = { reference = \"Z-1\", date = \"2026-11-01\" } }",
    ));
    assert_eq!(own.unwrap().admit(Profile::Ephemeral, "openai", &Attestations::default()), Ok(()));
    assert!(
        refusal(&line("zero_retention"), "zero_retention = { attested = { reference = \" \", date = \"2026-11-01\" } }")
            .contains("reference")
    );
    assert!(refusal(&line("zero_retention"), "zero_retention = \"not-needed\"").contains("zero retention is needed"));
}

#[test]
fn rt_09_who_offers_no_zero_retention_is_never_admitted_there() {
    let changed = Inventory::parse(&changed(&line("zero_retention"), "zero_retention = \"not-offered\"")).unwrap();
    let refused = changed.admit(Profile::Ephemeral, "openai", &attested("openai:ZDR-1")).unwrap_err();
    assert_eq!(refused, NotAdmitted::AlwaysKeeps { processor: "openai".into(), kept: "30 days".into() });
    assert_eq!(changed.attestations("openai:ZDR-1"), Err(NotAttested::NotOffered("openai".into())));
}

#[test]
fn an_attestation_is_read_strictly() {
    assert_eq!(attested("").reference("openai"), None);
    assert_eq!(attested("  "), Attestations::default());
    let refused = |text: &str| text.parse::<Attestations>().unwrap_err();
    assert_eq!(refused("openai"), NotAttested::Form);
    assert_eq!(refused("openai:Z-1,"), NotAttested::Form);
    assert_eq!(refused("openal:Z-1"), NotAttested::Unknown);
    assert_eq!(refused("openai:"), NotAttested::Reference("openai".into()));
    assert_eq!(refused("openai:  "), NotAttested::Reference("openai".into()));
    assert_eq!(refused("openai:Z\u{0}1"), NotAttested::Reference("openai".into()));
    assert_eq!(refused(&format!("openai:{}", "Z".repeat(101))), NotAttested::Reference("openai".into()));
    assert_eq!(refused("openai:Z-1,openai:Z-2"), NotAttested::Twice("openai".into()));
    assert_eq!(refused("aws-s3:Z-1"), NotAttested::NotOffered("aws-s3".into()));
}

#[test]
fn our_own_code_is_always_admitted_and_a_stranger_never() {
    for profile in Profile::ALL {
        for own in ["palette", "offline"] {
            assert_eq!(admit(*profile, own, &Attestations::default()), Ok(()));
        }
        assert_eq!(admit(*profile, "dalle", &Attestations::default()), Err(NotAdmitted::Unknown("dalle".into())));
    }
    assert_eq!(
        admit(Profile::Ephemeral, "aws-s3", &Attestations::default()),
        Err(NotAdmitted::Profile { processor: "aws-s3".into(), profile: Profile::Ephemeral }),
    );
}

#[test]
fn an_29_every_processor_names_its_region_and_its_agreement_and_none_is_admitted_without() {
    assert!(refusal(&line("region"), "").contains("missing field `region`"));
    assert!(refusal(&line("region"), "region = \" \"").contains("a region"));
    assert!(refusal(&line("agreement"), "").contains("missing field `agreement`"));
    let without = line("agreement").replace("kind = \"dpa\"", "kind = \"none\"");
    let without = Inventory::parse(&changed(&line("agreement"), &without)).unwrap();
    for profile in Profile::ALL {
        let refused = without.admit(*profile, "openai", &attested("openai:ZDR-1")).unwrap_err();
        assert_eq!(refused, NotAdmitted::NoAgreement("openai".into()));
    }
}

#[test]
fn an_30_who_stores_or_receives_something_does_it_for_a_purpose_of_the_ledger() {
    assert!(refusal(&line("purposes"), "purposes = [\"generation\"]").contains("a purpose of its own"));
    assert!(refusal(&line("purposes"), "purposes = [\"sale\"]").contains("sale"));
    let ses = "purposes = [\"account\", \"sign-in\", \"generation\", \"marketing\", \"wallet\", \"operation\", \"delivery\", \"rights\"]";
    let refused = Inventory::parse(&TEXT.replacen(ses, "purposes = [\"account\"]", 1)).map(drop).expect_err("must be refused").to_string();
    assert!(refused.contains("not there for this purpose"), "{refused}");
    assert!(refusal("fields = [\"body\"]", "fields = [\"body\", \"email\"]").contains("no such fields"));
}

/// A provider receives pixels and words: no address, no id, no file name (AN-31).
#[test]
fn an_30_an_31_a_provider_receives_nothing_that_names_somebody() {
    let providers = inventory().processors().iter().filter(|processor| processor.is_provider());
    for received in providers.flat_map(|processor| &processor.receives) {
        let Some(class) = received.class else { continue };
        for field in class.entry().fields().iter().filter(|field| received.fields.contains(&field.name)) {
            let fits = matches!(field.category, policy::Category::Image | policy::Category::Content);
            assert!(fits, "{class}.{} is sent, but is neither a picture nor words", field.name);
        }
    }
}

#[test]
fn an_32_nobody_is_admitted_who_trains_on_what_it_is_sent() {
    for processor in inventory().processors() {
        assert_eq!(processor.training.r#use, TrainingUse::Never, "{}", processor.id);
    }
    for other in ["opt-out", "always"] {
        let training = line("training").replace("use = \"never\"", &format!("use = \"{other}\""));
        let trains = Inventory::parse(&changed(&line("training"), &training)).unwrap();
        for profile in Profile::ALL {
            let refused = trains.admit(*profile, "openai", &attested("openai:ZDR-1"));
            assert_eq!(refused, Err(NotAdmitted::Trains("openai".into())));
        }
    }
}

#[test]
fn an_39_what_leaves_the_region_has_a_basis_with_its_source() {
    assert!(refusal(&line("transfer"), "").contains("missing field `transfer`"));
    assert!(refusal(&line("transfer"), "transfer = { basis = \"none\", why = \"Why not\" }").contains("needs a basis"));
    let unsourced = "transfer = { basis = \"standard-contractual-clauses\", why = \"It is far away\" }";
    assert!(refusal(&line("transfer"), unsourced).contains("where and when it was read"));
    for processor in inventory().processors().iter().filter(|processor| processor.region != "deployment") {
        // What is stored stays. CloudFront passes on what it is asked, and no class of data is kept with it.
        let stores_nothing = inventory().entries().iter().all(|entry| !entry.processors.contains(&processor.id));
        let passes_on = processor.id == "aws-cloudfront" && processor.keeps == Keeps::Nothing && stores_nothing;
        assert!(processor.is_provider() || passes_on, "{}: the cloud stays in its region (AN-33)", processor.id);
    }
}

#[test]
fn what_a_provider_keeps_is_a_number_with_a_source() {
    let kept = |id: &str| match &inventory().processor(id).unwrap().keeps {
        Keeps::Logs(kept) => kept.duration().as_hours() / 24,
        Keeps::Nothing | Keeps::Unsaid(_) => 0,
    };
    assert_eq!((kept("openai"), kept("gemini"), kept("aws-s3")), (30, 55, 0));
    assert!(refusal("for = \"30d\"", "for = \"a while\"").contains("no duration"));
    assert!(refusal("source = \"https://", "source = \"ftp://").contains("where and when it was read"));
    assert!(refusal(&line("hosts"), "hosts = [\"https://api.openai.com\"]").contains("no host"));
}
