//! AN-12: no object without a row, and no row without an object.

use std::collections::BTreeSet;

use local_cloud::Cloud;
use serde_json::Value;
use studio::object_keys;

use crate::harness::pictures::{Picture, blocked, selfie, small};
use crate::harness::store::{all_rows, keys, put_object};
use crate::harness::{Person, TestCloud, ledger_and_inventory, run};

/// The differences between rows and objects.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Differences {
    /// Objects without a row.
    pub(crate) stray: BTreeSet<String>,
    /// Missing objects of rows.
    pub(crate) lost: BTreeSet<String>,
}

/// Compares every object with every row.
pub(crate) async fn differences(cloud: &Cloud) -> Differences {
    let rows = all_rows(cloud).await;
    let objects: BTreeSet<String> = keys(cloud, "").await.into_iter().collect();
    // Rows that own a prefix, and lists of single files.
    let prefixes: Vec<String> = rows.iter().map(|row| row.text("objects").to_owned()).filter(|prefix| !prefix.is_empty()).collect();
    let mut listed = BTreeSet::new();
    for row in rows.iter().filter(|row| ["deliverables", "trial-deliverables"].contains(&row.text("class"))) {
        let (owner, generation) = (row.text("pk").split_once('#').unwrap().1, row.text("sk").trim_start_matches("DEL#"));
        let folder = object_keys::generation(owner.parse().unwrap(), generation.parse().unwrap());
        let files: Value = serde_json::from_str(row.text("deliverables")).unwrap();
        listed.extend(files.as_array().unwrap().iter().map(|file| folder.clone() + file["name"].as_str().unwrap()));
        listed.insert(folder + "bundle.zip");
    }
    let mut lost: BTreeSet<String> = listed.difference(&objects).cloned().collect();
    for row in rows.iter().filter(|row| row.text("class") == "quarantine") {
        let prefix = row.text("objects");
        if !objects.iter().any(|object| object.starts_with(prefix)) {
            lost.insert(prefix.to_owned());
        }
    }
    let is_known = |object: &String| listed.contains(object) || prefixes.iter().any(|prefix| object.starts_with(prefix.as_str()));
    Differences { stray: objects.iter().filter(|object| !is_known(object)).cloned().collect(), lost }
}

#[test]
fn an_12_no_object_without_a_row_and_no_row_without_an_object() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        let (kept, removed) = (person.quick_generation().await, person.quick_generation().await);
        let broken = Picture { content_type: "image/jpeg", bytes: selfie().bytes[..5_000].to_vec() };
        for picture in [blocked(), broken] {
            person.journey(&picture).await;
        }
        person.upload(&small()).await;
        for generation in [&kept, &removed] {
            assert_eq!(person.settled(generation).await["state"], "done");
        }
        cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
        assert_eq!(differences(&cloud).await, Differences::default());
        assert_eq!(person.delete(&format!("/v1/generations/{removed}")).await.status, 204);
        assert_eq!(differences(&cloud).await, Differences::default());
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;

        // A stray object is found.
        let stray = person.generation_folder(&kept) + "1/more.png";
        put_object(&cloud, &stray, b"x").await;
        assert_eq!(differences(&cloud).await.stray, [stray].into());
        cloud.stop().await;
    });
}
