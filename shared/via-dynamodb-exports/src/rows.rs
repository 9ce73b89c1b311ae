//! The rows of an account, wherever they are.

use async_trait::async_trait;
use dynamo::{Batch, Database, Key, Query, json, text};
use exports::layout::Range;
use exports::{Row, RowPage, Rows};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{DeviceId, Failure, Timestamp};
use policy::{Class, Table};
use via_dynamodb_insights::keys::device_day;

/// The most keys of one batch, by the reference of `BatchGetItem`.
const MOST_KEYS: usize = 100;

/// The tables whose rows a copy has.
#[derive(Debug, Clone)]
pub struct Tables {
    pub accounts: String,
    pub studio: String,
    pub screening: String,
    pub insights: String,
    pub leads: String,
    pub rights: String,
}

pub struct DynamoRows {
    database: Database,
    tables: Tables,
}

impl DynamoRows {
    #[must_use]
    pub fn new(database: Database, tables: Tables) -> Self {
        Self { database, tables }
    }
}

impl Tables {
    /// The name of a table.
    fn of(&self, table: Table) -> Result<&str, Failure> {
        let Self { accounts, studio, screening, insights, leads, rights } = self;
        match table {
            Table::Accounts => Ok(accounts),
            Table::Studio => Ok(studio),
            Table::Screening => Ok(screening),
            Table::Insights => Ok(insights),
            Table::Leads => Ok(leads),
            Table::Rights => Ok(rights),
            Table::Fleeting | Table::RateKeys | Table::Desk => Err(Failure::broken("nothing of this table is in a copy")),
        }
    }
}

#[async_trait]
impl Rows for DynamoRows {
    async fn page(&self, range: &Range, after: Option<&str>) -> Result<RowPage, Failure> {
        let rows = Query::of(self.tables.of(range.table)?, "pk = :pk AND begins_with(sk, :sk)")
            .value(":pk", text(&range.pk))
            .value(":sk", text(&range.sk))
            .after(after.map(|sk| Key::new(&range.pk, sk).attributes()));
        let page = self.database.query_page(rows).await?;
        Ok(RowPage { rows: page.rows.iter().map(|row| Row(json(row))).collect(), more: page.next.is_some() })
    }

    async fn linked(&self, class: Class, link: &Row, since: Timestamp, now: Timestamp) -> Result<Vec<Row>, Failure> {
        if class != Class::DeviceDay {
            return Err(Failure::broken(format!("nothing leads to rows of {class}")));
        }
        let device: DeviceId = link.text("sk").rsplit('#').next().unwrap_or_default().parse().map_err(Failure::broken)?;
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let days: Vec<Date> = day(since).series(jiff::Span::new().days(1)).take_while(|date| *date <= day(now)).collect();
        let mut rows = Vec::new();
        for some in days.chunks(MOST_KEYS) {
            let keys: Vec<Key> = some.iter().map(|date| device_day(*date, device)).collect();
            let batch = keys.iter().fold(Batch::default(), |batch, key| batch.of(&self.tables.insights, key));
            let found = self.database.read(batch).await?;
            rows.extend(keys.iter().filter_map(|key| found.get(key)).map(|row| Row(json(row))));
        }
        Ok(rows)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use exports::layout::documents;

    use super::*;

    #[test]
    fn an_54_every_table_that_has_rows_of_a_copy_is_asked() {
        let name = |name: &str| name.to_owned();
        let tables = Tables {
            accounts: name("accounts"),
            studio: name("studio"),
            screening: name("screening"),
            insights: name("insights"),
            leads: name("leads"),
            rights: name("rights"),
        };
        for source in documents().unwrap().into_iter().flat_map(|document| document.sources) {
            let table = source.class.entry().table().unwrap();
            assert_eq!(tables.of(table).unwrap(), table.id(), "{source:?}");
        }
    }
}
