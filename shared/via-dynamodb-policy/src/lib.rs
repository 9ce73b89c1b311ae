//! Expired rows, by the index `expiry` of every table that has them.

use async_trait::async_trait;
use dynamo::{Answer, Attributes, Database, EXPIRY, Key, Read, number, text};
use kernel::{Failure, Timestamp};
use policy::deletion::{ExpiredRow, ExpiredRows, RowKey};
use policy::{Class, Store, Table};

pub struct DynamoExpiredRows {
    database: Database,
    studio: String,
    screening: String,
    fleeting: String,
}

impl DynamoExpiredRows {
    #[must_use]
    pub fn new(database: Database, studio: String, screening: String, fleeting: String) -> Self {
        Self { database, studio, screening, fleeting }
    }

    fn table_of(&self, class: Class) -> Result<&str, Failure> {
        match &class.entry().store {
            Store::DynamoDb { table: Table::Studio, .. } => Ok(&self.studio),
            Store::DynamoDb { table: Table::Screening, .. } => Ok(&self.screening),
            Store::DynamoDb { table: Table::Fleeting, .. } => Ok(&self.fleeting),
            _ => Err(Failure::broken(format!("rows of {class} do not expire"))),
        }
    }
}

#[async_trait]
impl ExpiredRows for DynamoExpiredRows {
    async fn expired(&self, class: Class, at_or_before: Timestamp, limit: usize) -> Result<Vec<ExpiredRow>, Failure> {
        let found = self.database.due(self.table_of(class)?, EXPIRY, class.id(), at_or_before, limit).await?;
        found.iter().map(|row| expired_row(class, row)).collect()
    }

    async fn remove(&self, row: &ExpiredRow, at_or_before: Timestamp) -> Result<bool, Failure> {
        let key = Key { pk: row.key.pk.clone(), sk: row.key.sk.clone() };
        let removal = key
            .delete(self.table_of(row.class)?)
            .only_if("#class = :class AND expires_at <= :until")
            .name("#class", "class")
            .value(":class", text(row.class.id()))
            .value(":until", number(at_or_before.as_second()));
        Ok(matches!(self.database.write(removal).await?, Answer::Written(_)))
    }
}

fn expired_row(class: Class, row: &Attributes) -> Result<ExpiredRow, Failure> {
    let key = RowKey { pk: row.required_text("pk")?.to_owned(), sk: row.required_text("sk")?.to_owned() };
    Ok(ExpiredRow { class, key, objects: row.maybe_text("objects").map(str::to_owned) })
}
