//! What the service may spend in a day, all together: a row a budget and day.
//!
//! Every spending writes the one row, within the transaction that spends: ten thousand sign-ins an hour are three a second, and DynamoDB writes one row
//! some hundred times a second in transactions before they wait for each other, of a thousand writes that its partition takes.

use dynamo::{Counter, Key, Part};
use kernel::{Failure, Timestamp, Window};
use policy::Class;

/// Spends `amount` of the day's budget `what`, of which there is `per_day`; above that it says [`kernel::Reason::BudgetSpent`].
pub fn spend<T>(table: &str, what: &'static str, amount: u64, per_day: u64, now: Timestamp) -> Part<T> {
    let (class, window) = (Class::BUDGET, Window::Day);
    let counter = Counter { table, class: class.class().id(), expires_at: class.expires_at(window.end(now)), swept: true };
    counter.add(&key(what, now), amount, per_day).or(move |_| Err(spent(what, now)))
}

fn key(what: &str, now: Timestamp) -> Key {
    Key::new(format!("BUDGET#{what}#{}", Window::Day.start(now)), "COUNT")
}

/// An alarm is waiting for these words.
fn spent(budget: &'static str, now: Timestamp) -> Failure {
    tracing::error!(budget, "budget is spent");
    Failure::budget_spent(Window::Day.left(now))
}
