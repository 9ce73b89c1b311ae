//! Orders, refunds and the ledger, with a merchant of record that is a stand-in.

use std::time::Duration;

use http::Method;
use local_cloud::{HttpClient, Reply};
use serde_json::{Value, json};
use stand_ins::polar::{Address, Buyer, Letter, Mischief, NewRefund, RefundStatus, SECRET, Signing, signature};

use crate::harness::hunter::{Needle, hunt};
use crate::harness::person::{expect, text};
use crate::harness::store::rows_of;
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, mailbox, run, until};

/// Mails to this person that name the order.
async fn mails(cloud: &TestCloud, person: &Person<'_>, order: &str) -> usize {
    mailbox::all(cloud).await.iter().filter(|mail| mail.to == [person.email.as_str()] && mail.text.contains(order)).count()
}

/// Works off the notices that are on their way.
async fn settle(cloud: &TestCloud) {
    cloud.merchant().vendor().deliver().await;
    cloud.settle_queue("PaymentEvent", Duration::from_secs(60)).await.unwrap();
}

#[test]
fn a_paid_order_becomes_credits_a_receipt_and_a_line_of_the_ledger() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let order = person.order().await;
        let pending = expect(person.get(&format!("/v1/orders/{order}")).await, 200);
        assert_eq!((pending["state"].as_str(), pending["checkout_url"].is_string()), (Some("pending"), true));
        cloud.pay(&order);
        let credited = person.order_reaches(&order, "/state", "credited").await;
        assert_eq!(credited["total"], json!({ "amount": 550, "currency": "USD" }), "an_35: with the merchant's tax");
        assert!(credited["receipt_url"].is_string() && credited["checkout_url"].is_null(), "{credited}");
        assert_eq!(person.available().await, 13);
        settle(&cloud).await;
        assert_eq!(mails(&cloud, &person, &order).await, 1, "an_02: one receipt");
        let entries = until("the ledger showing it", async || {
            let found = expect(person.get("/v1/me/wallet/entries").await, 200)["entries"].clone();
            (found.as_array().unwrap().len() == 2).then_some(found)
        });
        let entries = entries.await;
        assert_eq!((&entries[0]["kind"], &entries[0]["available"], &entries[0]["order_id"]), (&json!("grant"), &json!(10), &json!(order)));
        assert_eq!(entries[1]["available"], 3);
        let list = expect(person.get("/v1/orders").await, 200);
        assert_eq!((list["orders"].as_array().unwrap().len(), &list["orders"][0]["order_id"]), (1, &json!(order)));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_74_unused_credits_are_refunded_once_and_used_ones_wait_for_somebody() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let (order, theirs) = cloud.bought(&person).await;
        assert_problem(&person.post("/v1/refunds", &json!({ "order_id": order, "reason": "because" })).await, 400, "body-malformed");
        let asked = expect(person.ask_for_refund(&order).await, 202);
        assert_eq!(asked["credits_taken_back"], 10);
        expect(person.ask_for_refund(&order).await, 202);
        person.order_reaches(&order, "/refund/state", "done").await;
        assert_eq!(person.available().await, 3);
        settle(&cloud).await;
        let refunds: Vec<i64> = cloud.merchant().vendor().books().refunds.iter().map(|refund| refund.amount).collect();
        assert_eq!((refunds, mails(&cloud, &person, &order).await), (vec![500], 2), "a receipt and a confirmation");
        assert_eq!(cloud.merchant().vendor().books().order(&theirs).unwrap().refundable(), 0);

        // The next one is used: whoever refunds it leaves the wallet below zero, and nothing begins.
        let (used, theirs) = cloud.bought(&person).await;
        person.quick_journey().await;
        let asked = expect(person.ask_for_refund(&used).await, 202);
        assert_eq!((asked["refund"]["state"].as_str(), person.available().await), (Some("begun"), 2), "twelve are left of thirteen");
        person.order_reaches(&used, "/refund/state", "done").await;
        let (third, theirs_of_third) = cloud.bought(&person).await;
        for _ in 0..3 {
            person.quick_journey().await;
        }
        assert_eq!(person.available().await, 9);
        let asked = expect(person.ask_for_refund(&third).await, 202);
        assert_eq!((asked["refund"]["state"].as_str(), person.available().await), (Some("waiting"), 9));
        assert_eq!(rows_of(&cloud, "AccountsTable", "refund-request").await.len(), 1);
        let merchant = cloud.merchant().vendor();
        let now = merchant.now();
        let refund = merchant.books().give_back(&NewRefund::of(&theirs_of_third, 500), now).unwrap();
        person.order_reaches(&third, "/refund/state", "done").await;
        assert_eq!(person.available().await, -1);
        assert_eq!(rows_of(&cloud, "AccountsTable", "refund-request").await.len(), 0);
        let upload = person.upload(&crate::harness::pictures::small()).await;
        let body = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });
        assert_problem(&person.start_as("short", &body).await, 402, "wallet-short");
        // It fails at the bank: the credits are there again.
        let now = merchant.now();
        merchant.books().settle(&refund.id, RefundStatus::Failed, now).unwrap();
        person.order_reaches(&third, "/refund/state", "waiting").await;
        assert_eq!(person.available().await, 9);
        assert_ne!(theirs, theirs_of_third);
        // Somebody gives it back, and no notice tells: the next request finds out.
        merchant.tell(None);
        let now = merchant.now();
        merchant.books().give_back(&NewRefund::of(&theirs_of_third, 500), now).unwrap();
        assert_eq!(expect(person.ask_for_refund(&third).await, 202)["refund"]["state"], "done");
        assert_eq!(rows_of(&cloud, "AccountsTable", "refund-request").await.len(), 0);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn a_payment_that_is_disputed_takes_its_credits_back() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let (order, theirs) = cloud.bought(&person).await;
        let merchant = cloud.merchant().vendor();
        let now = merchant.now();
        merchant.books().dispute(&theirs, now).unwrap();
        person.order_reaches(&order, "/credits_taken_back", 10).await;
        assert_eq!(person.available().await, 3);
        assert_problem(&person.ask_for_refund(&order).await, 409, "refund-refused");
        cloud.stop().await;
    });
}

/// A body with this signature, as the merchant sends it.
async fn post(cloud: &TestCloud, id: &str, at: i64, signed: &str, body: &str) -> Reply {
    let (at, url) = (at.to_string(), format!("{}/v1/webhooks/polar", cloud.api_url()));
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", "polar.sh webhooks"),
        ("webhook-api-version", "2026-10"),
        ("webhook-id", id),
        ("webhook-timestamp", &*at),
        ("webhook-signature", signed),
    ];
    HttpClient::default().send(Method::POST, &url, &headers, body.to_owned()).await.unwrap()
}

#[test]
fn a_notice_is_believed_by_its_signature_alone() {
    run(async {
        let cloud = TestCloud::start().await;
        cloud.merchant().vendor().tell(None);
        let person = Person::signed_in(&cloud).await;
        let order = person.order().await;
        cloud.pay(&order);
        let letter = paid_letter(&cloud);
        let now = kernel::Clock::now(&kernel::SystemClock::default()).as_second();
        let sign = |signing, at, body: &str| signature(SECRET, signing, &letter.id, at, body);
        for (at, signed, body) in [
            (now, "v1,".to_owned(), letter.body.clone()),
            (now, sign(Signing::Decoded, now, "{}"), letter.body.clone()),
            (now - 400, sign(Signing::Decoded, now - 400, &letter.body), letter.body.clone()),
            (now + 400, sign(Signing::Text, now + 400, &letter.body), letter.body.clone()),
            (now, signature("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Signing::Text, &letter.id, now, &letter.body), letter.body.clone()),
        ] {
            assert_problem(&post(&cloud, &letter.id, at, &signed, &body).await, 403, "signature-refused");
        }
        let unknown = r#"{"type":"benefit.granted","timestamp":"2026-11-21T12:00:00Z","data":{"id":1}}"#;
        for signing in [Signing::Decoded, Signing::Text] {
            assert_eq!(post(&cloud, &letter.id, now, &sign(signing, now, unknown), unknown).await.status, 202);
        }
        settle(&cloud).await;
        assert_eq!(person.available().await, 3);
        for signing in [Signing::Text, Signing::Decoded] {
            let signed = format!("v1a,x {}", sign(signing, now, &letter.body));
            assert_eq!(post(&cloud, &letter.id, now, &signed, &letter.body).await.status, 202);
        }
        person.order_reaches(&order, "/state", "credited").await;
        settle(&cloud).await;
        assert_eq!(person.available().await, 13);
        cloud.stop().await;
    });
}

fn paid_letter(cloud: &TestCloud) -> Letter {
    cloud.merchant().vendor().books().letters.all().iter().rev().find(|letter| letter.kind == "order.paid").unwrap().clone()
}

/// The number of a card is planted wherever somebody could write one: in the buyer's name and address, and in notices that are signed and in such that are
/// not.
#[test]
fn an_22_a_card_number_is_in_no_table_log_queue_or_url() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let order = person.order().await;
        let merchant = cloud.merchant().vendor();
        let now = merchant.now();
        {
            let mut books = merchant.books();
            let checkout = books.checkouts[0].id.clone();
            let buyer = Buyer { name: "4242424242424242".into(), email: "4242424242424242@buyer.example".into() };
            books.pay(&checkout, buyer, now).unwrap();
        }
        person.order_reaches(&order, "/state", "credited").await;
        cloud.pause_queue("PaymentEvent").await.unwrap();
        let letter = paid_letter(&cloud);
        let seconds = kernel::Clock::now(&kernel::SystemClock::default()).as_second();
        let mut planted: Value = serde_json::from_str(&letter.body).unwrap();
        for place in ["/data/id", "/data/status", "/data/metadata/order_id", "/data/modified_at", "/type"] {
            let mut body = planted.clone();
            *body.pointer_mut(place).unwrap() = json!("4242424242424242");
            let body = body.to_string();
            let signed = signature(SECRET, Signing::Decoded, &letter.id, seconds, &body);
            assert!(post(&cloud, &letter.id, seconds, &signed, &body).await.status.is_success(), "{place}");
        }
        planted["data"]["net_amount"] = json!(4_242_424_242_424_242_u64);
        planted["data"]["4242424242424242"] = json!({ "4242424242424242": ["4242-4242-4242-4242"] });
        let body = planted.to_string();
        let signed = signature(SECRET, Signing::Decoded, &letter.id, seconds, &body);
        post(&cloud, &letter.id, seconds, &signed, &body).await;
        let card = "4242424242424242";
        post(&cloud, card, seconds, &signature(SECRET, Signing::Decoded, card, seconds, &letter.body), &letter.body).await;
        post(&cloud, &letter.id, seconds, &format!("v1,{card}"), &letter.body).await;
        assert_problem(&person.post("/v1/refunds", &json!({ "order_id": card, "reason": card })).await, 400, "body-malformed");
        let needles = [Needle::text("the card", card), Needle::text("the card in fours", "4242-4242-4242-4242")];
        let found: Vec<_> = hunt(&cloud, &needles).await.into_iter().map(|(needle, place)| (needle.name, place)).collect();
        assert_eq!(found, []);
        cloud.resume_queue("PaymentEvent").unwrap();
        cloud.stop().await;
    });
}

/// What a refund that waited leaves on the desk goes, when the comparison finds its money given back.
#[test]
fn an_27_a_refund_that_waited_and_was_given_back_unheard_is_found_within_the_hour() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let (order, theirs) = cloud.bought(&person).await;
        for _ in 0..4 {
            person.quick_journey().await;
        }
        assert_eq!(expect(person.ask_for_refund(&order).await, 202)["refund"]["state"], "waiting");
        assert_eq!(rows_of(&cloud, "AccountsTable", "refund-request").await.len(), 1);
        settle(&cloud).await;
        let merchant = cloud.merchant().vendor();
        merchant.tell(None);
        let now = merchant.now();
        merchant.books().give_back(&NewRefund::of(&theirs, 500), now).unwrap();
        assert!(!cloud.fire_schedule("every-hour-reconcile-payments").await.unwrap().failed);
        assert_eq!(expect(person.get(&format!("/v1/orders/{order}")).await, 200)["refund"]["state"], "done");
        assert_eq!((rows_of(&cloud, "AccountsTable", "refund-request").await.len(), person.available().await), (0, -1));
        cloud.stop().await;
    });
}

/// AN-27 through the real functions: notices in any order, some of them twice and some never.
#[test]
fn an_27_what_notices_did_not_tell_is_made_good_to_the_cent() {
    run(async {
        let cloud = TestCloud::start().await;
        let merchant = cloud.merchant().vendor();
        merchant.tell(None);
        merchant.books().set_mischief(Mischief { lost_percent: 20, doubled_percent: 30, shuffled: true });
        let (ada, bob) = (Person::signed_in(&cloud).await, Person::signed_in(&cloud).await);
        let mut orders = Vec::new();
        for index in 0..24_i64 {
            let person = if index % 2 == 0 { &ada } else { &bob };
            let order = person.order().await;
            let theirs = cloud.pay(&order);
            let now = merchant.now();
            let mut books = merchant.books();
            let refund = (index % 3 != 0).then(|| books.give_back(&NewRefund::of(&theirs, 20 * index + 7), now).unwrap());
            if let Some(refund) = refund.filter(|_| index % 6 == 1) {
                books.settle(&refund.id, RefundStatus::Failed, now).unwrap();
            }
            drop(books);
            orders.push((index % 2, order, theirs));
        }
        merchant.tell(Some(Address { is_automatic: false, ..Address::of(&format!("{}/v1/webhooks/polar", cloud.api_url())) }));
        settle(&cloud).await;
        let ran = cloud.fire_schedule("every-hour-reconcile-payments").await.unwrap();
        assert!(!ran.failed, "{}", ran.json());
        let mut due = [3, 3];
        for (owner, order, theirs) in &orders {
            let (net, refunded) = merchant.books().order(theirs).map(|order| (order.net, order.refunded)).unwrap();
            due[usize::try_from(*owner).unwrap()] += 10 - 10 * refunded / net;
            let person = if *owner == 0 { &ada } else { &bob };
            let found = expect(person.get(&format!("/v1/orders/{order}")).await, 200);
            assert_eq!((text(&found, "state"), found["refunded"]["amount"].as_i64()), ("credited".into(), Some(refunded)));
            assert_eq!(mails(&cloud, person, order).await, 1);
        }
        assert_eq!([ada.available().await, bob.available().await], due);
        let totals = merchant.books().totals()["usd"];
        let rows = rows_of(&cloud, "AccountsTable", "order").await;
        let sum = |name: &str| rows.iter().map(|row| row.number(name)).sum::<i64>();
        assert_eq!((rows.len(), sum("net"), sum("refunded")), (totals.orders, totals.net, totals.refunded));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
