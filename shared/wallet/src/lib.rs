//! The wallet: an append-only ledger of credits and the balance it adds up to.
//!
//! Every [`Entry`] is written in one transaction with the balance it changes, so that `sum(entries) = balance` always holds and the
//! available credits never go below zero. An entry's key is its kind and its cause, so the same movement cannot be written twice.

mod balance;
mod charge;
mod entry;
mod refusal;

pub use balance::{Balance, Movement, Overdrawn};
pub use charge::{Charge, Quota, Reservation, Tariff};
pub use entry::{Cause, Entry, Kind};
pub use refusal::{too_many_at_once, too_short};
