//! The days of browsers as they are counted, and the numbers that are kept.

use std::collections::HashMap;

use async_trait::async_trait;
use dynamo::{Database, EXPIRY, Item, Query, Read, text};
use insights::{DailyCounts, Days, DeviceDay};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{AccountId, DeviceId, Failure, Timestamp};
use policy::Class;
use via_dynamodb_accounts::keys::owner_of;

use crate::keys;

/// Rows of an index that are read at once.
const PAGE: usize = 1_000;

pub struct DynamoDays {
    database: Database,
    insights: String,
}

impl DynamoDays {
    #[must_use]
    pub fn new(database: Database, insights: String) -> Self {
        Self { database, insights }
    }

    /// The numbers of the month of `day` that are kept, the earliest day first.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of_month(&self, day: Date) -> Result<Vec<DailyCounts>, Failure> {
        let rows = self.partition(keys::month(day)).await?;
        rows.iter().map(|row| serde_json::from_str(row.required_text("counts")?).map_err(Failure::broken)).collect()
    }

    async fn partition(&self, pk: String) -> Result<Vec<dynamo::Attributes>, Failure> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = self.database.query_page(Query::of(&self.insights, "pk = :pk").value(":pk", text(&pk)).after(after)).await?;
            rows.extend(page.rows);
            match page.next {
                None => return Ok(rows),
                next => after = next,
            }
        }
    }
}

#[async_trait]
impl Days for DynamoDays {
    async fn of(&self, day: Date, shard: u8) -> Result<Vec<DeviceDay>, Failure> {
        let rows = self.partition(keys::partition(day, shard)).await?;
        let read = |row: &dynamo::Attributes| {
            let actions = row.texts("actions").into_iter().filter_map(|action| action.parse().ok()).collect();
            Ok(DeviceDay { device: row.parsed("sk")?, actions })
        };
        rows.iter().map(read).collect()
    }

    async fn links(&self) -> Result<HashMap<DeviceId, AccountId>, Failure> {
        let mut links = HashMap::new();
        let mut pages = self.database.due_pages(&self.insights, EXPIRY, Class::DeviceLink.id(), Timestamp::MAX, PAGE);
        loop {
            let rows = pages.next().await?;
            if rows.is_empty() {
                return Ok(links);
            }
            for row in rows {
                let (device, owner) = (row.required_text("sk")?.trim_start_matches(keys::DEVICE), owner_of(row.required_text("pk")?)?);
                let (Ok(device), kernel::Owner::Account(account)) = (device.parse(), owner) else {
                    return Err(Failure::broken("a browser is linked to no account"));
                };
                links.insert(device, account);
            }
        }
    }

    async fn keep(&self, counts: &DailyCounts) -> Result<(), Failure> {
        let begins = counts.day.to_zoned(TimeZone::UTC).map_err(Failure::broken)?.timestamp();
        let row = Item::new(Class::DailyCounts.id(), keys::counts(counts.day))
            .text("counts", serde_json::to_string(counts).map_err(Failure::broken)?)
            .due(EXPIRY, Class::DAILY_COUNTS.expires_at(begins));
        self.database.write(row.put(&self.insights)).await.map(drop)
    }
}
