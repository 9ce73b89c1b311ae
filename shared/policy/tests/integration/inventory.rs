//! The inventory is complete, and invalid variants are refused.

use jiff::{SignedDuration, Timestamp};
use policy::{Class, Inventory, Mechanism, Profile, Retention, Table, inventory, undeclared};

const TEXT: &str = include_str!("../../inventory.toml");

/// The refusal of the inventory with one change, behind the provider ledger where it is found there.
fn refusal(from: &str, to: &str) -> String {
    assert!(TEXT.contains(from), "the test changes `{from}`, which is not there");
    let (before, entries) = TEXT.split_at(TEXT.find("[[backups]]").unwrap());
    let changed = match entries.contains(from) {
        true => format!("{before}{}", entries.replacen(from, to, 1)),
        false => TEXT.replacen(from, to, 1),
    };
    Inventory::parse(&changed).map(drop).expect_err("must be refused").to_string()
}

/// The functions read it as JSON and do not check it again.
#[test]
fn what_is_embedded_is_the_checked_text() {
    assert_eq!(format!("{:?}", Inventory::parse(TEXT).unwrap()), format!("{:?}", inventory()));
    let text = include_str!("../../screening.toml");
    assert_eq!(format!("{:?}", policy::ScreeningPolicy::parse(text).unwrap()), format!("{:?}", policy::screening()));
}

/// Invariant: Stored data is declared.
#[test]
fn every_class_has_its_entry_and_every_entry_its_class() {
    assert_eq!(inventory().entries().len(), Class::ALL.len());
    for (class, entry) in Class::ALL.iter().zip(inventory().entries()) {
        assert_eq!(*class, entry.class());
        assert_eq!(class.entry().class(), *class);
        assert_eq!(Class::from_id(class.id()), Some(*class));
        assert!(TEXT.contains(&format!("id = \"{}\"", class.id())));
    }
}

#[test]
fn the_promised_numbers() {
    let days = |class: Class| class.entry().kept().map(|kept| kept.duration.as_hours() / 24);
    assert_eq!(days(Class::Upload), Some(30), "AN-40");
    assert_eq!(days(Class::UploadObject), Some(30), "AN-40");
    assert_eq!(days(Class::UploadUnused), Some(1));
    assert_eq!(days(Class::Quarantine), Some(5), "AN-42");
    assert_eq!(days(Class::QuarantineObject), Some(5), "AN-42");
    assert_eq!(days(Class::ModerationRecord), Some(90), "AN-48");
    assert_eq!(days(Class::Session), Some(30), "AN-14");
    assert_eq!(days(Class::DeviceDay), Some(90), "AN-20, AN-53");
    assert_eq!(days(Class::DeviceLink), Some(90), "AN-18, AN-53");
    assert_eq!(days(Class::Feedback), Some(180), "AN-08");
    assert_eq!(days(Class::GeneratedObject), None, "AN-46");
    for class in [Class::Trial, Class::TrialPass, Class::TrialLink, Class::TrialUpload] {
        assert_eq!(days(class), Some(1), "AN-73");
    }
    assert_eq!(days(Class::Lead), None, "AN-50");
    assert_eq!(Class::SignInCode.entry().kept().map(|kept| kept.duration), Some(SignedDuration::from_mins(10)), "AN-01");
}

#[test]
fn the_end_is_counted_from_the_beginning() {
    let from: Timestamp = "2026-11-21T10:30:00Z".parse().unwrap();
    assert_eq!(Class::UPLOAD.expires_at(from), "2026-12-21T10:30:00Z".parse().unwrap());
    assert_eq!(Class::SIGN_IN_CODE.expires_at(from), "2026-11-21T10:40:00Z".parse().unwrap());
    assert_eq!(Class::Generation.expiring(), None);
    assert_eq!(Class::SESSION.expires_at(Timestamp::MAX), Timestamp::MAX);
}

/// So the end of an expiring class can be asked for without a "what if it has none".
#[test]
fn every_class_that_expires_has_a_duration_and_no_other() {
    for class in Class::ALL {
        let kept = class.entry().kept().map(|kept| kept.duration);
        assert_eq!(class.expiring().map(policy::Expiring::duration), kept, "{class}");
    }
    assert!(
        refusal(
            "retention = { for = \"90d\", from = \"decided\", mechanisms = [\"sweep\", \"ttl\"], promise = \"AN-48\" }",
            "retention = { while = \"account\" }"
        )
        .contains("Expiring")
    );
    let wallet = "retention = { while = \"account\", promise = \"AN-49\" }";
    assert!(refusal(wallet, "retention = { for = \"9d\", from = \"created\", mechanisms = [\"sweep\"] }").contains("Expiring"));
}

#[test]
fn lifecycle_days_keep_two_days_from_the_promise() {
    let days = |class: Class| inventory().lifecycle_days(class.entry());
    assert_eq!(days(Class::UploadObject), Some(28), "AN-40");
    assert_eq!(days(Class::QuarantineObject), Some(3), "AN-42");
    assert_eq!(days(Class::GeneratedObject), None, "AN-46");
    assert_eq!(days(Class::Drawing), None, "AN-46");
}

#[test]
fn every_row_with_an_end_is_swept_where_there_is_a_sweep_and_none_outlives_its_objects() {
    for entry in inventory().of(Profile::Wallet).filter(|entry| entry.table().is_some()) {
        // Of the trail of the desk no role may delete a row: the TTL alone ends what is there.
        let swept = entry.kept().is_some() && entry.table() != Some(policy::Table::Desk);
        assert_eq!(swept, entry.has(Mechanism::Sweep), "{}", entry.class());
        assert_eq!(
            entry.has(Mechanism::Ttl),
            entry.kept().is_some() && entry.objects.is_none(),
            "a row outlives its objects: {}",
            entry.class()
        );
        let Some(objects) = entry.objects else { continue };
        let object = objects.entry().kept().expect("objects of an ending row end");
        assert!(entry.kept().is_some_and(|row| row.duration <= object.duration), "{}", entry.class());
        assert!(object.mechanisms.contains(&Mechanism::Row));
        assert!(entry.field_names().any(|name| name == "objects"));
    }
    assert_eq!(inventory().sweeps().count(), 35);
}

/// The salt makes the hashes of networks unreadable when it goes: after its day, and within two from its beginning.
#[test]
fn an_52_the_salt_of_a_day_is_destroyed_by_48_hours() {
    let (begins, day) = (Timestamp::UNIX_EPOCH, SignedDuration::from_hours(24));
    let gone = Class::NETWORK_SALT.expires_at(begins + day).duration_since(begins);
    assert!(day <= gone && gone <= day * 2, "{gone}");
}

#[test]
fn an_07_what_a_bubble_says_is_declared_to_go_with_the_work() {
    let own = |class: Class| class.entry().fields().iter().filter(|field| field.retention.is_some());
    let names: Vec<&str> = own(Class::Generation).map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["bubble_text", "bubble_side", "trial_id", "trial_generation_id"]);
    assert_eq!(Class::ALL.iter().flat_map(|class| own(*class)).count(), names.len());
    assert!(
        refusal("retention = { while = \"generation\", promise = \"AN-07\"", "retention = { while = \"account\"").contains("bubble_text")
    );
    let for_a_day = "retention = { for = \"1d\", from = \"created\", mechanisms = [\"ttl\"]";
    assert!(refusal("retention = { while = \"generation\", promise = \"AN-07\"", for_a_day).contains("bubble_text"));
}

#[test]
fn what_must_vanish_is_in_no_backup() {
    for entry in inventory().entries() {
        if let (Some(table), Retention::For(_)) = (entry.table(), entry.retention()) {
            assert_eq!(inventory().backup(table), None, "{}", entry.class());
        }
    }
    let kept = inventory().backup(Table::Accounts).expect("the ledger is worth a backup");
    assert!(kept < inventory().erasure().within(), "AN-49");
}

/// Invariant: Stored data is declared.
#[test]
fn a_stored_attribute_without_an_entry_is_named() {
    assert!(undeclared(Class::Session, ["pk", "sk", "class", "expires_at"]).is_empty());
    assert_eq!(undeclared(Class::Session, ["pk", "ip_address", "email"]), ["ip_address", "email"]);
    assert_eq!(undeclared(Class::QueueMessage, ["version", "owner_id", "pk"]), ["pk"]);
}

#[test]
fn im_17_a_missing_or_vague_duration_is_refused() {
    assert!(refusal("for = \"30d\", ", "").contains("a retention needs"));
    assert!(refusal("for = \"30d\"", "for = \"as needed\"").contains("no duration"));
    assert!(refusal("for = \"30d\"", "for = \"0d\"").contains("no duration"));
    assert!(refusal("mechanisms = [\"sweep\", \"ttl\"]", "mechanisms = []").contains("a retention needs"));
    assert!(refusal("from = \"created\", ", "").contains("a retention needs"));
    assert!(refusal("retention = { while = \"account\"", "retention = { while = \"useful\"").contains("useful"));
}

/// All counts of a window end together, and what an erasure leaves has an end and says nothing of a person.
#[test]
fn what_counts_in_windows_names_them_and_what_an_erasure_leaves_is_bare() {
    assert!(refusal("from = \"window\", windows = [\"1h\", \"1d\"]", "from = \"window\"").contains("names its `windows`"));
    assert!(
        refusal("from = \"window\", windows = [\"1h\", \"1d\"]", "from = \"created\", windows = [\"1h\"]").contains("names its `windows`")
    );
    assert!(refusal("from = \"window\", windows = [\"1h\", \"1d\"]", "from = \"window\", windows = []").contains("names its `windows`"));
    assert!(refusal("windows = [\"1h\", \"1d\"]", "windows = [\"40d\"]").contains("outlive"));
    let stays = "retention = { for = \"365d\", from = \"created\", mechanisms = [\"sweep\", \"ttl\"] }\nerasure = ";
    assert!(refusal(&format!("{stays}\"stays\""), &format!("{stays}\"expires\"")).contains("outlive"));
    assert!(
        refusal("promise = \"AN-48\" }\nerasure = \"delete\"", "promise = \"AN-48\" }\nerasure = \"stays\"")
            .contains("nothing of a person")
    );
    for class in [Class::NetworkCounter, Class::NetworkSalt] {
        let most = class.entry().kept().map(policy::Kept::at_most);
        assert!(most.is_some_and(|most| (24..=48).contains(&most.as_hours())), "AN-52: {class}");
    }
}

#[test]
fn an_38_data_is_not_for_sale() {
    assert!(refusal("purpose = \"wallet\"", "purpose = \"sale\"").contains("sale"));
    assert!(refusal("purpose = \"wallet\"", "purpose = \"\"").contains("unknown variant"));
    assert!(refusal("purpose = \"wallet\"\n", "").contains("missing field `purpose`"));
}

#[test]
fn im_10_the_geometry_of_a_face_is_refused() {
    assert!(refusal("name = \"decision\"", "name = \"biometric\"").contains("geometry"));
    assert!(refusal("name = \"decision\"", "name = \"face_embedding\"").contains("geometry"));
    assert!(refusal("category = \"moderation\"", "category = \"biometric\"").contains("biometric"));
}

#[test]
fn a_class_unknown_missing_or_twice_is_refused() {
    assert!(refusal("id = \"session\"", "id = \"sessions\"").contains("sessions"));
    assert!(refusal("id = \"session\"", "id = \"wallet\"").contains("entr"));
    let without = TEXT.split("[[entries]]").filter(|part| !part.contains("id = \"log\"")).collect::<Vec<_>>();
    let refused = Inventory::parse(&without.join("[[entries]]")).map(drop).expect_err("must be refused");
    assert_eq!(refused.to_string(), "the class `log` has no entry");
}

#[test]
fn what_is_unknown_anywhere_is_refused() {
    assert!(refusal("version = ", "colour = \"red\"\nversion = ").contains("colour"));
    assert!(refusal("erasure = \"delete\"", "erasure = \"delete\"\nlegal = true").contains("legal"));
    assert!(refusal("sk = \"PROFILE\" }", "sk = \"PROFILE\", bucket = \"b\" }").contains("store"));
    assert!(refusal("erasure = \"delete\"", "erasure = \"never\"").contains("never"));
    assert!(refusal("export = { file = \"profile.json\" }", "export = { file = \"\" }").contains("reason why not"));
    assert!(refusal("processors = [\"aws-sqs\"", "processors = [\"broker\"").contains("no processor `broker`"));
    assert!(refusal("what = \"The balance of credits\"", "what = \" \"").contains("what it is"));
    assert!(refusal("place = \"localstorage:theme\"", "place = \"cookie:theme\"").contains("a place of its own"));
    assert!(refusal("place = \"localstorage:theme\"", "place = \"localstorage:locale\"").contains("a place of its own"));
}

#[test]
fn a_mechanism_that_cannot_work_is_refused() {
    assert!(refusal("mechanisms = [\"row\", \"lifecycle\"]", "mechanisms = [\"ttl\"]").contains("does not work"));
    assert!(refusal("mechanisms = [\"queue-retention\"]", "mechanisms = [\"sweep\"]").contains("does not work"));
    assert!(refusal("objects = \"upload-object\"", "objects = \"wallet\"").contains("no class of objects"));
    assert!(refusal("s3 = \"uploads/\"", "s3 = \"\"").contains("prefix"));
    assert!(refusal("lookahead = \"59m\"", "lookahead = \"1h\"").contains("lookahead"));
    assert!(refusal("kept = \"7d\"", "kept = \"35d\"").contains("backup"), "AN-49");
    assert!(refusal("retention = { for = \"14d\"", "retention = { for = \"31d\"").contains("outlive"));
}

#[test]
fn rt_02_the_profile_that_keeps_nothing_keeps_rate_keys_and_logs_without_a_person() {
    let classes: Vec<Class> = inventory().of(Profile::Ephemeral).map(policy::Entry::class).collect();
    assert_eq!(classes, [Class::RateKey, Class::Log]);
    assert_eq!(Table::of(Profile::Ephemeral).collect::<Vec<_>>(), [Table::RateKeys]);
    let personal = Class::Log.entry().fields_of(Profile::Ephemeral).filter(|field| field.personal).count();
    assert_eq!(personal, 0);
    assert!(Class::Log.entry().fields_of(Profile::Wallet).any(|field| field.name == "account_id"));
    assert!(refusal("personal = true, profiles = [\"wallet\"] }", "personal = true }").contains("nothing of a person"));
}

#[test]
fn rt_04_no_class_of_objects_gets_into_the_profile_that_keeps_nothing() {
    let into_both = |text: &str| (format!("{text}\nprofiles = [\"wallet\"]"), format!("{text}\nprofiles = [\"wallet\", \"ephemeral\"]"));
    let (wallet, both) = into_both("processors = [\"aws-s3\", \"aws-lambda\"]");
    let refused = refusal(&wallet, &both);
    assert!(refused.contains("not in every profile") || refused.contains("no objects"), "{refused}");
    let (wallet, both) = into_both("export = { file = \"uploads.json\" }\nprocessors = [\"aws-dynamodb\", \"aws-lambda\"]");
    assert!(refusal(&wallet, &both).contains("no objects"));
}

#[test]
fn rt_21_a_rate_key_is_gone_after_an_hour_and_leads_to_nobody() {
    let entry = Class::RateKey.entry();
    assert_eq!(entry.kept().map(|kept| kept.duration), Some(SignedDuration::from_hours(1)));
    assert_eq!(entry.field_names().collect::<Vec<_>>(), ["pk", "sk", "class", "count", "expires_at"]);
    assert_eq!(entry.subject, policy::Subject::None);
    assert!(!inventory().sweeps().any(|swept| swept.class() == Class::RateKey));
}

#[test]
fn an_entry_says_its_profiles() {
    assert_eq!(Class::Wallet.entry().profiles, [Profile::Wallet]);
    assert!(refusal("profiles = [\"ephemeral\"]\n", "").contains("profiles"));
    assert!(refusal("profiles = [\"ephemeral\"]", "profiles = []").contains("which profile"));
    assert!(refusal("profiles = [\"ephemeral\"]", "profiles = [\"anonymous\"]").contains("anonymous"));
    assert_eq!("ephemeral".parse(), Ok(Profile::Ephemeral));
    assert!("Wallet".parse::<Profile>().is_err() && "".parse::<Profile>().is_err());
}
