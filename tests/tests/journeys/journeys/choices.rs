//! `GET` and `PUT /v1/me/choices…`: what somebody chose, and what follows of it in every session.

use http::Method;
use local_cloud::Reply;
use serde_json::{Value, json};

use crate::harness::person::{expect, new_key, text};
use crate::harness::pictures::small;
use crate::harness::store::{all_rows, rows_of};
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, run, shared};

async fn say(person: &Person<'_>, purpose: &str, body: Value) -> Reply {
    person.call(Method::PUT, &format!("/v1/me/choices/{purpose}"), Some(&body), &[]).await
}

async fn choose(person: &Person<'_>, purpose: &str, state: &str) -> Value {
    let chosen = expect(say(person, purpose, json!({ "state": state })).await, 200);
    assert_eq!(chosen["state"], state);
    chosen
}

/// What is said of a purpose.
async fn seen(person: &Person<'_>, purpose: &str) -> Value {
    let all = expect(person.get("/v1/me/choices").await, 200);
    if purpose == "restriction" {
        return all["restriction"].clone();
    }
    let purposes = all["purposes"].as_array().unwrap();
    purposes.iter().find(|one| one["purpose"] == purpose).unwrap()["choice"].clone()
}

/// The same person in another browser.
async fn elsewhere<'c>(person: &Person<'c>) -> Person<'c> {
    let mut other = person.clone();
    other.sign_in().await;
    assert_ne!(other.cookie, person.cookie);
    other
}

#[test]
fn an_59_an_60_a_choice_is_seen_with_its_basis_and_taken_back_as_it_was_made() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let all = expect(person.call(Method::GET, "/v1/me/choices", None, &[("sec-gpc", "1")]).await, 200);
        assert_eq!((&all["gpc"], all["purposes"].as_array().unwrap().len()), (&json!(true), 13));
        assert_eq!(expect(person.get("/v1/me/choices").await, 200)["gpc"], false);

        let marketing = seen(&person, "marketing").await;
        assert_eq!((&marketing["state"], &marketing["basis"], marketing.get("since")), (&json!("not-granted"), &json!("consent"), None));
        assert_problem(&say(&person, "marketing", json!({ "state": "granted" })).await, 400, "field-invalid");
        let granted = say(&person, "marketing", json!({ "state": "granted", "text_version": marketing["text_version"] })).await;
        assert_eq!(expect(granted, 200)["notice_version"], marketing["text_version"]);
        assert_eq!(expect(person.get("/v1/me/marketing").await, 200)["subscribed"], true, "one fact");
        let out = person.call(Method::PUT, "/v1/me/marketing", Some(&json!({ "subscribed": false })), &[]).await;
        assert_eq!(out.status, 204);
        let withdrawn = seen(&person, "marketing").await;
        assert_eq!((&withdrawn["state"], &withdrawn["method"]), (&json!("withdrawn"), &json!("settings")));

        let first = choose(&person, "analytics", "objected").await;
        assert_eq!(choose(&person, "analytics", "objected").await, first, "once");
        assert_eq!(seen(&person, "analytics").await, first);
        assert_eq!((&first["basis"], &first["notice_version"]), (&json!("legitimate-interest"), &json!(policy::inventory().version())));
        choose(&person, "analytics", "not-objected").await;

        for (purpose, state, status, reason) in [
            ("analytics", "withdrawn", 400, "field-invalid"),
            ("marketing", "objected", 400, "field-invalid"),
            ("restriction", "granted", 400, "field-invalid"),
            ("analytics", "anything", 400, "field-invalid"),
            ("wallet", "withdrawn", 404, "not-found"),
        ] {
            assert_problem(&say(&person, purpose, json!({ "state": state, "text_version": "2026-11-30" })).await, status, reason);
        }
    });
}

#[test]
fn im_02_an_57_a_restriction_made_in_one_session_holds_in_the_other_at_its_next_request() {
    run(async {
        let cloud = TestCloud::start().await;
        let phone = Person::signed_in(&cloud).await;
        let laptop = elsewhere(&phone).await;
        let upload = laptop.upload(&small()).await;
        // What was begun before ends as it would.
        let begun = phone.quick_generation().await;

        let restricted = choose(&phone, "restriction", "restricted").await;
        assert!(text(&restricted, "effect").contains("deleted nevertheless"), "{restricted}");
        let after = elsewhere(&laptop).await;
        let order = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });
        for person in [&phone, &laptop, &after] {
            assert_problem(&person.start_as(&new_key(), &order).await, 403, "processing-restricted");
            let form = json!({ "content_type": "image/png", "bytes": 5 });
            assert_problem(&person.post("/v1/uploads", &form).await, 403, "processing-restricted");
            let pack = json!({ "offer": stand_ins::polar::PACKS[0] });
            let bought = person.call(Method::POST, "/v1/checkouts", Some(&pack), &[("idempotency-key", &new_key())]).await;
            assert_problem(&bought, 403, "processing-restricted");
            assert_eq!(person.get("/v1/generations").await.status, 200, "what is kept can be seen");
        }
        assert_eq!(laptop.settled(&begun).await["state"], "done");

        choose(&after, "restriction", "unrestricted").await;
        let generation = text(&expect(laptop.start_as(&new_key(), &order).await, 202), "generation_id");
        assert_eq!(phone.settled(&generation).await["state"], "done");
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_59_an_objection_made_in_one_session_holds_in_the_other_without_another_read() {
    run(async {
        let cloud = TestCloud::start().await;
        let phone = Person::signed_in(&cloud).await;
        let laptop = elsewhere(&phone).await;
        let told = json!({ "device_id": "dev_019aa60f3b407d21a4c58e9f01234567", "actions": [{ "action": "signed-in" }] });
        assert_eq!(laptop.post("/v1/events", &told).await.status, 204);
        assert_eq!(rows_of(&cloud, "InsightsTable", "device-link").await.len(), 1);
        let calls = async || cloud.calls().iter().filter(|call| call.function.as_deref() == Some("events-create")).count();
        let counted = calls().await;
        assert_eq!(laptop.post("/v1/events", &told).await.status, 204);
        let each = calls().await - counted;

        for state in ["objected", "not-objected"] {
            choose(&phone, "analytics", state).await;
            assert_eq!(rows_of(&cloud, "InsightsTable", "device-link").await.len(), 0, "an_18: nothing leads to them");
            let before = calls().await;
            assert_eq!(laptop.post("/v1/events", &told).await.status, 204);
            assert_eq!(calls().await - before, each, "no extra read");
            assert_eq!(rows_of(&cloud, "InsightsTable", "device-link").await.len(), usize::from(state == "not-objected"));
        }
        cloud.stop().await;
    });
}

#[test]
fn every_change_is_on_record_once_and_names_no_session() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let version = text(&seen(&person, "marketing").await, "text_version");
        for _ in 0..2 {
            expect(say(&person, "marketing", json!({ "state": "granted", "text_version": version })).await, 200);
        }
        for (purpose, state) in
            [("marketing", "withdrawn"), ("analytics", "objected"), ("restriction", "restricted"), ("analytics", "objected")]
        {
            choose(&person, purpose, state).await;
        }
        let mut records = rows_of(&cloud, "AccountsTable", "consent-record").await;
        records.sort_by(|one, other| one.text("sk").cmp(other.text("sk")));
        let changes: Vec<_> = records.iter().map(|row| [row.text("purpose"), row.text("before"), row.text("after")]).collect();
        assert_eq!(
            changes,
            [
                ["marketing", "not-granted", "granted"],
                ["marketing", "granted", "withdrawn"],
                ["analytics", "not-objected", "objected"],
                ["restriction", "unrestricted", "restricted"],
            ]
        );
        for row in &records {
            assert_eq!((row.text("pk"), row.text("method")), (&*format!("ACC#{}", person.account), "settings"));
            assert!(!row.text("notice").is_empty() && !row.text("basis").is_empty());
            assert!(!format!("{row:?}").contains("ses_"));
        }
        assert!(all_rows(&cloud).await.iter().all(|row| !row.text("class").is_empty()), "no session was made of nothing");
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
