//! Counters of an hour, for limits.

use std::time::Duration;

use aws_sdk_dynamodb::types::Update;
use kernel::{Failure, Problem, Reason, Timestamp};
use policy::Class;

use crate::item::{number, text};
use crate::keys::Key;

const HOUR: i64 = 3600;

/// Counts one of `what` for `whom` in the present hour, if there were fewer than `most`.
pub fn count_one(table: &str, what: &str, whom: &str, most: u32, now: Timestamp) -> Result<Update, Failure> {
    let window = now.as_second() - now.as_second().rem_euclid(HOUR);
    let expires_at = Class::RateCounter.expires_at(now).unwrap_or(now);
    Update::builder()
        .table_name(table)
        .set_key(Some(Key::counter(what, whom, window).attributes()))
        .update_expression("SET #class = :class, expires_at = :expires ADD #count :one")
        .condition_expression("attribute_not_exists(#count) OR #count < :most")
        .expression_attribute_names("#class", "class")
        .expression_attribute_names("#count", "count")
        .expression_attribute_values(":class", text(Class::RateCounter.id()))
        .expression_attribute_values(":expires", number(expires_at.as_second()))
        .expression_attribute_values(":one", number(1))
        .expression_attribute_values(":most", number(most))
        .build()
        .map_err(Failure::broken)
}

/// The failure above a limit: the next window opens on the hour.
pub fn rate_limited(now: Timestamp) -> Failure {
    let wait = HOUR - now.as_second().rem_euclid(HOUR);
    let detail = "Too many requests. Please try again later.".into();
    Failure::Busy { problem: Problem { reason: Reason::RateLimited, detail }, retry_after: Duration::from_secs(wait.unsigned_abs()) }
}
