//! Reads the merchant's objects leniently: what is not known is left out, what is not needed may be absent. An object that lacks a fact is `None`.

use std::str::FromStr;

use kernel::Timestamp;
use payments::{Checkout, MerchantOrder, MerchantOrderState, MerchantRefund, Money, Offer, OfferId, RefundState};
use serde_json::Value;
use uuid::Uuid;

/// Maximum characters of a code.
const LONGEST_CODE: usize = 64;

/// Maximum bytes of a URL.
const LONGEST_URL: usize = 2_048;

/// Maximum characters of a name.
const LONGEST_NAME: usize = 120;

/// Maximum credits of a pack.
const MOST_CREDITS: u64 = 100_000;

/// The text, if it is an identifier: text that could be a sentence is not.
pub(crate) fn identifier(text: &str) -> Option<String> {
    let fits = (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    fits.then(|| text.to_owned())
}

/// Ids of the merchant are UUIDs with hyphens, in small letters here.
pub(crate) fn uuid(text: &str) -> Option<String> {
    let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == 36)?;
    Some(uuid.hyphenated().to_string())
}

fn id(value: &Value) -> Option<String> {
    uuid(value.as_str()?)
}

fn parsed<T: FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

pub(crate) fn time(value: &Value) -> Option<Timestamp> {
    parsed(value)
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn url(value: &Value) -> Option<String> {
    let url = value.as_str().filter(|url| url.len() <= LONGEST_URL && url.bytes().all(|byte| byte.is_ascii_graphic()))?;
    let (scheme, rest) = url.split_once("://")?;
    // The merchant's pages are https; those of its stand-in are on the loopback.
    let leads_out = scheme == "https" || (scheme == "http" && rest.starts_with("127.0.0.1:"));
    leads_out.then(|| url.to_owned())
}

/// A product that is a pack of credits: public, paid for once, at a fixed price, and its metadata says how many. Of several prices the first counts: the
/// merchant's page shows a buyer the one of their currency.
pub(crate) fn offer(product: &Value) -> Option<Offer> {
    let is_hidden = product["is_archived"].as_bool() == Some(true)
        || product["is_recurring"].as_bool() == Some(true)
        || product["visibility"].as_str().is_some_and(|visibility| visibility != "public");
    let price = list(&product["prices"]).iter().find(|price| {
        price["amount_type"] == "fixed" && price["is_archived"].as_bool() != Some(true) && price["price_amount"].as_i64() > Some(0)
    })?;
    let price = Money::of(price["price_amount"].as_i64()?, price["price_currency"].as_str()?)?;
    let offer = Offer { id: OfferId(id(&product["id"])?), name: name(product["name"].as_str()?)?, credits: credits(product)?, price };
    (!is_hidden).then_some(offer)
}

/// Without what would break a line or turn it around.
fn name(text: &str) -> Option<String> {
    let is_plain = |c: &char| {
        !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let name: String = text.chars().filter(is_plain).take(LONGEST_NAME).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// A number, or one that was typed into the merchant's form.
fn credits(product: &Value) -> Option<u32> {
    let said = &product["metadata"]["credits"];
    let credits = said.as_u64().or_else(|| said.as_str()?.trim().parse().ok())?;
    u32::try_from(credits).ok().filter(|_| (1..=MOST_CREDITS).contains(&credits))
}

pub(crate) fn checkout(checkout: &Value) -> Option<Checkout> {
    Some(Checkout { id: id(&checkout["id"])?, url: url(&checkout["url"])?, expires_at: time(&checkout["expires_at"])? })
}

pub(crate) fn order(order: &Value) -> Option<MerchantOrder> {
    let money = |name: &str| Money::of(order[name].as_i64()?, order["currency"].as_str()?);
    let (net, refunded) = (money("net_amount")?, money("refunded_amount").or_else(|| zero(order, "refunded_amount"))?);
    let left = || Money { minor: (net.minor - refunded.minor).max(0), ..net };
    let created_at = time(&order["created_at"])?;
    Some(MerchantOrder {
        id: id(&order["id"])?,
        ours: parsed(&order["metadata"]["order_id"]),
        account: parsed(&order["metadata"]["account_id"]).or_else(|| parsed(&order["customer"]["external_id"])),
        offer: id(&order["product_id"]).map(OfferId),
        state: order_state(order, net, refunded),
        net,
        total: money("total_amount").or_else(|| order["total_amount"].is_null().then_some(net))?,
        refunded,
        refundable: money("refundable_amount").unwrap_or_else(left),
        created_at,
        modified_at: time(&order["modified_at"]).unwrap_or(created_at),
    })
}

/// Nothing, where the merchant does not say how much.
fn zero(order: &Value, name: &str) -> Option<Money> {
    order[name].is_null().then(|| Money::of(0, order["currency"].as_str()?)).flatten()
}

fn order_state(order: &Value, net: Money, refunded: Money) -> MerchantOrderState {
    match order["status"].as_str().unwrap_or_default() {
        "draft" | "pending" => MerchantOrderState::Pending,
        "paid" => MerchantOrderState::Paid,
        "refunded" => MerchantOrderState::Refunded,
        "partially_refunded" => MerchantOrderState::PartiallyRefunded,
        "void" => MerchantOrderState::Void,
        // A state that is new: whether it was paid is said beside it.
        _ if order["paid"] != true => MerchantOrderState::Pending,
        _ if refunded.minor == 0 => MerchantOrderState::Paid,
        _ if refunded.minor < net.minor => MerchantOrderState::PartiallyRefunded,
        _ => MerchantOrderState::Refunded,
    }
}

pub(crate) fn refund(refund: &Value) -> Option<MerchantRefund> {
    Some(MerchantRefund {
        id: id(&refund["id"])?,
        order: id(&refund["order_id"])?,
        state: match refund["status"].as_str()? {
            "succeeded" => RefundState::Succeeded,
            "failed" => RefundState::Failed,
            "canceled" => RefundState::Canceled,
            // A state that is new is not known to have given money back.
            _ => RefundState::Pending,
        },
        net: Money::of(refund["amount"].as_i64()?, refund["currency"].as_str()?)?,
        disputed: refund["dispute"].is_object() || refund["reason"] == "dispute_prevention",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn product() -> Value {
        json!({ "id": "0190a7c2-0000-4000-8000-000000000010", "name": "10 credits", "is_archived": false, "is_recurring": false,
            "visibility": "public", "metadata": { "credits": 10 },
            "prices": [{ "amount_type": "fixed", "price_amount": 500, "price_currency": "usd", "is_archived": false }] })
    }

    fn with(mut value: Value, path: &str, field: Value) -> Value {
        *value.pointer_mut(path).unwrap() = field;
        value
    }

    #[test]
    fn a_pack_says_how_many_credits_it_has() {
        let pack = offer(&product()).unwrap();
        assert_eq!((pack.credits, pack.price.minor, pack.price.currency()), (10, 500, "USD"));
        assert_eq!(offer(&with(product(), "/metadata/credits", json!(" 25 "))).unwrap().credits, 25);
        for credits in [json!(0), json!(-1), json!(100_001), json!(1.5), json!("ten"), json!(null), json!(true), json!([1])] {
            assert_eq!(offer(&with(product(), "/metadata/credits", credits.clone())), None, "{credits}");
        }
    }

    #[test]
    fn what_is_no_pack_is_not_for_sale() {
        for (path, field) in [
            ("/is_archived", json!(true)),
            ("/is_recurring", json!(true)),
            ("/visibility", json!("private")),
            ("/visibility", json!("draft")),
            ("/prices", json!([])),
            ("/prices/0/amount_type", json!("custom")),
            ("/prices/0/is_archived", json!(true)),
            ("/prices/0/price_amount", json!(0)),
            ("/prices/0/price_currency", json!("dollars")),
            ("/name", json!("\u{202e} \n")),
            ("/id", json!("../../orders")),
        ] {
            assert_eq!(offer(&with(product(), path, field.clone())), None, "{path} {field}");
        }
        let sparse = json!({ "id": product()["id"], "name": "x", "metadata": { "credits": 1 }, "prices": product()["prices"] });
        assert!(offer(&sparse).is_some(), "what is not said does not hide it");
    }

    #[test]
    fn a_name_is_one_line_of_text() {
        assert_eq!(name(" 10\u{0} \u{202e}credits\n").as_deref(), Some("10 credits"));
        assert_eq!(name(&"é".repeat(500)).unwrap().chars().count(), LONGEST_NAME);
    }

    #[test]
    fn a_page_is_on_the_web_or_the_loopback() {
        for right in ["https://polar.sh/checkout/x?y=1", "http://127.0.0.1:9000/checkout/x"] {
            assert!(url(&json!(right)).is_some(), "{right}");
        }
        for wrong in ["javascript:alert(1)", "http://polar.sh/", "https://a b", "//polar.sh", "", &format!("https://{}", "x".repeat(3000))]
        {
            assert_eq!(url(&json!(wrong)), None, "{wrong}");
        }
    }

    #[test]
    fn a_new_state_of_an_order_is_read_by_what_was_paid_and_refunded() {
        let state = |status: &str, paid: bool, refunded: i64| {
            let order = json!({ "status": status, "paid": paid });
            order_state(&order, Money::of(500, "usd").unwrap(), Money::of(refunded, "usd").unwrap())
        };
        assert_eq!(state("void", true, 0), MerchantOrderState::Void);
        for (paid, refunded, expected) in [
            (false, 0, MerchantOrderState::Pending),
            (true, 0, MerchantOrderState::Paid),
            (true, 1, MerchantOrderState::PartiallyRefunded),
            (true, 500, MerchantOrderState::Refunded),
        ] {
            assert_eq!(state("settling", paid, refunded), expected);
        }
    }

    #[test]
    fn an_id_is_a_uuid_and_nothing_else() {
        assert_eq!(uuid("0190A7C2-0000-4000-8000-0000000000AA").as_deref(), Some("0190a7c2-0000-4000-8000-0000000000aa"));
        for wrong in ["", "4242424242424242", "0190a7c2000040008000000000000aa0", "{0190a7c2-0000-4000-8000-0000000000aa}", "../x"] {
            assert_eq!(uuid(wrong), None, "{wrong}");
        }
    }
}
