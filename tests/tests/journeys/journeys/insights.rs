//! `GET /v1/site`, `POST /v1/events` and `POST /v1/feedback`: what a browser asks and tells, and what becomes of it.

use http::Method;
use local_cloud::{Action, Fault, Reply};
use serde_json::{Value, json};

use crate::harness::person::{expect, network, text};
use crate::harness::store::{Row, all_rows, rows, rows_of};
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, run, shared};

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// A name that a browser gives itself today.
fn device() -> String {
    let now = jiff::Timestamp::now().as_millisecond();
    format!("dev_{now:012x}7{:03x}8{:015x}", rand::random::<u16>() & 0xfff, rand::random::<u64>() >> 4)
}

async fn tell(person: &Person<'_>, device: &str, actions: &[(&str, Option<&str>)]) -> Reply {
    tell_with(person, device, actions, &[]).await
}

async fn tell_with(person: &Person<'_>, device: &str, actions: &[(&str, Option<&str>)], headers: &[(&str, &str)]) -> Reply {
    let one = |(action, context): &(&str, Option<&str>)| match context {
        Some(context) => json!({ "action": action, "context": context }),
        None => json!({ "action": action }),
    };
    let body = json!({ "device_id": device, "actions": actions.iter().map(one).collect::<Value>() });
    person.call(Method::POST, "/v1/events", Some(&body), headers).await
}

const PRICES: &[(&str, Option<&str>)] = &[("page-viewed", Some("credits")), ("pricing-viewed", Some("credits"))];

#[test]
fn a_browser_learns_what_there_is_before_anybody_signs_in() {
    run(async {
        let person = Person::visitor(shared().await);
        let reply = person.get("/v1/site").await;
        assert_eq!((reply.header("cache-control"), reply.header("set-cookie")), ("public, max-age=300", ""));
        let etag = reply.header("etag").to_owned();
        let site = expect(reply, 200);
        assert_eq!((&site["profile"], &site["features"]["accounts"]), (&json!("wallet"), &json!(true)));
        let styles = person.get("/v1/styles").await;
        assert_eq!(styles.header("etag"), format!("\"{}\"", text(&site, "styles_version")));
        for (path, etag) in [("/v1/site", etag.as_str()), ("/v1/styles", styles.header("etag"))] {
            let again = person.call(Method::GET, path, None, &[("if-none-match", etag)]).await;
            assert_eq!((again.status.as_u16(), again.body.len(), again.header("etag")), (304, 0, etag), "{path}");
        }
        assert!(
            site["limits"]["rates"].as_array().unwrap().iter().any(|rate| rate["name"] == "uploads-account-hour" && rate["most"] == 120)
        );
    });
}

#[test]
fn an_69_every_counted_answer_says_its_limits_and_a_refusal_which() {
    run(async {
        let person = Person::signed_in(shared().await).await;
        let policy = "\"uploads-account-hour\";q=120;w=3600";
        let form = json!({ "content_type": "image/png", "bytes": 5 });
        assert_eq!(person.post("/v1/uploads", &form).await.header("ratelimit-policy"), policy);
        assert_eq!(person.post("/v1/uploads", &json!({})).await.header("ratelimit-policy"), policy, "a wrong one as well");
        let refused = loop {
            let reply = person.post("/v1/uploads", &form).await;
            if reply.status != 201 {
                break reply;
            }
        };
        assert_problem(&refused, 429, "rate-limited");
        let wait = refused.header("retry-after");
        assert_eq!(
            (refused.header("ratelimit"), refused.header("ratelimit-policy")),
            (&*format!("\"uploads-account-hour\";r=0;t={wait}"), policy)
        );
        let asked = person.ask_for_code().await;
        assert!(asked.header("ratelimit-policy").contains("\"codes-block-and-address-day\";q=10;w=86400"), "{:?}", asked.headers);
        assert_eq!(person.get("/v1/me").await.header("ratelimit-policy"), "", "what is not counted has no limit");
        let browser = person.call(Method::GET, "/v1/me", None, &[("origin", "http://localhost:8080")]).await;
        let exposed = browser.header("access-control-expose-headers");
        assert!(
            ["ratelimit", "ratelimit-policy", "retry-after"].iter().all(|name| exposed.split(',').any(|one| one.trim() == *name)),
            "{exposed}"
        );
    });
}

fn actions(row: &Row) -> Vec<String> {
    let mut actions: Vec<String> =
        row.attributes["actions"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
    actions.sort();
    actions
}

#[test]
fn an_17_an_75_a_browser_tells_of_actions_once_each_and_whose_it_is_only_after_a_sign_in() {
    run(async {
        let cloud = TestCloud::start().await;
        let (mut person, browser) = (Person::visitor(&cloud), device());
        for _ in 0..2 {
            assert_eq!(tell(&person, &browser, PRICES).await.status, 204);
        }
        let days = rows_of(&cloud, "InsightsTable", "device-day").await;
        assert_eq!(
            (days.len(), days[0].text("sk"), actions(&days[0])),
            (1, &*browser, vec!["page-viewed/credits".to_owned(), "pricing-viewed/credits".into()])
        );
        assert_eq!(rows_of(&cloud, "InsightsTable", "device-link").await.len(), 0);

        person.sign_in().await;
        assert_eq!(tell(&person, &browser, &[("signed-in", None)]).await.status, 204);
        let links = rows_of(&cloud, "InsightsTable", "device-link").await;
        assert_eq!(
            (links.len(), links[0].text("pk"), links[0].text("sk")),
            (1, &*format!("ACC#{}", person.account), &*format!("DEV#{browser}"))
        );
        let day = rows_of(&cloud, "InsightsTable", "device-day").await.remove(0);
        assert_eq!(actions(&day).len(), 3);
        assert!(!format!("{day:?}").contains(&person.account), "an_18: the account is in the link alone");

        // A session that was closed says nothing of the browser; what it did is still somebody's.
        let other = device();
        assert_eq!(person.delete("/v1/auth/sessions").await.status, 204);
        assert_eq!(tell(&person, &other, &[("theme-chosen", Some("dark"))]).await.status, 204);
        assert_eq!(rows_of(&cloud, "InsightsTable", "device-link").await.len(), 1);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_20_a_browser_that_asks_not_to_be_counted_is_not() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let calls = cloud.calls().len();
        for header in [("sec-gpc", "1"), ("dnt", "1")] {
            assert_eq!(tell_with(&person, &device(), PRICES, &[header]).await.status, 204);
        }
        assert_eq!(rows(&cloud, "InsightsTable").await.len(), 0);
        assert!(cloud.calls()[calls..].iter().all(|call| call.function.is_none()), "nothing is written, and nothing asked");
        cloud.stop().await;
    });
}

#[test]
fn an_18_an_20_who_objects_is_not_counted_and_nothing_leads_to_them() {
    run(async {
        let cloud = TestCloud::start().await;
        let (person, browser) = (Person::signed_in(&cloud).await, device());
        tell(&person, &browser, &[("signed-in", None)]).await;
        assert_eq!(rows_of(&cloud, "InsightsTable", "device-link").await.len(), 1);
        let say = async |state: &str| {
            let body = json!({ "state": state });
            expect(person.call(Method::PUT, "/v1/me/choices/analytics", Some(&body), &[]).await, 200)["state"].clone()
        };
        for _ in 0..2 {
            assert_eq!(say("objected").await, "objected");
        }
        assert_eq!(tell(&person, &device(), PRICES).await.status, 204, "the answer is the same");
        let left = rows(&cloud, "InsightsTable").await;
        assert_eq!((left.len(), left[0].text("class")), (1, "device-day"), "{left:?}");
        assert_eq!(say("not-objected").await, "not-objected");
        assert_eq!(tell(&person, &browser, PRICES).await.status, 204);
        assert_eq!(rows_of(&cloud, "InsightsTable", "device-link").await.len(), 1);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_21_what_has_no_place_in_an_event_is_refused_and_stored_nowhere() {
    run(async {
        let person = Person::visitor(shared().await);
        let one = json!({ "action": "page-viewed", "context": "home" });
        let with = |name: &str, value: Value| {
            let mut action = one.clone();
            action[name] = value;
            json!({ "device_id": device(), "actions": [action] })
        };
        for (body, status) in [
            (with("selfie", json!("data:image/png;base64,iVBORw0KGgo=")), "body-malformed"),
            (with("balance", json!(3)), "body-malformed"),
            (with("context", json!(3)), "body-malformed"),
            (with("context", json!("ada@example.com")), "field-invalid"),
            (with("action", json!("balance-3")), "field-invalid"),
            (json!({ "device_id": "dev_1", "actions": [one] }), "body-malformed"),
            (json!({ "device_id": device(), "actions": vec![one.clone(); 21] }), "field-invalid"),
            (json!({ "device_id": device(), "actions": [] }), "field-invalid"),
            (json!({ "device_id": device() }), "body-malformed"),
        ] {
            let reply = person.post("/v1/events", &body).await;
            assert_problem(&reply, 400, status);
        }
        let cross = tell_with(&person, &device(), PRICES, &[("origin", "https://evil.example")]).await;
        assert_problem(&cross, 403, "cross-site");
    });
}

#[test]
fn an_20_an_53_what_browsers_did_is_there_for_ninety_days_and_numbers_stay() {
    run(async {
        let cloud = TestCloud::start().await;
        for _ in 0..6 {
            let person = Person::visitor(&cloud);
            assert_eq!(tell(&person, &device(), PRICES).await.status, 204);
        }
        let person = Person::signed_in(&cloud).await;
        tell(&person, &device(), &[("signed-in", None)]).await;
        assert!(!cloud.fire_schedule("every-day-count-events").await.unwrap().failed);
        assert!(counted(&cloud).await.iter().all(|day| day["persons"].is_null()), "today is not over");

        // The functions' clock, and not this one, says when the day is over.
        let left = DAY - jiff::Timestamp::now().as_second().rem_euclid(DAY);
        cloud.set_clock_offset(left + HOUR);
        for _ in 0..2 {
            assert!(!cloud.fire_schedule("every-day-count-events").await.unwrap().failed);
        }
        let days = counted(&cloud).await;
        let day = days.iter().find(|day| !day["persons"].is_null()).expect("a day with numbers");
        assert_eq!((&day["persons"], &day["new_browsers"]), (&json!(7), &json!(7)));
        assert_eq!(
            day["actions"],
            json!({ "page-viewed/credits": 6, "pricing-viewed/credits": 6 }),
            "one who signed in is fewer than five"
        );

        let left_of = async |class| rows_of(&cloud, "InsightsTable", class).await.len();
        cloud.set_clock_offset(left + 88 * DAY);
        crate::harness::delete_expired(&cloud).await;
        assert_eq!((left_of("device-day").await, left_of("device-link").await), (7, 1));
        cloud.set_clock_offset(90 * DAY);
        crate::harness::delete_expired(&cloud).await;
        assert_eq!((left_of("device-day").await, left_of("device-link").await), (0, 0), "an_20: empty at +90 d");
        assert!(left_of("daily-counts").await >= 7);
        cloud.set_clock_offset(729 * DAY);
        crate::harness::delete_expired(&cloud).await;
        assert!(left_of("daily-counts").await >= 1, "numbers stay for 24 months");
        cloud.set_clock_offset(731 * DAY);
        crate::harness::delete_expired(&cloud).await;
        assert_eq!(left_of("daily-counts").await, 0);
        cloud.stop().await;
    });
}

/// The numbers of each day.
async fn counted(cloud: &TestCloud) -> Vec<Value> {
    let rows = rows_of(cloud, "InsightsTable", "daily-counts").await;
    rows.iter().map(|row| serde_json::from_str(row.text("counts")).unwrap()).collect()
}

#[test]
fn an_08_a_message_is_kept_for_half_a_year_with_or_without_an_account_and_few_a_day() {
    run(async {
        let cloud = TestCloud::start().await;
        let (visitor, person) = (Person::visitor(&cloud), Person::signed_in(&cloud).await);
        let hostile = "\u{1b}[2J<script>alert(1)</script>\u{202e}\0'; DROP TABLE x; --";
        let sent = visitor.post("/v1/feedback", &json!({ "text": hostile, "contact": "grace@example.org" })).await;
        assert!(expect(sent, 201)["feedback_id"].as_str().unwrap().starts_with("fbk_"));
        expect(person.post("/v1/feedback", &json!({ "text": "語".repeat(2_000) })).await, 201);
        let kept = rows_of(&cloud, "InsightsTable", "feedback").await;
        let of_person =
            kept.iter().find(|row| row.text("pk") == format!("ACC#{}", person.account)).expect("in the partition of its author");
        assert_eq!((of_person.text("words").chars().count(), of_person.text("contact")), (2_000, ""));
        let of_visitor = kept.iter().find(|row| row.text("pk").starts_with("FEEDBACK#")).expect("of nobody");
        assert!(of_visitor.text("words").chars().all(|c| !c.is_control()) && of_visitor.text("words").contains("<script>"));
        assert_eq!(of_visitor.text("contact"), "grace@example.org");

        for (body, reason) in [
            (json!({ "text": "語".repeat(2_001) }), "field-invalid"),
            (json!({ "text": " \n" }), "field-invalid"),
            (json!({ "text": "Hi", "contact": "nobody" }), "field-invalid"),
            (json!({ "text": "Hi", "picture": "iVBORw0KGgo=" }), "body-malformed"),
        ] {
            assert_problem(&visitor.post("/v1/feedback", &body).await, 400, reason);
        }
        for _ in 0..9 {
            expect(visitor.post("/v1/feedback", &json!({ "text": "Hi" })).await, 201);
        }
        let refused = visitor.post("/v1/feedback", &json!({ "text": "Hi" })).await;
        assert_problem(&refused, 429, "rate-limited");
        assert!(refused.header("ratelimit").starts_with("\"feedback-line-day\";r=0;t="), "{:?}", refused.headers);
        expect(Person::visitor(&cloud).through(network()).post("/v1/feedback", &json!({ "text": "Hi" })).await, 201);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;

        let left = async || rows_of(&cloud, "InsightsTable", "feedback").await.len();
        let all = left().await;
        cloud.set_clock_offset(180 * DAY - HOUR);
        crate::harness::delete_expired(&cloud).await;
        assert_eq!(left().await, all);
        cloud.set_clock_offset(180 * DAY);
        crate::harness::delete_expired(&cloud).await;
        assert_eq!(left().await, 0);
        cloud.stop().await;
    });
}

/// AN-09, AN-10, AN-52: the counts of networks name nobody, are beside nothing of an account, and go with their day.
#[test]
fn an_09_an_10_an_52_a_network_is_a_hash_of_the_day_that_no_row_joins_to_anybody() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        tell(&person, &device(), PRICES).await;
        person.post("/v1/feedback", &json!({ "text": "Hi" })).await;
        let counters = rows_of(&cloud, "FleetingTable", "network-counter").await;
        let hashes: Vec<String> = counters.iter().map(|row| row.text("pk").split('#').nth(2).unwrap().to_owned()).collect();
        assert!(hashes.len() >= 8 && hashes.iter().all(|hash| hash.len() == 32), "{hashes:?}");
        assert!(counters.iter().any(|row| row.text("pk").starts_with("LIMIT#events#")), "of events");
        for row in all_rows(&cloud).await.iter().filter(|row| row.text("class") != "network-counter") {
            let said = format!("{row:?}");
            assert!(hashes.iter().all(|hash| !said.contains(hash)), "{said}");
        }
        assert!(counters.iter().all(|row| !format!("{row:?}").contains(&person.account)));

        // Another day has another salt: the same network has another hash, and yesterday's leads nowhere.
        let left = DAY - jiff::Timestamp::now().as_second().rem_euclid(DAY);
        cloud.set_clock_offset(left + 60);
        let person = Person::visitor(&cloud).through(network());
        tell(&person, &device(), PRICES).await;
        let salts = rows_of(&cloud, "FleetingTable", "network-salt").await;
        assert_eq!(salts.len(), 2);
        cloud.set_clock_offset(left + HOUR + 60);
        crate::harness::delete_expired(&cloud).await;
        let counters = rows_of(&cloud, "FleetingTable", "network-counter").await;
        assert!(counters.iter().all(|row| hashes.iter().all(|hash| !row.text("pk").contains(hash))), "gone an hour after the day");
        assert_eq!(rows_of(&cloud, "FleetingTable", "network-salt").await.len(), 1, "the salt of the day before is destroyed");
        cloud.stop().await;
    });
}

/// Killed before each of its calls and after the last, and called again.
#[test]
fn what_stores_an_event_or_a_message_may_die_anywhere_and_so_may_the_count() {
    run(async {
        let cloud = TestCloud::start().await;
        let (person, browser) = (Person::signed_in(&cloud).await, device());
        for (function, path, body) in [
            ("events-create", "/v1/events", json!({ "device_id": browser, "actions": [{ "action": "signed-in" }] })),
            ("feedback-create", "/v1/feedback", json!({ "text": "Hi" })),
        ] {
            for fault in [Fault::new(Action::KillBefore).nth(1), Fault::new(Action::KillAfter).nth(1)] {
                cloud.inject(fault.of(function).on("dynamodb", "TransactWriteItems"));
                assert!(person.post(path, &body).await.status.is_server_error(), "{function}");
                assert_eq!(cloud.clear_faults(), 0);
                assert!(person.post(path, &body).await.status.is_success(), "{function}");
            }
        }
        let days = rows_of(&cloud, "InsightsTable", "device-day").await;
        assert_eq!((days.len(), actions(&days[0])), (1, vec!["signed-in".to_owned()]));

        let left = DAY - jiff::Timestamp::now().as_second().rem_euclid(DAY);
        cloud.set_clock_offset(left + HOUR);
        assert!(!cloud.fire_schedule("every-day-count-events").await.unwrap().failed);
        let whole = counted(&cloud).await;
        for nth in [1, 17, 40, 135] {
            cloud.inject(Fault::new(Action::KillBefore).of("every-day-count-events").nth(nth));
            cloud.fire_schedule("every-day-count-events").await.unwrap();
            assert_eq!(cloud.clear_faults(), 0, "{nth}");
        }
        assert!(!cloud.fire_schedule("every-day-count-events").await.unwrap().failed);
        assert_eq!(counted(&cloud).await.len(), whole.len());
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
