//! Orders follow the merchant's books, whatever happens on the way.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod books;
mod checkouts;
mod crashes;
mod refunds;
mod settling;
mod world;
