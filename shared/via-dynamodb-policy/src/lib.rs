//! Expired rows, by the index `expiry` of every table that has them.

use async_trait::async_trait;
use dynamo::{Answer, Attributes, Database, EXPIRY, Key, Position, Read, number, text};
use kernel::{Failure, Timestamp};
use policy::deletion::{DueRows, ExpiredPage, ExpiredRow, ExpiredRows, RowKey};
use policy::{Class, Store, Table};

pub struct DynamoExpiredRows {
    database: Database,
    studio: String,
    screening: String,
    fleeting: String,
    insights: String,
    rights: String,
}

impl DynamoExpiredRows {
    #[must_use]
    pub fn new(database: Database, studio: String, screening: String, fleeting: String, insights: String, rights: String) -> Self {
        Self { database, studio, screening, fleeting, insights, rights }
    }

    fn table_of(&self, class: Class) -> Result<&str, Failure> {
        match &class.entry().store {
            Store::DynamoDb { table: Table::Studio, .. } => Ok(&self.studio),
            Store::DynamoDb { table: Table::Screening, .. } => Ok(&self.screening),
            Store::DynamoDb { table: Table::Fleeting, .. } => Ok(&self.fleeting),
            Store::DynamoDb { table: Table::Insights, .. } => Ok(&self.insights),
            Store::DynamoDb { table: Table::Rights, .. } => Ok(&self.rights),
            _ => Err(Failure::broken(format!("rows of {class} do not expire"))),
        }
    }
}

#[async_trait]
impl ExpiredRows for DynamoExpiredRows {
    async fn page(&self, due: &DueRows, after: Option<&ExpiredRow>, limit: usize) -> Result<ExpiredPage, Failure> {
        let DueRows { class, shard, due_by } = *due;
        let after = after.map(|row| Position { key: key(row), instant: row.expires_at });
        let (rows, more) = self.database.due_in(self.table_of(class)?, EXPIRY, (class.id(), shard), due_by, after, limit).await?;
        Ok(ExpiredPage { rows: rows.iter().map(|row| expired_row(class, row)).collect::<Result<_, _>>()?, more })
    }

    async fn remove(&self, row: &ExpiredRow, at_or_before: Timestamp) -> Result<bool, Failure> {
        let removal = key(row)
            .delete(self.table_of(row.class)?)
            .only_if("#class = :class AND expires_at <= :until")
            .name("#class", "class")
            .value(":class", text(row.class.id()))
            .value(":until", number(at_or_before.as_second()));
        Ok(matches!(self.database.write(removal).await?, Answer::Written(_)))
    }
}

fn key(row: &ExpiredRow) -> Key {
    Key { pk: row.key.pk.clone(), sk: row.key.sk.clone() }
}

fn expired_row(class: Class, row: &Attributes) -> Result<ExpiredRow, Failure> {
    let key = RowKey { pk: row.required_text("pk")?.to_owned(), sk: row.required_text("sk")?.to_owned() };
    let expires_at = Timestamp::from_second(row.required_number(EXPIRY.instant)?).map_err(Failure::broken)?;
    Ok(ExpiredRow { class, key, expires_at, objects: row.maybe_text("objects").map(str::to_owned) })
}
