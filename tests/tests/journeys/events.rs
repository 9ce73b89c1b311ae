//! The recorded inputs of every function, and their replies.
//!
//! `events/<function>/<case>.json` is the event, with placeholders for values that only a running cloud has: `SESSION`, a mailed code, one upload,
//! one account, one generation, one order and one export. `<case>.reply.json` beside it is the reply, with the body as JSON and `"*"` for values that differ from run to
//! run; further headers are allowed.

use std::path::{Path, PathBuf};

use local_cloud::repository;
use serde_json::{Value, json};

use crate::harness::person::text;
use crate::harness::pictures::{blocked, small};
use crate::harness::visitor::Visitor;
use crate::harness::{Person, TestCloud, ledger_and_inventory, mailbox, run};
use crate::journeys::email_changes;

/// Ids in the recorded events.
const UPLOAD: &str = "upl_019aa60f3b407d21a4c58e9f01234567";
const GENERATION: &str = "gen_019aa6104c507e32b5d69fa012345678";
/// A generation that was blocked.
const BLOCKED: &str = "gen_019aa6104c507e32b5d69facccccccc";
const ACCOUNT: &str = "acc_0199f3a5c2007b3c9d4e5f60718293a4";
const ORDER: &str = "ord_019aa6104c507e32b5d69fa012345678";
const EXPORT: &str = "exp_019aa6104c507e32b5d69fa012345678";

/// The idempotency key of the recorded request for it: there is one a day.
const EXPORT_KEY: &str = "7c1f3a7d-7b63-4d65-8c90-2e3d4f5a6b7c";

/// The merchant's id of that order.
const MERCHANT_ORDER: &str = "0190a7c2-0000-4000-8000-0000000000aa";

/// The address and the code of the recorded events. (The request for the code comes first by name.)
const ADDRESS: &str = "ada@example.com";
const CODE: &str = "042137";

/// A trial that was used, with its pass and upload, one that was not, and the secret of a link that was mailed to [`ADDRESS`].
const TRIAL: &str = "tri_019aa6104c507e32b5d69fa0aaaaaaaa";
const PASS: &str = "__Host-trial=PASS";
const TRIAL_UPLOAD: &str = "upl_019aa60f3b407d21a4c58e9faaaaaaaa";
const FRESH_TRIAL: &str = "tri_019aa6104c507e32b5d69fa0bbbbbbbb";
const FRESH_PASS: &str = "__Host-trial=FRESH";
const LINK: &str = "9c2f5e0d7b1a48639c2f5e0d7b1a48639c2f5e0d7b1a48639c2f5e0d7b1a4863";

/// A change of the address of the account, with the codes of both mailboxes.
const CHANGE: &str = "ech_019aa6104c507e32b5d69fa012345678";
const OLD_CODE: &str = "271828";
const NEW_CODE: &str = "314159";

/// These end the session or the generation that the other events need.
const LAST: [&str; 3] = ["email-changes-confirm", "generations-delete", "auth-sessions-delete"];

#[test]
fn every_recorded_event_gets_its_recorded_reply() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        let upload = person.upload(&small()).await;
        let generation = person.quick_journey().await;
        let refused = text(&person.journey(&blocked()).await, "generation_id");
        let (order, merchant_order) = cloud.bought(&person).await;
        let export = person.ask_for_export(EXPORT_KEY).await;
        let ((trial, _), fresh) = (Visitor::done(&cloud).await, Visitor::new(&cloud).await);
        let to = email_changes::address();
        let change = email_changes::ask(&person, &to).await;
        let [old_code, new_code] = email_changes::codes(&person, &to).await;
        let trial_upload = text(&trial.view().await, "upload_id");
        cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();

        let events = events();
        assert!(events.len() >= 15, "{events:?}");
        for (function, path) in events.into_iter().filter(|(function, _)| cloud.model().functions.contains_key(function)) {
            let recorded = std::fs::read_to_string(&path).unwrap();
            let event = recorded
                .replace("__Host-session=SESSION", &person.cookie)
                .replace("__Host-sign-in=", "sign-in=")
                .replace(UPLOAD, &upload)
                .replace(GENERATION, &generation)
                .replace(BLOCKED, &refused)
                .replace(ACCOUNT, &person.account)
                .replace(ORDER, &order)
                .replace(EXPORT, &export)
                .replace(MERCHANT_ORDER, &merchant_order)
                .replace(CHANGE, &change)
                .replace(OLD_CODE, &old_code)
                .replace(NEW_CODE, &new_code)
                .replace(TRIAL, &trial.trial)
                .replace(PASS, &trial.pass)
                .replace(TRIAL_UPLOAD, &trial_upload)
                .replace(FRESH_TRIAL, &fresh.trial)
                .replace(FRESH_PASS, &fresh.pass)
                .replace(LINK, mailbox::link(&cloud, ADDRESS).await.unwrap_or_default().rsplit('#').next().unwrap_or_default())
                .replace(CODE, &mailbox::code(&cloud, ADDRESS).await.unwrap_or_default());
            let answer = cloud.invoke(&function, &serde_json::from_str(&event).unwrap()).await.unwrap();
            assert!(!answer.failed, "{}: {}", path.display(), answer.json());
            let reply =
                std::fs::read_to_string(path.with_extension("reply.json")).unwrap_or_else(|_| panic!("{} has no reply", path.display()));
            assert_like(&path, "", &serde_json::from_str(&reply).unwrap(), &readable(answer.json()));
        }
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn every_recorded_event_of_the_real_time_profile_gets_its_recorded_reply() {
    run(async {
        let cloud = TestCloud::with(&[("Profile", "ephemeral")]).await;
        let events: Vec<_> = events().into_iter().filter(|(function, _)| function == "instant-create").collect();
        assert!(events.len() >= 6, "{events:?}");
        for (function, path) in events {
            let event = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let answer = cloud.invoke(&function, &event).await.unwrap();
            assert!(!answer.failed, "{}: {}", path.display(), answer.json());
            let reply = serde_json::from_str(&std::fs::read_to_string(path.with_extension("reply.json")).unwrap()).unwrap();
            assert_like(&path, "", &reply, &readable(whole(&answer.payload)));
        }
        cloud.stop().await;
    });
}

/// A streamed answer as one: its prelude, eight zero bytes, its body (the wire format of Lambda's response streaming).
fn whole(payload: &[u8]) -> Value {
    let Some(end) = payload.windows(8).position(|window| window == [0; 8]) else { return serde_json::from_slice(payload).unwrap() };
    let mut reply: Value = serde_json::from_slice(&payload[..end]).unwrap();
    reply["body"] = String::from_utf8_lossy(&payload[end + 8..]).into();
    reply
}

/// Each function's name with one of its events; functions that end something come last.
fn events() -> Vec<(String, PathBuf)> {
    let mut events = Vec::new();
    for folder in std::fs::read_dir(repository().unwrap().join("events")).unwrap() {
        let folder = folder.unwrap();
        let function = folder.file_name().into_string().unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            let name = path.to_string_lossy();
            if name.ends_with(".json") && !name.ends_with(".reply.json") {
                events.push((function.clone(), path));
            }
        }
    }
    events.sort_by_key(|(function, path)| (LAST.iter().position(|last| last == function), path.clone()));
    events
}

/// The reply with its body as JSON.
fn readable(mut reply: Value) -> Value {
    if let Some(body) = reply["body"].as_str() {
        reply["body"] = serde_json::from_str(body).unwrap_or_else(|_| json!(body));
    }
    reply
}

/// Every expected value is there, and equal unless it is `"*"`.
fn assert_like(path: &Path, at: &str, expected: &Value, found: &Value) {
    match (expected, found) {
        (Value::String(any), found) if any == "*" => assert!(!found.is_null(), "{}: {at} is absent", path.display()),
        (Value::Object(fields), Value::Object(_)) => {
            for (name, expected) in fields {
                assert_like(path, &format!("{at}/{name}"), expected, &found[name]);
            }
        }
        (Value::Array(expected), Value::Array(items)) => {
            assert_eq!(expected.len(), items.len(), "{}: {at} is {found}", path.display());
            for (index, (expected, item)) in expected.iter().zip(items).enumerate() {
                assert_like(path, &format!("{at}/{index}"), expected, item);
            }
        }
        _ => assert_eq!(expected, found, "{}: {at}", path.display()),
    }
}
