//! The merchant of record, as this service sees it: ports and the merchant's books.

use async_trait::async_trait;
use kernel::{AccountId, Failure, OrderId, Timestamp};

use crate::{Money, Offer, OfferId};

/// Sells credits.
#[async_trait]
pub trait Sales: Send + Sync {
    /// The packs that are for sale now.
    ///
    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] when the merchant could not be asked.
    async fn offers(&self) -> Result<Vec<Offer>, Failure>;

    /// Opens a page where the order can be paid.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for an offer that is not for sale; as in [`Self::offers`] otherwise.
    async fn open(&self, request: &CheckoutRequest) -> Result<Checkout, Failure>;
}

/// All that a merchant of record does here.
pub trait Merchant: Sales + MerchantBooks + Refunder {}

impl<M: Sales + MerchantBooks + Refunder> Merchant for M {}

/// What the merchant is told: no address, no name. It asks the buyer itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRequest {
    /// Travels in the metadata and comes back with the order.
    pub order: OrderId,
    pub account: AccountId,
    pub offer: OfferId,
    /// Where the buyer lands after paying.
    pub success_url: String,
    /// A BCP 47 language tag.
    pub locale: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The merchant's id of it.
    pub id: String,
    pub url: String,
    pub expires_at: Timestamp,
}

/// Reads the merchant's books.
#[async_trait]
pub trait MerchantBooks: Send + Sync {
    /// Orders created since then, oldest first, a page at a time; `page` counts from 1.
    async fn orders(&self, since: Timestamp, page: u32) -> Result<Page<MerchantOrder>, Failure>;

    /// `None` when the merchant has no such order.
    async fn order(&self, id: &str) -> Result<Option<MerchantOrder>, Failure>;

    /// Refunds of one order, whoever began them.
    async fn refunds_of(&self, order: &str) -> Result<Vec<MerchantRefund>, Failure>;

    /// Refunds created since then, of whichever order, newest first; `page` counts from 1. One that is created meanwhile may bring another a second time.
    async fn refunds(&self, since: Timestamp, page: u32) -> Result<Page<MerchantRefund>, Failure>;

    /// Where the buyer finds the receipt; `None` while there is none.
    async fn receipt(&self, order: &str) -> Result<Option<String>, Failure>;
}

/// Gives money back.
#[async_trait]
pub trait Refunder: Send + Sync {
    /// Asks for a refund of `net`, to which the merchant adds the tax. Not idempotent: a caller lists the order's refunds first, also after a
    /// [`Failure::Busy`], which says nothing of whether the merchant carried it out.
    ///
    /// # Errors
    /// [`Failure::Conflict`] with [`kernel::Reason::RefundRefused`] when the merchant refuses: refunded already, disputed, blocked, being refunded, or
    /// more than is left.
    async fn refund(&self, order: &str, net: Money, ours: OrderId) -> Result<MerchantRefund, Failure>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Whether another page follows.
    pub more: bool,
}

/// An order in the merchant's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantOrder {
    /// The merchant's id.
    pub id: String,
    /// Ours, from the metadata; `None` for an order that was not begun here.
    pub ours: Option<OrderId>,
    /// From the metadata, else as the merchant knows its customer.
    pub account: Option<AccountId>,
    pub offer: Option<OfferId>,
    pub state: MerchantOrderState,
    pub net: Money,
    pub total: Money,
    /// Net of tax, in all: an absolute amount, which may also shrink when a refund fails later.
    pub refunded: Money,
    /// Net of tax.
    pub refundable: Money,
    pub created_at: Timestamp,
    /// Later states of an order have later ones.
    pub modified_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MerchantOrderState {
    /// A draft, or not paid yet.
    Pending,
    Paid,
    PartiallyRefunded,
    Refunded,
    Void,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantRefund {
    /// The merchant's id.
    pub id: String,
    /// The merchant's id of the order.
    pub order: String,
    pub state: RefundState,
    /// Net of tax.
    pub net: Money,
    pub disputed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundState {
    Pending,
    Succeeded,
    /// Also after it had succeeded.
    Failed,
    Canceled,
}

/// A notice of the merchant whose signature was checked: the few facts this service acts on, and nothing else of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEvent {
    /// The same in each delivery.
    pub id: String,
    pub at: Timestamp,
    pub fact: PaymentFact,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentFact {
    /// An order was paid: the one notice that credits are granted on.
    Paid(MerchantOrder),
    /// An order is now like this.
    Order(MerchantOrder),
    Refund(MerchantRefund),
    /// A type that nothing follows from, or an order or a refund that cannot be read.
    Other,
}
