//! The days of browsers, and what is kept of a day when they are gone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{AccountId, Clock, DeviceId, Failure, SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tally::Tally;

/// The partitions of a day.
pub const SHARDS: u8 = 16;

/// Complete days that are counted each time: what arrives late, and a run that failed, are made good for a week.
pub const RECOUNTED: i32 = 7;

/// Partitions that are read at the same time.
const AT_ONCE: usize = 4;

/// What a browser did on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceDay {
    pub device: DeviceId,
    pub actions: BTreeSet<Action>,
}

/// A day in numbers. Where one is below [`crate::FEWEST`] it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyCounts {
    pub day: Date,
    pub persons: Option<u32>,
    /// Browsers that took their name on this day.
    pub new_browsers: Option<u32>,
    /// Persons by what they did.
    pub actions: BTreeMap<String, u32>,
    pub funnels: BTreeMap<String, Vec<Step>>,
    /// Browsers by the Monday of the week in which they took their name: who came back.
    pub cohorts: BTreeMap<String, u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub action: String,
    /// Persons who did it and all before it.
    pub persons: Option<u32>,
}

#[async_trait]
pub trait Days: Send + Sync {
    /// What the browsers of a partition did on a day. What no [`Action`] is of today's list is left out.
    async fn of(&self, day: Date, shard: u8) -> Result<Vec<DeviceDay>, Failure>;

    /// Whose browsers are known.
    async fn links(&self) -> Result<HashMap<DeviceId, AccountId>, Failure>;

    /// Keeps the numbers of a day, in place of those of an earlier count.
    async fn keep(&self, counts: &DailyCounts) -> Result<(), Failure>;
}

/// Counts the latest complete days.
pub struct CountDays<'a> {
    pub days: &'a dyn Days,
    pub clock: &'a dyn Clock,
}

impl CountDays<'_> {
    /// Counts each of the last [`RECOUNTED`] days anew. It depends on what is stored alone, so that a repetition, or a run after one that died, comes to
    /// the same.
    ///
    /// # Errors
    /// Those of [`Days`]; days that were counted before stay as they are.
    pub async fn run(&self) -> Result<(), Failure> {
        let today = day_of(self.clock.now());
        let links = &self.days.links().await?;
        for before in (1..=RECOUNTED).rev() {
            let Ok(day) = today.checked_sub(SignedDuration::from_hours(24 * i64::from(before))) else { continue };
            let mut tally = Tally::new(day, links);
            let shards = stream::iter(0..SHARDS).map(|shard| self.days.of(day, shard)).buffered(AT_ONCE);
            shards
                .try_for_each(|rows| {
                    rows.into_iter().for_each(|row| tally.add(row));
                    std::future::ready(Ok(()))
                })
                .await?;
            self.days.keep(&tally.counts()).await?;
        }
        tracing::info!(rows = RECOUNTED, "counted days");
        Ok(())
    }
}

/// The partition of a browser, the same each day.
#[must_use]
pub fn shard_of(device: DeviceId) -> u8 {
    // The last digit of a UUID v7 is random.
    device
        .to_string()
        .bytes()
        .last()
        .and_then(|digit| char::from(digit).to_digit(16))
        .and_then(|digit| u8::try_from(digit).ok())
        .unwrap_or_default()
}

/// The day in UTC.
pub(crate) fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// Its beginning.
pub(crate) fn begins(day: Date) -> Timestamp {
    day.to_zoned(TimeZone::UTC).map_or(Timestamp::MIN, |midnight| midnight.timestamp())
}
