//! Counters of the profile that keeps nothing else: one row per address and hour, under a keyed hash of both.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValue;
use dynamo::{Key, Read, failure, number, text};
use kernel::{Failure, Timestamp};
use policy::Class;
use studio::{RateKey, RateKeys};

/// Counters in the table `RateKeys`.
pub struct DynamoRateKeys {
    client: Client,
    table: String,
}

/// How a row is met.
#[derive(Clone, Copy)]
enum Row {
    /// It lives, or is not there: one more.
    Alive,
    /// It is past its time, and TTL has not come by: it begins anew.
    Expired,
}

impl DynamoRateKeys {
    /// Counters in the table named `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The count after it, or `None` when the row is not as `row` says. The row keeps the end that its first request gave it.
    async fn add(&self, key: &RateKey, now: Timestamp, row: Row) -> Result<Option<u32>, Failure> {
        let expires_at = Class::RateKey.expires_at(now).unwrap_or(now);
        let (update, condition) = match row {
            Row::Alive => (
                "SET #class = :class, expires_at = if_not_exists(expires_at, :expires) ADD #count :one",
                "attribute_not_exists(pk) OR expires_at > :now",
            ),
            Row::Expired => ("SET #class = :class, expires_at = :expires, #count = :one", "expires_at <= :now"),
        };
        let counted = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::rate(key.as_str()).attributes()))
            .update_expression(update)
            .condition_expression(condition)
            .expression_attribute_names("#class", "class")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":class", text(Class::RateKey.id()))
            .expression_attribute_values(":expires", number(expires_at.as_second()))
            .expression_attribute_values(":now", number(now.as_second()))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await;
        match counted {
            Ok(output) => output.attributes.unwrap_or_default().required_number("count").map(Some),
            Err(error) if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) => Ok(None),
            Err(error) => Err(failure(error)),
        }
    }
}

#[async_trait]
impl RateKeys for DynamoRateKeys {
    async fn count(&self, key: &RateKey, now: Timestamp) -> Result<u32, Failure> {
        if let Some(count) = self.add(key, now, Row::Alive).await? {
            return Ok(count);
        }
        if let Some(count) = self.add(key, now, Row::Expired).await? {
            return Ok(count);
        }
        // A rival began it anew between the two.
        self.add(key, now, Row::Alive).await?.ok_or_else(|| Failure::broken("a rate key is neither alive nor expired"))
    }
}
