//! `/v1/exports`: a copy of everything, through the real binaries.

use std::collections::BTreeSet;

use local_cloud::{Action, Fault};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::exports::{delivery, file, json_file, open_attempts};
use crate::harness::person::{new_key, text};
use crate::harness::pictures::small;
use crate::harness::store::{self, keys, rows_of};
use crate::harness::{Person, TestCloud, assert_problem, delete_expired, ledger_and_inventory, mailbox, run, shared};

/// Files that every copy has.
const ALWAYS: [&str; 16] = [
    "about.html",
    "about.json",
    "manifest.json",
    "profile.json",
    "wallet/balance.json",
    "wallet/ledger.csv",
    "wallet/orders.json",
    "uploads.json",
    "moderation.json",
    "usage.json",
    "feedback.json",
    "consents.json",
    "lead.json",
    "rights.json",
    "schemas/profile.json",
    "schemas/wallet/ledger.json",
];

#[test]
fn an_54_im_05_a_person_gets_a_copy_of_everything_that_is_stored_of_them_and_of_nobody_else() {
    run(async {
        let cloud = TestCloud::start().await;
        let (person, other) = (Person::signed_in(&cloud).await, Person::signed_in(&cloud).await);
        let told = json!({ "device_id": "dev_019aa60f3b407d21a4c58e9f01234567", "actions": [{ "action": "signed-in" }] });
        assert_eq!(person.post("/v1/events", &told).await.status, 204);
        assert_eq!(person.post("/v1/feedback", &json!({ "text": "[words, mine]" })).await.status, 201);
        let (generation, order) = (person.quick_generation().await, person.order().await);
        let others = other.quick_generation().await;
        assert_eq!(person.settled(&generation).await["state"], "done");
        assert_eq!(other.settled(&others).await["state"], "done");
        let export = person.ask_for_export(&new_key()).await;
        let ready = person.export_reaches(&export, "ready").await;

        assert_eq!((ready["progress"].clone(), ready["volumes"].as_array().unwrap().len()), (json!({ "finished": 1, "volumes": 1 }), 1));
        let mut zip = person.volume(&ready, 1).await;
        let names: BTreeSet<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        for name in ALWAYS {
            assert!(names.contains(name), "{name} in {names:?}");
        }
        let manifest = json_file(&mut zip, "manifest.json");
        assert_eq!((text(&manifest, "export_id"), manifest["gone"].clone()), (export.clone(), json!([])));
        let listed = manifest["files"].as_array().unwrap().clone();
        assert_eq!(listed.len() + 1, names.len(), "every file but the manifest is in it");
        for entry in listed {
            let bytes = file(&mut zip, &text(&entry, "name"));
            assert_eq!(
                (hex::encode(Sha256::digest(&bytes)), Some(bytes.len() as u64)),
                (text(&entry, "sha256"), entry["bytes"].as_u64()),
                "{entry}"
            );
        }

        assert_eq!(json_file(&mut zip, "profile.json")["account"][0]["email"], json!(person.email));
        let job = json_file(&mut zip, &format!("jobs/{generation}.json"));
        assert_eq!((job["generation"][0]["style"].clone(), job["generation"][0]["state"].clone()), (json!("soft-anime"), json!("done")));
        assert!(job["deliverables"][0]["deliverables"].is_array(), "{job}");
        assert_eq!(json_file(&mut zip, "wallet/orders.json")["order"][0]["sk"], json!(format!("ORD#{order}")));
        assert_eq!(json_file(&mut zip, "feedback.json")["feedback"][0]["words"], json!("[words, mine]"));
        assert_eq!(json_file(&mut zip, "usage.json")["device-day"].as_array().unwrap().len(), 1);
        assert_eq!(json_file(&mut zip, "lead.json")["lead"][0]["email"], json!(person.email));
        assert_eq!(json_file(&mut zip, "moderation.json")["moderation-record"].as_array().unwrap().len(), 1);
        let ledger = String::from_utf8(file(&mut zip, "wallet/ledger.csv")).unwrap();
        assert_eq!(ledger.lines().count(), 4, "a grant, a hold and a capture: {ledger}");
        for key in keys(&cloud, &person.generation_folder(&generation)).await {
            let name = key.replacen(&person.generation_folder(&generation), &format!("images/{generation}/"), 1);
            assert_eq!(file(&mut zip, &name), store::object(&cloud, &key).await, "{name}");
        }
        assert_eq!(names.iter().filter(|name| name.starts_with("selfies/")).count(), 1);
        for name in &names {
            let bytes = file(&mut zip, name);
            let hides = |secret: &str| !secret.is_empty() && bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            let strangers = [other.account.as_str(), &other.email, &others, person.cookie.trim_start_matches("session=")];
            assert!(!strangers.into_iter().any(hides), "{name} has what is not this person's");
        }
        let mails = mailbox::all(&cloud).await;
        let mail = mails.iter().find(|mail| mail.text.contains(&export)).expect("a mail");
        assert!(mail.text.contains("/data?export=") && !mail.text.contains("exports/"), "it leads to the page, and to no file");
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_54_there_is_one_copy_a_day_and_the_same_request_is_the_same_copy() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let key = new_key();
        let export = person.ask_for_export(&key).await;
        person.export_reaches(&export, "ready").await;
        assert_eq!(person.ask_for_export(&key).await, export);
        let again = person.ask(&new_key()).await;
        assert_problem(&again, 429, "rate-limited");
        let listed = person.get("/v1/exports").await.json();
        assert_eq!((listed["exports"].as_array().unwrap().len(), text(&listed["exports"][0], "export_id")), (1, export));
        assert!(listed["exports"][0].get("volumes").is_none(), "a list has no links");
    });
}

#[test]
fn an_54_a_copy_lives_for_seven_days_and_its_links_for_twenty_minutes() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let export = person.ask_for_export(&new_key()).await;
        let first = person.export_reaches(&export, "ready").await;
        cloud.set_clock_offset(60);
        let later = person.export(&export).await;
        assert_ne!(first["volumes"][0]["url"], later["volumes"][0]["url"], "each answer has a link of its own");
        let day = 24 * 3600;
        cloud.set_clock_offset(5 * day + 60);
        let over = person.export(&export).await;
        assert_eq!((over["state"].clone(), over["volumes"][0].get("url")), (json!("expired"), None));
        cloud.set_clock_offset(7 * day - 3600 - 60);
        delete_expired(&cloud).await;
        assert_eq!(keys(&cloud, "exports/").await.len(), 2, "the plan and the file are there until the last hour");
        cloud.set_clock_offset(7 * day - 120);
        delete_expired(&cloud).await;
        assert_eq!(keys(&cloud, "exports/").await, Vec::<String>::new());
        let left = [rows_of(&cloud, "RightsTable", "export-request").await, rows_of(&cloud, "RightsTable", "export-volume").await];
        assert_eq!(left.concat().len(), 0);
        assert_problem(&person.get(&format!("/v1/exports/{export}")).await, 404, "not-found");
        cloud.stop().await;
    });
}

#[test]
fn an_54_what_goes_while_a_copy_is_made_is_noted_and_ends_nothing() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let generation = person.quick_generation().await;
        assert_eq!(person.settled(&generation).await["state"], "done");
        cloud.pause_queue("ExportDue").await.unwrap();
        let export = person.ask_for_export(&new_key()).await;
        handle(&cloud, &person, &export, 0).await;
        let selfie = keys(&cloud, &format!("uploads/{}/", person.account)).await.remove(0);
        store::remove_object(&cloud, &selfie).await;
        handle(&cloud, &person, &export, 1).await;
        let ready = person.export_reaches(&export, "ready").await;
        let manifest = json_file(&mut person.volume(&ready, 1).await, "manifest.json");
        let upload = selfie.split('/').nth(2).unwrap();
        assert_eq!(manifest["gone"][0]["name"], json!(format!("selfies/{upload}.png")));
        cloud.stop().await;
    });
}

#[test]
fn an_54_a_worker_may_die_at_every_call_and_there_is_one_volume_and_one_mail() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        person.upload(&small()).await;
        cloud.pause_queue("ExportDue").await.unwrap();
        for step in [0, 1] {
            // How many calls a healthy worker makes, and on the way a copy that is made without a fault.
            let calls = calls_of_a_copy(&cloud, step).await;
            let export = {
                let person = Person::signed_in(&cloud).await;
                person.upload(&small()).await;
                let export = person.ask_for_export(&new_key()).await;
                if step == 1 {
                    handle(&cloud, &person, &export, 0).await;
                }
                for nth in 1..=calls {
                    for action in [Action::KillBefore, Action::KillAfter] {
                        cloud.inject(Fault::new(action.clone()).of("on-export-due").nth(nth));
                        let answer = cloud.invoke("on-export-due", &delivery(&person.account, &export, step)).await.unwrap();
                        // Later ones are done with less: what is there is not made again.
                        let died = cloud.clear_faults() == 0;
                        assert_eq!(answer.failed, died, "{action:?} {nth} of {calls}: {}", answer.json());
                    }
                }
                handle(&cloud, &person, &export, step).await;
                handle(&cloud, &person, &export, 1).await;
                handle(&cloud, &person, &export, 1).await;
                let ready = person.export_reaches(&export, "ready").await;
                assert_eq!(ready["volumes"].as_array().unwrap().len(), 1);
                let manifest = json_file(&mut person.volume(&ready, 1).await, "manifest.json");
                assert_eq!(manifest["gone"], json!([]));
                assert_eq!(keys(&cloud, &format!("exports/{}/", person.account)).await.len(), 2, "the plan and the volume");
                export
            };
            assert_eq!(open_attempts(&cloud).await, 0, "nothing that was begun is left open");
            let mails = mailbox::all(&cloud).await.iter().filter(|mail| mail.text.contains(&export)).count();
            assert!(mails <= 1, "{mails} mails");
        }
        cloud.stop().await;
    });
}

/// The calls of a healthy worker for a step of somebody else's copy.
async fn calls_of_a_copy(cloud: &TestCloud, step: u16) -> u32 {
    let person = Person::signed_in(cloud).await;
    person.upload(&small()).await;
    let export = person.ask_for_export(&new_key()).await;
    for before in 0..step {
        handle(cloud, &person, &export, before).await;
    }
    cloud.reset_calls();
    handle(cloud, &person, &export, step).await;
    let calls = cloud.calls().into_iter().filter(|call| call.function.as_deref() == Some("on-export-due")).count();
    assert!(calls >= 4, "{calls}");
    u32::try_from(calls).unwrap()
}

/// Delivers a message to a healthy worker.
async fn handle(cloud: &TestCloud, person: &Person<'_>, export: &str, volume: u16) {
    let answer = cloud.invoke("on-export-due", &delivery(&person.account, export, volume)).await.unwrap();
    let expected: (bool, &Value) = (false, &json!([]));
    assert_eq!((answer.failed, &answer.json()["batchItemFailures"]), expected, "{}", answer.json());
}
