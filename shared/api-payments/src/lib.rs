//! The JSON of offers, checkouts and orders.

mod checkouts;
mod entries;
mod money;
mod offers;
mod orders;

pub use checkouts::{CheckoutReply, CheckoutRequest};
pub use entries::{EntriesReply, EntryReply};
pub use money::MoneyReply;
pub use offers::{OfferReply, OffersReply};
pub use orders::{OrderReply, OrdersReply, RefundReason, RefundReply, RefundRequest};
