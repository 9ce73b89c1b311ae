//! The arms fit the places that the inventory names.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use policy::{Class, Entry, Store};
use rights::{ARMS, Arm, Erasing, Exporting};

fn entry(arm: &Arm) -> &'static Entry {
    Class::from_id(arm.id).unwrap().entry()
}

/// The pattern of the partition key of a row, or of the key of an object.
fn place(entry: &Entry) -> &str {
    match &entry.store {
        Store::DynamoDb { pk, .. } => pk,
        Store::S3 { key, .. } => key,
        Store::Sqs { .. } | Store::Log { .. } => "",
    }
}

#[test]
fn every_class_has_its_arms() {
    let ids: Vec<_> = ARMS.iter().map(|arm| Class::from_id(arm.id).unwrap()).collect();
    assert!(Class::ALL.iter().all(|class| ids.contains(class)));
    assert_eq!(ids.len(), Class::ALL.len());
}

#[test]
fn an_49_what_is_to_be_erased_is_found_where_the_arm_looks() {
    for arm in ARMS {
        let place = place(entry(arm));
        let found = match arm.erasing {
            Erasing::Own => entry(arm).table().is_some() && place.contains("ACC#<account>"),
            Erasing::OfAddress => entry(arm).table().is_some() && place.contains("<email-hmac>"),
            Erasing::Objects => entry(arm).prefix().is_some() && place.contains("<account"),
            Erasing::OfOperator => entry(arm).subject == policy::Subject::Operator,
            Erasing::OfTrial => place.contains("<trial>"),
            Erasing::Of(class) => ARMS.iter().any(|arm| arm.id == class && arm.erasing == Erasing::Own),
            Erasing::Unlinked(class) => {
                !place.contains("<account>") && ARMS.iter().any(|arm| arm.id == class && arm.erasing == Erasing::Own)
            }
            Erasing::OfRequest => arm.id == "erasure",
            Erasing::OfItself => entry(arm).kept().is_some_and(|kept| kept.duration <= policy::inventory().erasure().within()),
            Erasing::Left => entry(arm).fields().iter().all(|field| !field.personal || ["pk", "sk"].contains(&field.name.as_str())),
        };
        assert!(found, "{arm:?} at {place}");
    }
}

#[test]
fn what_is_exported_as_files_is_objects() {
    for arm in ARMS {
        let is_object = entry(arm).prefix().is_some();
        assert!(arm.exporting == Exporting::LeftOut || is_object == (arm.exporting == Exporting::Files), "{arm:?}");
    }
}
