//! Buying credits: offers, checkouts, orders, payments and refunds.
//!
//! A *merchant of record* sells them in its own name: it shows the price, computes the tax, takes the money and keeps the
//! books (AN-35). The wallet here follows those books and never leads them.

mod amounts;
mod checkouts;
mod closed;
mod merchant;
mod money;
mod notices;
mod offer;
mod open_checkout;
mod order;
mod orders;
mod reconcile;
mod refund;
mod settle;

pub use checkouts::{BegunOrder, Checkouts, NewOrder, OpenOrder};
pub use closed::NothingForSale;
pub use merchant::{
    Checkout, CheckoutRequest, Merchant, MerchantBooks, MerchantOrder, MerchantOrderState, MerchantRefund, Page, PaymentEvent, PaymentFact,
    RefundState, Refunder, Sales,
};
pub use money::Money;
pub use notices::{CustomerNotice, CustomerNotices, PaymentNotice, TakeNotice};
pub use offer::{Offer, OfferId, Offers};
pub use open_checkout::{OpenCheckout, Opened, Wish};
pub use order::{Contradiction, Order, OrderState, Payment, Post, RefundReason, RefundRequest, RequestState, Step};
pub use orders::{OrderChange, OrderPage, OrderViews, OrderWritten, Orders, receipt};
pub use reconcile::{Reconcile, Reconciled};
pub use refund::{RefundPolicy, RequestRefund};
pub use settle::{Settle, Settled};
