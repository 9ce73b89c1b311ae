//! Counts in windows, for limits and budgets.

use kernel::{Failure, Problem, Reason, Timestamp, Window};

use crate::due::shard_of;
use crate::item::{number, text};
use crate::key::Key;
use crate::transaction::Part;
use crate::write::Write;

/// What is counted, by whom, in the present window.
#[derive(Debug, Clone, Copy)]
pub struct Counter<'a> {
    /// The table of the counters.
    pub table: &'a str,
    /// The class of their rows in the inventory.
    pub class: &'static str,
    /// The window at this time.
    pub window: Window,
    pub now: Timestamp,
    /// When the row goes: after the end of the window, so that it is the same whoever counts first.
    pub expires_at: Timestamp,
    /// Whether the deletion looks for it.
    pub swept: bool,
}

impl Counter<'_> {
    /// Counts one more of `what` by `whom`, which is nothing personal, if there were fewer than `most`; else says [`Reason::RateLimited`] and when the
    /// next window opens.
    pub fn count<T>(self, what: &str, whom: &str, most: u32) -> Part<T> {
        let key = Key::new(format!("LIMIT#{what}#{whom}#{}", self.window.name(self.now)), "COUNT");
        self.count_under(&key, most)
    }

    /// The same under a key that says the window in its own way.
    pub fn count_under<T>(self, key: &Key, most: u32) -> Part<T> {
        self.add(key, 1, most.into()).or(move |_| Err(rate_limited(most, self.window, self.now)))
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

fn rate_limited(most: u32, window: Window, now: Timestamp) -> Failure {
    let span = match window {
        Window::Hour => "an hour",
        Window::Day => "a day",
    };
    let detail = format!("Too many requests: at most {most} of these in {span}. Please try again later.").into();
    Failure::Busy { problem: Problem { reason: Reason::RateLimited, detail }, retry_after: window.left(now) }
}
