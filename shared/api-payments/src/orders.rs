use kernel::{OrderId, Timestamp};
use payments::{Order, OrderPage, OrderState, RequestState};
use serde::{Deserialize, Serialize};

use crate::MoneyReply;

/// A purchase of credits.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderReply {
    /// `ord_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub order_id: OrderId,
    /// The id of the offer.
    pub offer: String,
    /// What it grants.
    pub credits: u32,
    /// `pending`: not paid yet. `credited`: paid, and the credits are in the wallet. `paid`: paid, and the credits could not be granted. `void`: the
    /// merchant gave it up before it was paid.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: OrderState,
    /// Before tax, when it was ordered.
    pub price: MoneyReply,
    /// What was paid, with the tax that the merchant computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<MoneyReply>,
    /// What was given back so far, before tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded: Option<MoneyReply>,
    /// The credits that were taken back for it.
    pub credits_taken_back: u32,
    /// Where it can be paid, while it is `pending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkout_url: Option<String>,
    /// The merchant's receipt, on `GET /v1/orders/{id}` once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_url: Option<String>,
    /// What became of the request for its money back, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundReply>,
    /// RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub paid_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundReply {
    /// `begun`: the money is on its way back. `done`: the merchant gave it back. `waiting`: somebody looks at it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: RequestState,
    /// RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub asked_at: Timestamp,
}

/// `GET /v1/orders`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrdersReply {
    /// The newest first.
    pub orders: Vec<OrderReply>,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub next_cursor: Option<OrderId>,
}

/// `POST /v1/refunds`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// `ord_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub order_id: OrderId,
    #[cfg_attr(feature = "openapi", schema(inline))]
    pub reason: RefundReason,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RefundReason {
    ChangedMyMind,
    DidNotWork,
    NotAsExpected,
    BoughtTwice,
    Other,
}

impl From<RefundReason> for payments::RefundReason {
    fn from(reason: RefundReason) -> Self {
        match reason {
            RefundReason::ChangedMyMind => Self::ChangedMyMind,
            RefundReason::DidNotWork => Self::DidNotWork,
            RefundReason::NotAsExpected => Self::NotAsExpected,
            RefundReason::BoughtTwice => Self::BoughtTwice,
            RefundReason::Other => Self::Other,
        }
    }
}

impl OrderReply {
    #[must_use]
    pub fn new(order: &Order, receipt_url: Option<String>) -> Self {
        let payment = order.payment.as_ref();
        let checkout = order.checkout.as_ref().filter(|_| order.state == OrderState::Pending);
        Self {
            order_id: order.id,
            offer: order.offer.0.clone(),
            credits: order.credits,
            state: order.state,
            price: order.price.into(),
            total: payment.map(|payment| payment.total.into()),
            refunded: payment.map(|payment| payment.refunded.into()),
            credits_taken_back: payment.map_or(0, |payment| payment.taken_back),
            checkout_url: checkout.map(|checkout| checkout.url.clone()),
            receipt_url,
            refund: order.refund.map(|refund| RefundReply { state: refund.state, asked_at: refund.asked_at }),
            created_at: order.created_at,
            paid_at: payment.map(|payment| payment.paid_at),
        }
    }
}

impl OrdersReply {
    #[must_use]
    pub fn new(page: &OrderPage) -> Self {
        Self { orders: page.orders.iter().map(|order| OrderReply::new(order, None)).collect(), next_cursor: page.next }
    }
}
