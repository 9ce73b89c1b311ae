//! The ports of orders.

use async_trait::async_trait;
use kernel::{AccountId, Failure, OrderId, Principal};
use wallet::Entry;

use crate::{MerchantBooks, Order};

/// A change of an order, in one transaction with the movement of credits that belongs to it. It is written only over the version it was made from.
///
/// Where the change leaves the order's refund waiting for somebody, a row for the desk is written with it, and removed where it no longer waits.
#[derive(Debug, Clone, Copy)]
pub struct OrderChange<'a> {
    pub before: &'a Order,
    pub after: &'a Order,
    pub entries: &'a [Entry],
    /// The credits that must be available, where that matters.
    pub needed: Option<u32>,
}

impl<'a> OrderChange<'a> {
    #[must_use]
    pub fn of(before: &'a Order, after: &'a Order, entries: &'a [Entry]) -> Self {
        Self { before, after, entries, needed: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderWritten {
    Stored,
    /// Somebody changed the order since it was read.
    Overtaken,
    /// The account's wallet is gone.
    Ownerless,
    /// Fewer credits are available than are needed.
    Short,
}

#[async_trait]
pub trait Orders: Send + Sync {
    /// A consistent read; `None` when the account has no such order.
    async fn load(&self, account: AccountId, order: OrderId) -> Result<Option<Order>, Failure>;

    async fn change(&self, change: OrderChange<'_>) -> Result<OrderWritten, Failure>;
}

/// Newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPage {
    pub orders: Vec<Order>,
    /// The start of the next page; `None` on the last.
    pub next: Option<OrderId>,
}

/// Reads orders for their owners, with a check of the session.
#[async_trait]
pub trait OrderViews: Send + Sync {
    /// `None` when the caller has no such order.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn view(&self, principal: &Principal, order: OrderId) -> Result<Option<Order>, Failure>;

    /// One page of at most `limit` orders that are older than `after`.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn page(&self, principal: &Principal, after: Option<OrderId>, limit: u16) -> Result<OrderPage, Failure>;
}

/// Where the receipt of a paid order is; `None` where there is none, or the merchant does not say so at the moment.
pub async fn receipt(books: &dyn MerchantBooks, order: &Order) -> Option<String> {
    books.receipt(&order.payment.as_ref()?.merchant_order).await.unwrap_or_default()
}
