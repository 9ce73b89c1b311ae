//! The routes of buying credits.

use kernel::Reason;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{Required, ResponseBuilder};

use super::routes::{Endpoint, etag, header, idempotency_key, json, page_limit, parameter, string};
use super::schemas;

pub(super) const PAYMENTS: &str = "payments";

pub(super) fn all() -> Vec<Endpoint> {
    vec![offers_list(), checkouts_create(), orders_list(), orders_get(), refunds_create(), webhooks_polar(), wallet_entries_list()]
}

fn offers_list() -> Endpoint {
    let cache = || header("Any cache may keep it for five minutes", string());
    let seen = parameter("If-None-Match", ParameterIn::Header, string()).description(Some("The entity tag of the client's stored reply"));
    let offers = ResponseBuilder::from(json("All packs", "OffersReply")).header("ETag", etag()).header("Cache-Control", cache());
    Endpoint::new("offers-list", PAYMENTS)
        .describe(
            "Prices are before tax, as the merchant of record has them: tax and total are on its page alone. `HEAD` is answered as well. Where nothing is for \
             sale the list is empty.",
        )
        .parameter(seen)
        .answers("200", offers.build())
        .answers("304", ResponseBuilder::new().description("Nothing has changed").header("ETag", etag()).header("Cache-Control", cache()).build())
        .busy()
}

fn checkouts_create() -> Endpoint {
    let key = parameter("Idempotency-Key", ParameterIn::Header, idempotency_key()).required(Required::True);
    let language = parameter("Accept-Language", ParameterIn::Header, string()).description(Some("The language of the merchant's page"));
    Endpoint::new("checkouts-create", PAYMENTS)
        .describe(
            "Send the buyer to `url`, a page of the merchant of record: it asks for the payment and sends them back to the site. The order is paid when the \
             order itself says so, and not because somebody came back. The same `Idempotency-Key` with the same body means the same order and the same page, \
             for 24 hours.",
        )
        .parameter(key.description(Some("The caller's own key for this request")))
        .parameter(language)
        .takes("CheckoutRequest")
        .answers("201", json("The order and its page", "CheckoutReply"))
        .refuses(&[Reason::IdempotencyKeyInvalid, Reason::IdempotencyKeyInUse, Reason::IdempotencyKeyReused])
        .refuses(&[Reason::NotFound, Reason::ProcessingRestricted])
        .busy()
}

fn orders_list() -> Endpoint {
    let cursor = parameter("cursor", ParameterIn::Query, schemas::id_or_nothing("ord_").build());
    Endpoint::new("orders-list", PAYMENTS)
        .describe("Orders that were never paid are among them.")
        .parameter(cursor.description(Some("The `next_cursor` of the page before; absent or empty for the first page")))
        .parameter(parameter("limit", ParameterIn::Query, page_limit()).description(Some("Orders on the page")))
        .answers("200", json("A page", "OrdersReply"))
        .refuses(&[Reason::FieldInvalid])
        .busy()
}

fn orders_get() -> Endpoint {
    let id = parameter("id", ParameterIn::Path, schemas::id("ord_").build()).required(Required::True);
    Endpoint::new("orders-get", PAYMENTS)
        .describe("A page that waits for a payment polls it until the order is `credited`: that is usually a few seconds after paying.")
        .parameter(id.description(Some("The order")))
        .answers("200", json("The order", "OrderReply"))
        .refuses(&[Reason::NotFound])
        .busy()
}

fn refunds_create() -> Endpoint {
    Endpoint::new("refunds-create", PAYMENTS)
        .describe(
            "One an order; asking again says what became of it. Where the order is not old and the wallet still has its credits, they are taken back and the              merchant gives the money back, with the tax (`begun`). Else somebody looks at it (`waiting`). Either is confirmed by mail.",
        )
        .takes("RefundRequest")
        .answers("202", json("The order with the request", "OrderReply"))
        .refuses(&[Reason::NotFound, Reason::RefundRefused])
        .busy()
}

fn webhooks_polar() -> Endpoint {
    let signed = |name, what| parameter(name, ParameterIn::Header, string()).required(Required::True).description(Some(what));
    Endpoint::new("webhooks-polar", PAYMENTS)
        .describe("For the merchant of record alone: notices signed as Standard Webhooks are. Of the body nothing is kept but which order it is about.")
        .parameter(signed("webhook-id", "The same each time the notice is sent"))
        .parameter(signed("webhook-timestamp", "When it was signed, in seconds since 1970; five minutes off at most"))
        .parameter(signed("webhook-signature", "`v1,` and the signature in Base64; several with spaces between them"))
        .takes_object()
        .answers("202", ResponseBuilder::new().description("Taken").build())
        .refuses(&[Reason::SignatureRefused])
        .busy()
}

fn wallet_entries_list() -> Endpoint {
    let cursor = parameter("cursor", ParameterIn::Query, schemas::place_or_nothing().build());
    Endpoint::new("wallet-entries-list", PAYMENTS)
        .describe(
            "The sums of `available` and of `held` of all entries are those of the wallet. An entry of the last second may be missing.",
        )
        .parameter(cursor.description(Some("The `next_cursor` of the page before; absent or empty for the first page")))
        .parameter(parameter("limit", ParameterIn::Query, page_limit()).description(Some("Entries on the page")))
        .answers("200", json("A page", "EntriesReply"))
        .refuses(&[Reason::FieldInvalid])
        .busy()
}
