//! What a person does at the merchant's: paying on its page; and what a test does in place of a bank, a clock and a network.

use kernel::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::no_refund;
use super::books::{Books, Buyer, CheckoutStatus, NewRefund, RefundStatus};
use super::errors::{absent, nowhere, refuse};
use super::post::{Address, LetterState, Mischief, SECRET, Signing};
use super::shown;
use crate::{Answer, Request};

/// Pages: `GET /checkout/{secret}`, `POST /checkout/{secret}/pay`, `GET /receipts/{order}.pdf`.
pub(super) fn page(books: &mut Books, request: &Request, now: Timestamp) -> Answer {
    books.expire(now);
    let segments: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["checkout", secret]) => checkout_page(books, secret),
        ("POST", ["checkout", secret, "pay"]) => pay_on_page(books, request, secret, now),
        ("GET", ["receipts", name]) if books.order(name.trim_end_matches(".pdf")).is_some() => {
            Answer::of(200, "application/pdf", "%PDF-1.4\n% a receipt\n")
        }
        _ => Answer::of(404, "text/html; charset=utf-8", "<!doctype html><title>Not found</title><p>There is no such page."),
    }
}

fn checkout_page(books: &Books, secret: &str) -> Answer {
    let Some(checkout) = books.checkout(secret) else { return html(404, "Not found", "<p>There is no such checkout.") };
    let Some(product) = books.product(&checkout.product) else { return html(404, "Not found", "<p>There is no such product.") };
    if checkout.status != CheckoutStatus::Open {
        return html(200, "Closed", "<p>This checkout is paid, or its time is over.");
    }
    let tax = (product.price + 5) / 10;
    let money = |cents: i64| format!("{} {}.{:02}", product.currency.to_uppercase(), cents / 100, cents % 100);
    let (price, tax, total) = (money(product.price), money(tax), money(product.price + tax));
    let body = format!(
        "<h1>{}</h1><dl><dt>Price<dd>{price}<dt>Tax<dd>{tax}<dt>Total<dd>{total}</dl>\
         <form method=post action=\"/checkout/{}/pay\"><label>E-mail <input type=email name=email value=\"ada@buyer.example\"></label> \
         <button>Pay {total}</button></form><p>Nobody pays here: this page stands in for the merchant's.",
        escaped(&product.name),
        checkout.client_secret,
    );
    html(200, "Checkout", &body)
}

fn pay_on_page(books: &mut Books, request: &Request, secret: &str, now: Timestamp) -> Answer {
    let email = form_urlencoded::parse(&request.raw).find(|(name, _)| name == "email").map(|(_, value)| value.into_owned());
    let buyer = Buyer { email: email.filter(|email| !email.is_empty()).unwrap_or_else(|| Buyer::default().email), ..Buyer::default() };
    let Some(order) = books.pay(secret, buyer, now) else { return html(409, "Closed", "<p>This checkout is paid, or its time is over.") };
    let success = books.checkout(secret).and_then(|checkout| checkout.success_url.clone());
    match success {
        Some(url) => Answer::of(303, "text/plain", "").with("location", &url.replace("{CHECKOUT_ID}", &order.checkout)),
        None => html(200, "Paid", "<p>Thank you."),
    }
}

fn html(status: u16, title: &str, body: &str) -> Answer {
    let page = format!("<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><body>{body}</body></html>");
    Answer::of(status, "text/html; charset=utf-8", page)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Below `/_polar`.
pub(super) fn control(books: &mut Books, request: &Request, now: Timestamp) -> Answer {
    let body = request.json();
    let segments: Vec<&str> = request.path.trim_start_matches("/_polar/").split('/').collect();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["books"]) => Answer::json(200, &shown_books(books)),
        ("POST", ["checkouts", id, "pay"]) => match books.pay(id, buyer(body), now) {
            Some(order) => Answer::json(201, &shown::order(books, &order)),
            None => refuse(409, "NotOpenCheckout", "Checkout is not open."),
        },
        ("POST", ["checkouts", id, "decline"]) => done(books.decline(id, now)),
        ("POST", ["orders", id, "dispute"]) => done(books.dispute(id, now)),
        ("POST", ["orders", id, "refund"]) => match books.give_back(&NewRefund::of(id, body["amount"].as_i64().unwrap_or_default()), now) {
            Ok(refund) => Answer::json(201, &shown::refund(books, &refund)),
            Err(why) => no_refund(why, body),
        },
        ("POST", ["refunds", id, status]) => match status_of(status) {
            Some(status) => done(books.settle(id, status, now)),
            None => nowhere(),
        },
        ("PUT", ["webhook"]) => set_address(books, body),
        ("PUT", ["mischief"]) => match Mischief::deserialize(body) {
            Ok(mischief) => {
                books.set_mischief(mischief);
                Answer::json(200, &json!({}))
            }
            Err(error) => Answer::json(400, &json!({ "error": error.to_string() })),
        },
        _ => nowhere(),
    }
}

fn done<T>(what: Option<T>) -> Answer {
    what.map_or_else(absent, |_| Answer::json(200, &json!({})))
}

fn buyer(body: &Value) -> Buyer {
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let usual = Buyer::default();
    Buyer { name: text("name").unwrap_or(usual.name), email: text("email").unwrap_or(usual.email) }
}

fn status_of(name: &str) -> Option<RefundStatus> {
    match name {
        "succeed" => Some(RefundStatus::Succeeded),
        "fail" => Some(RefundStatus::Failed),
        "cancel" => Some(RefundStatus::Canceled),
        _ => None,
    }
}

/// The body of `PUT /_polar/webhook`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    url: String,
    secret: Option<String>,
    #[serde(default)]
    signing: Signing,
    #[serde(default = "yes")]
    automatic: bool,
}

fn yes() -> bool {
    true
}

fn set_address(books: &mut Books, body: &Value) -> Answer {
    match Webhook::deserialize(body) {
        Ok(Webhook { url, secret, signing, automatic }) => {
            let secret = secret.unwrap_or_else(|| SECRET.to_owned());
            books.letters.address = Some(Address { url, secret, signing, is_automatic: automatic });
            Answer::json(200, &json!({}))
        }
        Err(error) => Answer::json(400, &json!({ "error": error.to_string() })),
    }
}

fn shown_books(books: &Books) -> Value {
    let totals: Value = books
        .totals()
        .into_iter()
        .map(|(currency, sum)| {
            let sum =
                json!({ "orders": sum.orders, "net": sum.net, "tax": sum.tax, "refunded": sum.refunded, "refunded_tax": sum.refunded_tax });
            (currency.to_owned(), sum)
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    let letters = books.letters.all().iter().map(|letter| {
        let state = match letter.state {
            LetterState::Waiting => "waiting",
            LetterState::Taken => "taken",
            LetterState::GivenUp => "given-up",
            LetterState::Lost => "lost",
            LetterState::Skipped => "skipped",
        };
        json!({ "id": letter.id, "type": letter.kind, "state": state, "attempts": letter.attempts })
    });
    let orders = books.orders.iter().map(|order| shown::order(books, order));
    let refunds = books.refunds.iter().map(|refund| shown::refund(books, refund));
    json!({ "totals": totals, "orders": orders.collect::<Vec<_>>(), "refunds": refunds.collect::<Vec<_>>(), "letters": letters.collect::<Vec<_>>() })
}

/// How far a clock is to be ahead, by the body of `PUT /_polar/clock`.
pub(super) fn offset(body: &Value) -> Option<SignedDuration> {
    body["offset_seconds"].as_i64().map(SignedDuration::from_secs)
}
