//! What each run of a function may cost: the AWS calls it makes, counted by the proxy. The budget is in the function's manifest.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use local_cloud::{Cloud, HttpClient, repository};
use serde_json::json;
use stacks::Manifest;
use stand_ins::polar::PACKS;

use crate::alarms::ringing;
use crate::harness::at_the_desk::AtTheDesk;
use crate::harness::person::{expect, new_key, text};
use crate::harness::pictures::{blocked, small};
use crate::harness::visitor::Visitor;
use crate::harness::{Person, TestCloud, mailbox, run, until};
use crate::journeys::email_changes;
use crate::journeys::erasure::Erasing;
use crate::journeys::mail::{operate, state, words};

fn manifests() -> BTreeMap<String, Manifest> {
    stacks::functions(&repository().unwrap()).unwrap().into_iter().map(|function| (function.name, function.manifest)).collect()
}

/// Compares every run in this cloud so far with the budget of its function; answers the functions that ran.
fn within_budgets(cloud: &Cloud) -> BTreeSet<String> {
    let manifests = manifests();
    let mut runs: BTreeMap<(String, Option<String>), Vec<String>> = BTreeMap::new();
    for call in cloud.calls() {
        let Some(function) = call.function else { continue };
        runs.entry((function, call.invocation)).or_default().push(format!("{} {}", call.service, call.operation));
    }
    // A run counts as one when its process asks for the next, which may be after its answer.
    let ran = |function: &&String| cloud.worked(function).unwrap().invocations > 0 || runs.keys().any(|(called, _)| called == *function);
    let ran = cloud.model().functions.keys().filter(ran).cloned().collect();
    for ((function, _), calls) in runs {
        let budget = usize::try_from(manifests[&function].calls).unwrap();
        assert!(calls.len() <= budget, "{function} may make {budget} calls and made {}: {calls:?}", calls.len());
    }
    ran
}

/// One person does everything once, and every schedule runs.
async fn wallet() -> BTreeSet<String> {
    let cloud = TestCloud::start().await;
    let mut person = Person::visitor(&cloud);
    let changes = format!("/privacy/changes?from={}", policy::inventory().version());
    for path in ["/privacy", &changes, "/.well-known/gpc.json", "/v1/site", "/v1/styles", "/v1/offers"] {
        assert_eq!(person.get(path).await.status, 200, "{path}");
    }
    let picture = [("content-type", "application/octet-stream")];
    assert_eq!(person.send(Method::POST, "/v1/verifications", &picture, small().bytes).await.status, 200);
    person.sign_in().await;
    person.sign_in().await;
    assert_eq!(person.get("/v1/me").await.status, 200);

    let told = json!({ "device_id": "dev_019aa60f3b407d21a4c58e9f01234567", "actions": [{ "action": "signed-in" }] });
    assert_eq!(person.post("/v1/events", &told).await.status, 204);
    choices(&person).await;
    assert_eq!(person.post("/v1/feedback", &json!({ "text": "Hi" })).await.status, 201);
    let body = json!({ "upload_id": person.upload(&small()).await, "style": "soft-anime", "count": 1 });
    let key = new_key();
    let generation = text(&expect(person.start_as(&key, &body).await, 202), "generation_id");
    let path = format!("/v1/generations/{generation}");
    assert_eq!(person.settled(&generation).await["state"], "done");
    cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
    expect(person.start_as(&key, &body).await, 202);
    cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
    let etag = person.get(&path).await.header("etag").to_owned();
    assert_eq!(person.call(Method::GET, &path, None, &[("if-none-match", &etag)]).await.status, 304);
    assert_eq!(person.get("/v1/generations").await.status, 200);
    let (key, pack) = (new_key(), json!({ "offer": PACKS[0] }));
    for _ in 0..2 {
        assert_eq!(person.call(Method::POST, "/v1/checkouts", Some(&pack), &[("idempotency-key", &key)]).await.status, 201);
    }
    let (order, _) = cloud.bought(&person).await;
    for path in ["/v1/orders", "/v1/me/wallet/entries"] {
        assert_eq!(person.get(path).await.status, 200, "{path}");
    }
    for _ in 0..2 {
        assert_eq!(person.ask_for_refund(&order).await.status, 202);
    }
    let key = new_key();
    let export = person.ask_for_export(&key).await;
    person.export_reaches(&export, "ready").await;
    assert_eq!(person.ask_for_export(&key).await, export);
    assert_eq!(person.get("/v1/exports").await.status, 200);
    outreach(&cloud, &person).await;
    let to = email_changes::address();
    let change = email_changes::ask(&person, &to).await;
    let [old, new] = email_changes::codes(&person, &to).await;
    assert_eq!(email_changes::confirm(&person, &change, [&old, &new]).await.status, 204);
    at_the_desk(&cloud, &person).await;
    let (mut visitor, _) = Visitor::done(&cloud).await;
    let link = visitor.mailed_link(&visitor.person.email, false).await;
    assert_eq!(Visitor::open(&cloud, &link).await.status, 200);
    visitor.person.sign_in().await;
    for _ in 0..2 {
        assert_eq!(visitor.claim().await.status, 202);
    }
    cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
    for path in [path.as_str(), "/v1/auth/sessions"] {
        assert_eq!(person.delete(path).await.status, 204, "{path}");
    }
    erasures(&cloud).await;
    for schedule in &cloud.model().schedules {
        let ran = cloud.fire_schedule(&schedule.function).await.unwrap();
        assert!(!ran.failed, "{}: {}", schedule.function, ran.json());
    }
    cloud.settle(std::time::Duration::from_secs(180)).await.unwrap();
    let ran = within_budgets(&cloud);
    assert_eq!(ringing(&cloud).await, BTreeSet::new());
    cloud.stop().await;
    ran
}

/// One erasure is taken back, and one runs to its receipt.
async fn erasures(cloud: &TestCloud) {
    let (staying, leaving) = (Person::signed_in(cloud).await, Person::signed_in(cloud).await);
    leaving.quick_journey().await;
    cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
    assert_eq!(Erasing::ask(cloud, &staying).await.0.take_back().await.status, 204);
    Erasing::ask(cloud, &leaving).await.0.to_the_end().await;
    cloud.set_clock_offset(0);
    assert_eq!(leaving.get("/v1/proofs/checkpoint").await.status, 200);
}

/// All that somebody may choose, and back to where everything works.
async fn choices(person: &Person<'_>) {
    let version = expect(person.get("/v1/me/choices").await, 200)["purposes"].as_array().unwrap().iter().find_map(|one| {
        let version = one.pointer("/choice/text_version")?;
        Some(version.clone())
    });
    for (purpose, state) in [
        ("marketing", "granted"),
        ("marketing", "withdrawn"),
        ("restriction", "restricted"),
        ("restriction", "unrestricted"),
        ("analytics", "objected"),
    ] {
        let text_version = version.as_ref().filter(|_| state == "granted");
        let body = json!({ "state": state, "text_version": text_version });
        let path = format!("/v1/me/choices/{purpose}");
        assert_eq!(expect(person.call(Method::PUT, &path, Some(&body), &[]).await, 200)["state"], state);
    }
}

/// A photo is blocked, looked at, appealed for and drawn from after all.
async fn at_the_desk(cloud: &TestCloud, person: &Person<'_>) {
    let mut desk = AtTheDesk::new(cloud, "moderator").await;
    assert_eq!(desk.sign_in(true).await.status, 201);
    let generation = person.start(&person.upload(&blocked()).await).await;
    assert_eq!(person.settled(&generation).await["state"], "blocked");
    cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
    assert_eq!(desk.queue().await, [generation.as_str()]);
    for rest in ["", "/preview"] {
        assert_eq!(desk.person.get(&format!("/v1/desk/cases/{generation}{rest}")).await.status, 200);
    }
    assert_eq!(desk.view(&generation).await.status, 200);
    assert_eq!(person.post(&format!("/v1/generations/{generation}/appeals"), &json!({ "text": "Hi" })).await.status, 201);
    assert_eq!(desk.decide(&generation, "overturn", "allowed").await.status, 201);
    assert_eq!(desk.person.get("/v1/desk/audit").await.status, 200);
    assert_eq!(person.reaches(&generation, &["done", "failed"]).await["state"], "done");
    cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
}

/// What has to do with mail.
async fn outreach(cloud: &TestCloud, person: &Person<'_>) {
    assert_eq!(person.call(Method::PATCH, "/v1/me", Some(&json!({ "locale": "en" })), &[]).await.status, 200);
    let shown = expect(person.get("/v1/me/marketing").await, 200);
    let agreed = json!({ "subscribed": true, "text_version": shown["text_version"] });
    assert_eq!(person.call(Method::PUT, "/v1/me/marketing", Some(&agreed), &[]).await.status, 204);
    operate(cloud, &["count", "winter", "--marketing", &words(cloud)]).await.unwrap();
    cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
    operate(cloud, &["start", "winter"]).await.unwrap();
    until("the campaign being done", async || (state(cloud, "winter").await == "done").then_some(())).await;
    cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
    let mails = mailbox::all(cloud).await;
    let mail = mails.iter().find(|mail| mail.text.contains("/unsubscribe/")).unwrap();
    let path = format!("/unsubscribe/{}", mail.text.split("/unsubscribe/").nth(1).unwrap().split_whitespace().next().unwrap());
    assert_eq!(person.get(&path).await.status, 200);
    assert_eq!(person.send(Method::POST, &path, &[], "List-Unsubscribe=One-Click").await.status, 200);
    // A real complaint would ring: so the event alone.
    let recorded = repository().unwrap().join("events/on-mail-event/a-complaint-of-a-campaign.json");
    let complaint = serde_json::from_slice(&std::fs::read(recorded).unwrap()).unwrap();
    assert!(!cloud.invoke("on-mail-event", &complaint).await.unwrap().failed);
}

/// One picture is drawn at once.
async fn ephemeral() -> BTreeSet<String> {
    let cloud = TestCloud::with(&[("Profile", "ephemeral")]).await;
    let url = format!("{}/v1/instant?style=soft-anime", cloud.function_url("instant-create").unwrap());
    let headers = [("provider-consent", "palette"), ("age-attestation", "13+"), ("accept", "image/*"), ("content-type", "image/png")];
    let drawn = HttpClient::default().send(Method::POST, &url, &headers, small().bytes).await.unwrap();
    assert_eq!(drawn.status, 200, "{}", drawn.json());
    let ran = within_budgets(&cloud);
    assert_eq!(ringing(&cloud).await, BTreeSet::new());
    cloud.stop().await;
    ran
}

/// Invariant: A request makes no more calls than its budget.
#[test]
fn no_run_makes_more_calls_than_its_budget_and_every_function_runs_once() {
    run(async {
        let ran: BTreeSet<String> = wallet().await.into_iter().chain(ephemeral().await).collect();
        let untested: Vec<String> = manifests().into_keys().filter(|function| !ran.contains(function)).collect();
        assert!(untested.is_empty(), "this test runs every function once, to count its calls, but not {untested:?}");
    });
}
