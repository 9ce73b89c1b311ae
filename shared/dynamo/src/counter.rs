//! Counters of an hour, for limits.

use std::time::Duration;

use kernel::{Failure, Problem, Reason, Timestamp};

use crate::due::shard_of;
use crate::item::{number, text};
use crate::key::Key;
use crate::transaction::Part;

/// Seconds of a window.
const HOUR: i64 = 3600;

/// How often something was done by somebody in the present hour.
#[derive(Debug, Clone, Copy)]
pub struct HourlyCounter<'a> {
    /// The table of the counters.
    pub table: &'a str,
    /// The class of their rows in the inventory.
    pub class: &'static str,
    /// What is counted.
    pub what: &'a str,
    /// Of whom; nothing personal.
    pub whom: &'a str,
    /// The time.
    pub now: Timestamp,
    /// When the row goes.
    pub expires_at: Timestamp,
}

impl HourlyCounter<'_> {
    /// Counts one more, if there were fewer than `most`; else says [`Reason::RateLimited`] and when the next window opens.
    pub fn count<T>(self, most: u32) -> Part<T> {
        let now = self.now;
        let window = now.as_second() - now.as_second().rem_euclid(HOUR);
        let key = Key::new(format!("LIMIT#{}#{}#{window}", self.what, self.whom), "COUNT");
        key.update(self.table, "SET #class = :class, expiry_shard = :shard, expires_at = :expires ADD #count :one")
            .only_if("attribute_not_exists(#count) OR #count < :most")
            .name("#class", "class")
            .name("#count", "count")
            .value(":class", text(self.class))
            .value(":shard", text(shard_of(self.class, &key)))
            .value(":expires", number(self.expires_at.as_second()))
            .value(":one", number(1))
            .value(":most", number(most))
            .or(move |_| Err(rate_limited(most, now)))
    }
}

fn rate_limited(most: u32, now: Timestamp) -> Failure {
    let wait = HOUR - now.as_second().rem_euclid(HOUR);
    let detail = format!("Too many requests: at most {most} of these in an hour. Please try again later.").into();
    Failure::Busy { problem: Problem { reason: Reason::RateLimited, detail }, retry_after: Duration::from_secs(wait.unsigned_abs()) }
}
