use kernel::{OrderId, Timestamp};
use payments::{OfferId, Opened, Wish};
use serde::{Deserialize, Serialize};

/// `POST /v1/checkouts`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckoutRequest {
    /// The id of an offer of `GET /v1/offers`.
    pub offer: String,
}

impl CheckoutRequest {
    /// With the key of the request and the language of the caller's browser.
    #[must_use]
    pub fn wish(self, idempotency_key: String, locale: String) -> Wish {
        Wish { idempotency_key, offer: OfferId(self.offer), locale }
    }
}

/// An order that waits for its payment.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckoutReply {
    /// `ord_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub order_id: OrderId,
    /// The merchant's page, where the order is paid.
    pub url: String,
    /// Until when the page is there, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

impl From<Opened> for CheckoutReply {
    fn from(opened: Opened) -> Self {
        Self { order_id: opened.order, url: opened.checkout.url, expires_at: opened.checkout.expires_at }
    }
}
