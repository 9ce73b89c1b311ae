//! Whether something is kept longer than before. What cannot be compared counts as longer.

use jiff::SignedDuration;

use crate::published::Keeps;
use crate::retention::{Kept, Mechanism, Owner, Retention};

pub(super) fn is_longer(old: &Retention, new: &Retention) -> bool {
    match (old, new) {
        (Retention::For(old), Retention::For(new)) => {
            new.at_most() > old.at_most() || new.from != old.from || (is_late(new) && !is_late(old))
        }
        (Retention::While(old), Retention::While(new)) => old.owner != new.owner && is_open(new.owner),
        // What has an end goes before what has none; what goes with some work goes before what has a time of its own.
        (Retention::While(old), Retention::For(_)) => !is_open(old.owner),
        (Retention::For(_), Retention::While(_)) => true,
    }
}

/// Whether it lives until somebody asks for its end.
fn is_open(owner: Owner) -> bool {
    match owner {
        Owner::Account | Owner::Address | Owner::Service | Owner::Operator => true,
        Owner::Generation | Owner::Trial => false,
    }
}

/// Whether nothing but the database's own TTL ends it, which may take days.
fn is_late(kept: &Kept) -> bool {
    kept.mechanisms == [Mechanism::Ttl]
}

/// The same for a time that may be without an end.
pub(super) fn lasts_longer(old: Option<SignedDuration>, new: Option<SignedDuration>) -> bool {
    match (old, new) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(old), Some(new)) => new > old,
    }
}

pub(super) fn keeps_longer(old: &Keeps, new: &Keeps) -> bool {
    match (old, new) {
        (_, Keeps::Nothing) | (Keeps::Unsaid(_), _) => false,
        (Keeps::Nothing, _) | (_, Keeps::Unsaid(_)) => true,
        (Keeps::Logs(old), Keeps::Logs(new)) => new.r#for > old.r#for,
    }
}
