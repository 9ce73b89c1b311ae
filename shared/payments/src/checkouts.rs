//! The store of orders, as opening a checkout sees it.

use async_trait::async_trait;
use kernel::{AccountId, AccountSession, Failure, OrderId, Timestamp};

use crate::{Checkout, Offer, OfferId};

/// An order that a customer places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    pub caller: AccountSession,
    pub id: OrderId,
    /// As it is at this moment: its credits are what is granted later.
    pub offer: Offer,
    pub created_at: Timestamp,
    /// SHA-256 of the idempotency key.
    pub key_hash: String,
    /// SHA-256 of the request.
    pub payload_hash: String,
    pub key_expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BegunOrder {
    New,
    /// The key was used before, for this order.
    Replayed {
        payload_hash: String,
        order: OrderId,
    },
}

/// What a repetition needs to know of its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenOrder {
    pub offer: OfferId,
    /// Where it can be paid, once that is known; gone again when it was paid.
    pub checkout: Option<Checkout>,
}

#[async_trait]
pub trait Checkouts: Send + Sync {
    /// Writes the order, with the record of its key, in one transaction.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed, [`Failure::Busy`] with [`kernel::Reason::RateLimited`] above
    /// [`kernel::limits::CHECKOUTS_PER_HOUR`], [`Failure::Conflict`] with [`kernel::Reason::IdempotencyKeyInUse`] while the same key is being written.
    async fn begin(&self, new: &NewOrder) -> Result<BegunOrder, Failure>;

    /// `None` when the account has no such order.
    async fn begun(&self, account: AccountId, order: OrderId) -> Result<Option<OpenOrder>, Failure>;

    /// Notes where the order can be paid, unless that is noted already; returns what is noted.
    ///
    /// # Errors
    /// [`Failure::Missing`] when the order is gone or paid.
    async fn opened(&self, account: AccountId, order: OrderId, checkout: &Checkout) -> Result<Checkout, Failure>;
}
