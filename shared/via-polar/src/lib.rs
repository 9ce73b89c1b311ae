//! Polar, the merchant of record: what it sells, its books, its refunds, and the notices it sends.
//!
//! It is told two pseudonyms, of the account and of the order, and a page to come back to. What it knows of a buyer (name, address, card) stays there:
//! of its answers and notices only the facts of [`payments`] are read, and each of them is a number, a time, a state or an id, so that no number of a
//! card can pass for one (AN-22). Its texts stay in this crate: errors carry its codes and statuses.

mod answer;
mod books;
mod notice;
mod polar;
mod read;
mod refund;
mod sales;
mod signature;

pub use answer::ApiError;
pub use notice::notice;
pub use polar::{Polar, Server};
pub use signature::{Delivery, NotVerified, WebhookVerifier};
