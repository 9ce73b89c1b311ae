//! The wallet: an append-only ledger of credits and the balance it adds up to.
//!
//! Every [`Entry`] is written in one transaction with the balance it changes, so that `sum(entries) = balance` always holds. Nothing is held that is not
//! available; only bought credits whose price is given back are taken back though they were used, and then the balance is below zero until new ones came
//! in (AN-74). An entry's key is its kind and its cause, so the same movement cannot be written twice.

mod balance;
mod charge;
mod entry;
mod refusal;
mod statement;

pub use balance::{Balance, Movement, Overdrawn};
pub use charge::{Charge, Quota, Reservation, Tariff};
pub use entry::{Cause, Entry, Kind, NotACause};
pub use refusal::{too_many_at_once, too_short};
pub use statement::{NotAPlace, Place, Statement, Statements};
