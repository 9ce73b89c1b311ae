//! The merchant's API below `/v1`. A slash at the end is part of a path.

use kernel::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::books::{Books, NewRefund, NoRefund, Product};
use super::errors::{absent, malformed, nowhere, refuse, unfit};
use super::lists::{List, Listed};
use super::post::{Address, SECRET};
use super::scenario::Failure;
use super::shown;
use crate::{Answer, Request};

/// The reasons somebody may give for a refund.
const REASONS: [&str; 6] = ["duplicate", "fraudulent", "customer_request", "service_disruption", "satisfaction_guarantee", "other"];

/// Limits of metadata: pairs, characters of a key, characters of a text.
const METADATA: (usize, usize, usize) = (50, 40, 500);

pub(super) fn answer(books: &mut Books, request: &Request, failure: Option<&Failure>, now: Timestamp) -> Answer {
    books.expire(now);
    let segments: Vec<&str> = request.path.strip_prefix("/v1/").unwrap_or_default().split('/').collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["products", ""]) => products(books, request),
        ("POST", ["checkouts", ""]) => open_checkout(books, request, now),
        ("GET", ["checkouts", id]) => one(id, || books.checkout(id).map(|checkout| shown::checkout(books, checkout))),
        ("GET", ["orders", ""]) => orders(books, request),
        ("GET", ["orders", id]) => one(id, || books.order(id).map(|order| shown::order(books, order))),
        ("GET", ["orders", id, "receipt"]) => receipt(books, request, id),
        ("GET", ["refunds", ""]) => refunds(books, request),
        ("POST", ["refunds", ""]) => refund(books, request, failure, now),
        ("POST", ["webhooks", "endpoints"]) => endpoint(books, request, now),
        ("POST", ["webhooks", "events", id, "redeliver"]) if books.letters.send_again(id, now) => Answer::json(202, &json!({})),
        ("POST", ["webhooks", "events", _, "redeliver"]) => absent(),
        _ => nowhere(),
    }
}

fn one(id: &str, show: impl FnOnce() -> Option<Value>) -> Answer {
    if Uuid::try_parse(id).is_err() {
        return malformed(&["path", "id"], "uuid_parsing", "Input should be a valid UUID", &json!(id));
    }
    show().map_or_else(absent, |value| Answer::json(200, &value))
}

fn products(books: &Books, request: &Request) -> Answer {
    List::asked(request)
        .and_then(|list| {
            let (archived, recurring) = (list.flag("is_archived")?, list.flag("is_recurring")?);
            let fits = |product: &&Product| {
                archived.is_none_or(|flag| product.is_archived == flag) && recurring.is_none_or(|flag| product.is_recurring == flag)
            };
            let listed = books.products.iter().filter(fits).map(|product| Listed::of(product.created_at, shown::product(product)));
            Ok(list.answer(listed.collect()))
        })
        .unwrap_or_else(|refusal| refusal)
}

fn orders(books: &Books, request: &Request) -> Answer {
    List::asked(request)
        .and_then(|list| {
            let (after, before) = (list.time("created_after")?, list.time("created_before")?);
            let orders = books.orders.iter().filter(|order| {
                list.fits("checkout_id", &order.checkout)
                    && list.fits("customer_id", &order.customer)
                    && list.fits("product_id", &order.product)
                    && list.fits("status", order.status())
                    && list.fits("external_customer_id", order.external_customer_id.as_deref().unwrap_or_default())
                    && after.is_none_or(|after| order.created_at > after)
                    && before.is_none_or(|before| order.created_at < before)
            });
            Ok(list.answer(orders.map(|order| Listed::of(order.created_at, shown::order(books, order))).collect()))
        })
        .unwrap_or_else(|refusal| refusal)
}

fn refunds(books: &Books, request: &Request) -> Answer {
    List::asked(request)
        .and_then(|list| {
            let succeeded = list.flag("succeeded")?;
            let refunds = books.refunds.iter().filter(|refund| {
                let has_succeeded = refund.status == super::RefundStatus::Succeeded;
                list.fits("order_id", &refund.order) && list.fits("id", &refund.id) && succeeded.is_none_or(|flag| flag == has_succeeded)
            });
            Ok(list.answer(refunds.map(|refund| Listed::of(refund.created_at, shown::refund(books, refund))).collect()))
        })
        .unwrap_or_else(|refusal| refusal)
}

fn receipt(books: &Books, request: &Request, id: &str) -> Answer {
    let Some(order) = books.order(id).filter(|order| order.is_paid) else { return one(id, || None) };
    let host = request.header("host").unwrap_or_default();
    Answer::json(200, &json!({ "url": format!("http://{host}/receipts/{}.pdf", order.id) }))
}

fn open_checkout(books: &mut Books, request: &Request, now: Timestamp) -> Answer {
    let (body, host) = (request.json(), request.header("host").unwrap_or_default());
    let product = match product_of(books, body) {
        Ok(product) => product,
        Err(refusal) => return refusal,
    };
    let metadata = match metadata_of(body) {
        Ok(metadata) => metadata,
        Err(refusal) => return refusal,
    };
    for name in ["success_url", "return_url"] {
        if body[name].as_str().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            return malformed(&["body", name], "url_parsing", "Input should be a valid URL", &body[name]);
        }
    }
    if body["locale"].as_str().is_some_and(|tag| !is_language(tag)) {
        return malformed(&["body", "locale"], "value_error", "Value error, Invalid IETF BCP 47 language tag", &body["locale"]);
    }
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let checkout = books.open(&product, &format!("http://{host}"), now, |checkout| {
        (checkout.success_url, checkout.external_customer_id) = (text("success_url"), text("external_customer_id"));
        (checkout.locale, checkout.metadata) = (text("locale"), metadata);
    });
    Answer::json(201, &shown::checkout(books, &checkout))
}

/// A tag whose language is known somewhere: the real one looks it up in the registry.
fn is_language(tag: &str) -> bool {
    let language = tag.split('-').next().unwrap_or_default();
    (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic()) && !["xx", "zz", "und"].contains(&language)
}

fn product_of(books: &Books, body: &Value) -> Result<String, Answer> {
    let Some(products) = body["products"].as_array().filter(|products| !products.is_empty()) else {
        return Err(malformed(&["body", "products"], "missing", "Field required", body));
    };
    for (place, product) in products.iter().enumerate() {
        let place = place.to_string();
        let place = ["body", "products", &place];
        let id = product.as_str().filter(|id| Uuid::try_parse(id).is_ok());
        let id = id.ok_or_else(|| malformed(&place, "uuid_parsing", "Input should be a valid UUID", product))?;
        let known = books.product(id).ok_or_else(|| unfit(&place, "Product does not exist.", product))?;
        if known.is_archived || known.visibility == "draft" {
            return Err(unfit(&place, "Product is archived.", product));
        }
    }
    Ok(products[0].as_str().unwrap_or_default().to_owned())
}

fn metadata_of(body: &Value) -> Result<Map<String, Value>, Answer> {
    let metadata = match &body["metadata"] {
        Value::Null => return Ok(Map::new()),
        Value::Object(metadata) => metadata,
        other => return Err(malformed(&["body", "metadata"], "dict_type", "Input should be a valid dictionary", other)),
    };
    let (pairs, key, text) = METADATA;
    let fits = |(name, value): (&String, &Value)| {
        let is_short = value.as_str().is_none_or(|value| (1..=text).contains(&value.chars().count()));
        (1..=key).contains(&name.chars().count()) && is_short && !value.is_null() && !value.is_object() && !value.is_array()
    };
    if metadata.len() > pairs || !metadata.iter().all(fits) {
        return Err(malformed(&["body", "metadata"], "too_long", "Metadata is too long or of a wrong type", &body["metadata"]));
    }
    Ok(metadata.clone())
}

fn refund(books: &mut Books, request: &Request, failure: Option<&Failure>, now: Timestamp) -> Answer {
    let body = request.json();
    let Some(order) = body["order_id"].as_str().filter(|id| Uuid::try_parse(id).is_ok()) else {
        return malformed(&["body", "order_id"], "uuid_parsing", "Input should be a valid UUID", &body["order_id"]);
    };
    let Some(amount) = body["amount"].as_i64().filter(|amount| *amount >= 1) else {
        return malformed(&["body", "amount"], "greater_than_equal", "Input should be greater than or equal to 1", &body["amount"]);
    };
    let Some(reason) = body["reason"].as_str().filter(|reason| REASONS.contains(reason)) else {
        return malformed(&["body", "reason"], "literal_error", "Input should be one of the reasons", &body["reason"]);
    };
    let metadata = match metadata_of(body) {
        Ok(metadata) => metadata,
        Err(refusal) => return refusal,
    };
    let is_pending = failure == Some(&Failure::RefundPending);
    let new = NewRefund { reason: reason.to_owned(), metadata, is_pending, ..NewRefund::of(order, amount) };
    match books.give_back(&new, now) {
        Ok(refund) => Answer::json(201, &shown::refund(books, &refund)),
        Err(why) => no_refund(why, body),
    }
}

pub(super) fn no_refund(why: NoRefund, body: &Value) -> Answer {
    match why {
        NoRefund::UnknownOrder => unfit(&["body", "order_id"], "Order not found", &body["order_id"]),
        NoRefund::TooMuch => unfit(&["body", "amount"], "Refund amount exceeds refundable amount", &body["amount"]),
        NoRefund::RefundsBlocked => refuse(403, "RefundsBlocked", "Refunds are blocked for order."),
        NoRefund::RefundedAlready => refuse(403, "RefundedAlready", "Order is already fully refunded."),
        NoRefund::RefundDisputedPayment => refuse(403, "RefundDisputedPayment", "Refund cannot be issued for order with disputed payment."),
    }
}

fn endpoint(books: &mut Books, request: &Request, now: Timestamp) -> Answer {
    let body = request.json();
    let Some(url) = body["url"].as_str().filter(|url| url.contains("://")) else {
        return malformed(&["body", "url"], "url_parsing", "Input should be a valid URL", &body["url"]);
    };
    books.letters.address = Some(Address::of(url));
    let id = books.chance.uuid();
    let shown = json!({ "id": id, "created_at": now, "modified_at": null, "url": url, "format": "raw", "secret": SECRET,
        "events": body["events"], "api_version": body["api_version"].as_str().unwrap_or(super::CURRENT), "enabled": true });
    Answer::json(201, &shown)
}
