//! Rows whose time has come, by the index `expiry` that every table with such rows has.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use dynamo::{Attributes, Key, Read, failure, number, text};
use kernel::{Failure, Timestamp};
use policy::deletion::{ExpiredRow, ExpiredRows, RowKey};
use policy::{Class, Store, Table};

/// Expired rows in the tables `Studio`, `Screening` and `Fleeting`.
pub struct DynamoExpiredRows {
    client: Client,
    studio: String,
    screening: String,
    fleeting: String,
}

impl DynamoExpiredRows {
    /// Expired rows in the tables of these names.
    #[must_use]
    pub fn new(client: Client, studio: String, screening: String, fleeting: String) -> Self {
        Self { client, studio, screening, fleeting }
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
        let found = self
            .client
            .query()
            .table_name(self.table_of(class)?)
            .index_name("expiry")
            .key_condition_expression("#class = :class AND expires_at <= :until")
            .expression_attribute_names("#class", "class")
            .expression_attribute_values(":class", text(class.id()))
            .expression_attribute_values(":until", number(at_or_before.as_second()))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(failure)?;
        found.items().iter().map(|row| expired_row(class, row)).collect()
    }

    async fn remove(&self, row: &ExpiredRow, at_or_before: Timestamp) -> Result<bool, Failure> {
        let key = Key { pk: row.key.pk.clone(), sk: row.key.sk.clone() };
        let removed = self
            .client
            .delete_item()
            .table_name(self.table_of(row.class)?)
            .set_key(Some(key.attributes()))
            .condition_expression("#class = :class AND expires_at <= :until")
            .expression_attribute_names("#class", "class")
            .expression_attribute_values(":class", text(row.class.id()))
            .expression_attribute_values(":until", number(at_or_before.as_second()))
            .send()
            .await;
        match removed {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.as_service_error(), Some(DeleteItemError::ConditionalCheckFailedException(_))) => Ok(false),
            Err(error) => Err(failure(error)),
        }
    }
}

fn expired_row(class: Class, row: &Attributes) -> Result<ExpiredRow, Failure> {
    let key = RowKey { pk: row.required_text("pk")?.to_owned(), sk: row.required_text("sk")?.to_owned() };
    Ok(ExpiredRow { class, key, objects: row.maybe_text("objects").map(str::to_owned) })
}
