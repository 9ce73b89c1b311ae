//! Counts in windows, for limits and budgets.

use kernel::{Limit, Timestamp};

use crate::due::shard_of;
use crate::item::{number, text};
use crate::key::Key;
use crate::transaction::Part;
use crate::write::Write;

/// Where something is counted.
#[derive(Debug, Clone, Copy)]
pub struct Counter<'a> {
    /// The table of the counters.
    pub table: &'a str,
    /// The class of their rows in the inventory.
    pub class: &'static str,
    /// When the row goes: after the end of the window, so that it is the same whoever counts first.
    pub expires_at: Timestamp,
    /// Whether the deletion looks for it.
    pub swept: bool,
}

impl Counter<'_> {
    /// Counts one more for `whom`, which is nothing personal, if there were fewer in the present window than the limit; else says
    /// [`kernel::Reason::RateLimited`] and when the next window opens.
    pub fn count<T>(self, limit: Limit, whom: &str, now: Timestamp) -> Part<T> {
        let key = Key::new(format!("LIMIT#{}#{whom}#{}", limit.what, limit.window.name(now)), "COUNT");
        self.count_under(&key, limit, now)
    }

    /// The same under a key that says the window in its own way.
    pub fn count_under<T>(self, key: &Key, limit: Limit, now: Timestamp) -> Part<T> {
        self.add(key, 1, limit.most.into()).or(move |_| Err(limit.refusal(now)))
    }

    /// Adds `amount`, if the sum is then no more than `most`.
    #[must_use]
    pub fn add(self, key: &Key, amount: u64, most: u64) -> Write {
        // Where even the first is too much, only a condition that no row fulfils is right, there being one or not.
        let (condition, room) = match most.checked_sub(amount) {
            Some(room) => ("attribute_not_exists(#count) OR #count <= :room", room),
            None => ("#count < :room", 0),
        };
        let counted = match self.swept {
            true => key
                .update(self.table, "SET #class = :class, expires_at = :expires, expiry_shard = :shard ADD #count :amount")
                .value(":shard", text(shard_of(self.class, key))),
            false => key.update(self.table, "SET #class = :class, expires_at = :expires ADD #count :amount"),
        };
        counted
            .only_if(condition)
            .name("#class", "class")
            .name("#count", "count")
            .value(":class", text(self.class))
            .value(":expires", number(self.expires_at.as_second()))
            .value(":amount", number(amount))
            .value(":room", number(room))
    }
}
