//! What a notice says: the few facts that are acted on.

use kernel::Timestamp;
use payments::{PaymentEvent, PaymentFact};
use serde_json::Value;

use crate::read;

/// The facts of a notice whose signature was checked, and nothing else of it (AN-22). A body that says nothing readable is a notice of
/// [`PaymentFact::Other`]: the merchant would send it again and again, and in the end stop to send any. The reconciliation finds what it was about.
#[must_use]
pub fn notice(id: &str, signed_at: Timestamp, body: &[u8]) -> PaymentEvent {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let (kind, data) = (body["type"].as_str().unwrap_or_default(), &body["data"]);
    let fact = match kind.split_once('.').unwrap_or_default() {
        ("order", "paid") => read::order(data).map(PaymentFact::Paid),
        ("order", _) => read::order(data).map(PaymentFact::Order),
        ("refund", _) => read::refund(data).map(PaymentFact::Refund),
        _ => Some(PaymentFact::Other),
    };
    if fact.is_none() {
        tracing::error!(about = id, "a notice of the merchant cannot be read");
    }
    PaymentEvent { id: id.to_owned(), at: read::time(&body["timestamp"]).unwrap_or(signed_at), fact: fact.unwrap_or(PaymentFact::Other) }
}

#[cfg(test)]
mod tests {
    use payments::{MerchantOrderState, RefundState};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A card number of tests, and how people write it.
    const CARD: &str = "4242424242424242";
    const CARD_NUMBER: u64 = 4_242_424_242_424_242;

    fn read(body: &Value) -> PaymentEvent {
        notice("evt_1", Timestamp::UNIX_EPOCH, body.to_string().as_bytes())
    }

    fn order(kind: &str) -> Value {
        json!({ "type": kind, "timestamp": "2026-11-21T12:00:00Z", "api_version": "2026-10", "data": {
            "id": "0190a7c2-0000-4000-8000-000000000001", "created_at": "2026-11-21T11:59:00.123456Z", "modified_at": null, "status": "paid",
            "paid": true, "subtotal_amount": 500, "discount_amount": 0, "net_amount": 500, "tax_amount": 50, "total_amount": 550,
            "applied_balance_amount": 0, "due_amount": 550, "refunded_amount": 0, "refunded_tax_amount": 0, "refundable_amount": 500,
            "refundable_tax_amount": 50, "currency": "usd", "billing_reason": "purchase", "billing_name": "Ada Lovelace",
            "billing_address": { "country": "JP", "line1": "1-1 Chiyoda" }, "product_id": "0190a7c2-0000-4000-8000-000000000010",
            "checkout_id": "0190a7c2-0000-4000-8000-000000000020", "customer_id": "0190a7c2-0000-4000-8000-000000000030",
            "metadata": { "order_id": "ord_0190a7c2000070008000000000000001", "account_id": "acc_0190a7c2000070008000000000000002" },
            "customer": { "external_id": "acc_0190a7c2000070008000000000000009", "email": "ada@example.org", "name": "Ada Lovelace" },
            "product": { "name": "10 credits" }, "items": [{ "label": "10 credits", "amount": 500 }], "description": "10 credits" } })
    }

    fn refund() -> Value {
        json!({ "type": "refund.updated", "timestamp": "2026-11-22T12:00:00Z", "data": {
            "id": "0190a7c2-0000-4000-8000-000000000040", "order_id": "0190a7c2-0000-4000-8000-000000000001", "status": "failed",
            "reason": "customer_request", "amount": 200, "tax_amount": 20, "currency": "usd", "dispute": null } })
    }

    #[test]
    fn a_paid_order_is_read_with_its_amounts_and_whose_it_is() {
        let event = read(&order("order.paid"));
        assert_eq!(event.at, "2026-11-21T12:00:00Z".parse().unwrap());
        let PaymentFact::Paid(paid) = event.fact else { panic!("{event:?}") };
        assert_eq!(
            (paid.net.minor, paid.total.minor, paid.refunded.minor, paid.refundable.minor, paid.net.currency()),
            (500, 550, 0, 500, "USD")
        );
        assert_eq!(paid.state, MerchantOrderState::Paid);
        assert_eq!(paid.ours.unwrap().to_string(), "ord_0190a7c2000070008000000000000001");
        assert_eq!(paid.account.unwrap().to_string(), "acc_0190a7c2000070008000000000000002", "ours before the merchant's");
        assert_eq!(paid.modified_at, paid.created_at);
    }

    #[test]
    fn only_order_paid_says_that_an_order_was_paid() {
        for kind in ["order.created", "order.updated", "order.refunded", "order.voided", "order.of_the_future"] {
            assert!(matches!(read(&order(kind)).fact, PaymentFact::Order(_)), "{kind}");
        }
        let PaymentFact::Refund(refund) = read(&refund()).fact else { panic!("no refund") };
        assert_eq!((refund.state, refund.net.minor, refund.disputed), (RefundState::Failed, 200, false));
        for kind in ["customer.updated", "subscription.active", "benefit_grant.created", "checkout.updated", "", "orders", "ORDER.PAID"] {
            assert_eq!(read(&order(kind)).fact, PaymentFact::Other, "{kind}");
        }
    }

    #[test]
    fn what_an_order_need_not_say_may_be_absent() {
        let mut sparse = order("order.paid");
        let data = sparse["data"].as_object_mut().unwrap();
        let needed = ["id", "created_at", "status", "net_amount", "currency"];
        data.retain(|name, _| needed.contains(&name.as_str()));
        let PaymentFact::Paid(order) = read(&sparse).fact else { panic!("needs more than {needed:?}") };
        assert_eq!((order.total.minor, order.refunded.minor, order.refundable.minor), (500, 0, 500));
        assert_eq!((order.ours, order.account, order.offer), (None, None, None));
        for name in needed.into_iter().filter(|name| *name != "status") {
            let mut lacking = sparse.clone();
            lacking["data"].as_object_mut().unwrap().remove(name);
            assert_eq!(read(&lacking).fact, PaymentFact::Other, "{name}");
        }
    }

    #[test]
    fn a_body_that_is_no_notice_is_one_that_nothing_follows_from() {
        let deep = "[".repeat(200_000);
        for body in [
            "",
            "null",
            "[]",
            "7",
            "\"order.paid\"",
            "{\"type\":7}",
            "{\"type\":\"order.paid\"}",
            "{\"type\":\"order.paid\",\"data\":[]}",
            &deep,
            "\u{0}",
        ] {
            assert_eq!(notice("evt_1", Timestamp::UNIX_EPOCH, body.as_bytes()).fact, PaymentFact::Other);
        }
        assert_eq!(notice("evt_1", Timestamp::UNIX_EPOCH, &[0xff, 0xfe]).fact, PaymentFact::Other);
    }

    /// Every place of a value, as JSON pointers.
    fn places(value: &Value, here: String, all: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, field)| places(field, format!("{here}/{name}"), all)),
            Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| places(item, format!("{here}/{index}"), all)),
            _ => {}
        }
        all.push(here);
    }

    /// All that is known of an event, without what people put between digits.
    fn shown(event: &PaymentEvent) -> String {
        format!("{event:?}").replace([' ', '-', '_', '.'], "")
    }

    #[test]
    fn an_22_a_card_number_in_any_place_of_a_notice_is_in_nothing_that_is_read_of_it() {
        let planted = [
            json!(CARD),
            json!("4242 4242 4242 4242"),
            json!("4242-4242-4242-4242"),
            json!(CARD_NUMBER),
            json!({ CARD: CARD }),
            json!([CARD_NUMBER, CARD]),
        ];
        for body in [order("order.paid"), order("order.refunded"), refund()] {
            let mut all = Vec::new();
            places(&body, String::new(), &mut all);
            for place in all {
                for card in &planted {
                    let mut body = body.clone();
                    *body.pointer_mut(&place).unwrap() = card.clone();
                    let event = read(&body);
                    assert!(!shown(&event).contains(CARD), "{place}: {event:?}");
                }
            }
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,40}".prop_map(Value::from),
            Just(Value::from("usd")),
            Just(Value::from("0190a7c2-0000-4000-8000-000000000001")),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map(".{0,12}", inner, 0..8).prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// Bytes of a stranger who knows the secret, and of a merchant that has changed its mind.
        #[test]
        fn no_bytes_are_too_strange(body in prop::collection::vec(any::<u8>(), 0..2_000)) {
            prop_assert_eq!(notice("evt_1", Timestamp::UNIX_EPOCH, &body).id, "evt_1");
        }

        #[test]
        fn no_value_in_any_place_is_too_strange(value in any_json(), choice in any::<prop::sample::Index>(), which in 0..3_usize) {
            let mut body = [order("order.paid"), order("order.updated"), refund()][which].clone();
            let mut all = Vec::new();
            places(&body, String::new(), &mut all);
            *body.pointer_mut(&all[choice.index(all.len())]).unwrap() = value;
            let event = read(&body);
            if let PaymentFact::Paid(order) | PaymentFact::Order(order) = event.fact {
                for money in [order.net, order.total, order.refunded, order.refundable] {
                    prop_assert!((0..100_000_000_000).contains(&money.minor));
                }
            }
        }
    }
}
