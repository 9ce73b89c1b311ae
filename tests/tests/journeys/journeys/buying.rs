//! `GET /v1/offers` and `POST /v1/checkouts`, with a merchant of record that is a stand-in.

use http::Method;
use kernel::limits;
use local_cloud::{Action, Fault, HttpClient, Reply};
use serde_json::{Value, json};
use stand_ins::polar::{self, PACKS};

use crate::harness::person::{expect, new_key, text};
use crate::harness::store::rows_of;
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, run, shared};

async fn check_out(person: &Person<'_>, key: &str, offer: &str) -> Reply {
    person.call(Method::POST, "/v1/checkouts", Some(&json!({ "offer": offer })), &[("idempotency-key", key)]).await
}

#[test]
fn an_75_anyone_may_see_the_prices_and_caches_may_keep_them() {
    run(async {
        let visitor = Person::visitor(shared().await);
        let reply = visitor.get("/v1/offers").await;
        assert_eq!((reply.header("cache-control"), reply.header("set-cookie")), ("public, max-age=300", ""));
        let etag = reply.header("etag").to_owned();
        assert_eq!(expect(reply, 200)["offers"].as_array().unwrap().len(), 3);
        let again = visitor.call(Method::GET, "/v1/offers", None, &[("if-none-match", &etag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    });
}

#[test]
fn an_35_prices_are_the_merchants_and_no_tax_or_total_is_ours() {
    run(async {
        let offers = expect(Person::visitor(shared().await).get("/v1/offers").await, 200);
        let pack = |id: &str, credits: u32, amount: u32| {
            let price = json!({ "amount": amount, "currency": "USD" });
            json!({ "id": id, "name": format!("{credits} credits"), "credits": credits, "price": price })
        };
        assert_eq!(offers, json!({ "offers": [pack(PACKS[0], 10, 500), pack(PACKS[1], 50, 2_000), pack(PACKS[2], 200, 6_000)] }));
    });
}

#[test]
fn a_merchant_that_does_not_answer_is_said_to_be_busy_and_one_that_does_is_not_asked_again_at_once() {
    run(async {
        let cloud = TestCloud::start().await;
        let visitor = Person::visitor(&cloud);
        cloud.merchant().next(polar::Failure::RateLimited.into());
        let busy = visitor.get("/v1/offers").await;
        assert_eq!(busy.header("retry-after"), "7");
        assert_problem(&busy, 503, "unavailable");
        expect(visitor.get("/v1/offers").await, 200);
        let asked = cloud.merchant().asked();
        expect(visitor.get("/v1/offers").await, 200);
        assert_eq!(cloud.merchant().asked(), asked, "the list is known for some minutes");
        cloud.stop().await;
    });
}

#[test]
fn a_checkout_is_an_order_with_the_merchants_page_that_can_be_paid() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let key = new_key();
        let opened = expect(check_out(&person, &key, PACKS[1]).await, 201);
        assert!(text(&opened, "order_id").starts_with("ord_"));
        assert_eq!(expect(check_out(&person, &key, PACKS[1]).await, 201), opened, "the same order and the same page");
        assert_problem(&check_out(&person, &key, PACKS[0]).await, 422, "idempotency-key-reused");
        assert_problem(&check_out(&person, &new_key(), "00000000-0000-4000-8000-000000000000").await, 400, "field-invalid");
        assert_eq!(rows_of(&cloud, "AccountsTable", "order").await.len(), 1);
        assert_eq!(person.wallet().await, (3, 0), "nothing is granted before it is paid");
        let generation = json!({ "upload_id": "upl_019aa6104c507e32b5d69fa012345678", "style": "soft-anime", "count": 1 });
        let reply = person.call(Method::POST, "/v1/generations", Some(&generation), &[("idempotency-key", &key)]).await;
        assert_problem(&reply, 404, "not-found");

        let browser = HttpClient::default();
        let url = text(&opened, "url");
        let page = browser.send(Method::GET, &url, &[], "").await.unwrap();
        assert!(String::from_utf8_lossy(&page.body).contains("<button>Pay USD 22.00</button>"));
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let paid = browser.send(Method::POST, &format!("{url}/pay"), &form, "email=ada%40example.org").await.unwrap();
        assert_eq!(paid.header("location"), format!("http://localhost:8080/credits?order={}", text(&opened, "order_id")));
        let order = cloud.merchant().vendor().books().orders[0].clone();
        assert_eq!(
            (order.metadata["order_id"].as_str(), order.external_customer_id.as_deref()),
            (opened["order_id"].as_str(), Some(&*person.account))
        );
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn a_checkout_that_dies_anywhere_is_finished_by_its_repetition() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let mut deaths = 0;
        for action in [Action::KillBefore, Action::KillAfter] {
            // Before and after the transaction, and before and after the note of the page.
            for nth in 1..=2 {
                let key = new_key();
                let before = rows_of(&cloud, "AccountsTable", "order").await.len();
                cloud.inject(Fault::new(action.clone()).of("checkouts-create").nth(nth));
                assert!(check_out(&person, &key, PACKS[0]).await.status.is_server_error());
                assert_eq!(cloud.clear_faults(), 0);
                deaths += 1;
                let opened = expect(check_out(&person, &key, PACKS[0]).await, 201);
                assert_eq!(expect(check_out(&person, &key, PACKS[0]).await, 201), opened);
                assert_eq!(rows_of(&cloud, "AccountsTable", "order").await.len(), before + 1);
            }
        }
        assert_eq!(deaths, 4);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn a_merchant_in_trouble_leaves_an_order_that_its_repetition_finishes() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        expect(person.get("/v1/offers").await, 200);
        for failure in [polar::Failure::RateLimited, polar::Failure::CutAfter, polar::Failure::NotJson, polar::Failure::ServerErrorAfter] {
            let key = new_key();
            // The list of offers may be asked for first, by a process that does not know it.
            cloud.merchant().next(polar::Scenario { failure, below: Some("checkouts".into()) });
            assert_problem(&check_out(&person, &key, PACKS[0]).await, 503, "unavailable");
            expect(check_out(&person, &key, PACKS[0]).await, 201);
        }
        assert_eq!(rows_of(&cloud, "AccountsTable", "order").await.len(), 4);
        cloud.stop().await;
    });
}

#[test]
fn requests_at_once_with_one_key_are_one_order_with_one_page() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let key = new_key();
        let asked = futures_util::future::join_all((0..10).map(|_| check_out(&person, &key, PACKS[0]))).await;
        let answers: Vec<Value> = asked.iter().filter(|reply| reply.status == 201).map(Reply::json).collect();
        assert!(!answers.is_empty() && answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        for reply in asked.iter().filter(|reply| reply.status != 201) {
            assert_problem(reply, 409, "idempotency-key-in-use");
        }
        assert_eq!(rows_of(&cloud, "AccountsTable", "order").await.len(), 1);
        cloud.stop().await;
    });
}

#[test]
fn an_69_an_account_opens_so_many_checkouts_in_an_hour_and_no_more() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        for _ in 0..limits::CHECKOUTS_PER_HOUR.most {
            expect(check_out(&person, &new_key(), PACKS[0]).await, 201);
        }
        let refused = check_out(&person, &new_key(), PACKS[0]).await;
        assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
        assert_problem(&refused, 429, "rate-limited");
        assert_eq!(
            cloud.merchant().vendor().books().checkouts.len(),
            limits::CHECKOUTS_PER_HOUR.most as usize,
            "the merchant is not asked"
        );
        cloud.stop().await;
    });
}
