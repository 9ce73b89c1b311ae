//! What was tried for a drawing: one row a drawing.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure};
use dynamo::{Attributes, Item, Key, Read, failure, number};
use kernel::{Failure, Timestamp};
use policy::Class;
use studio::{Attempts, Claimed, History, Written};

/// Attempts in the table `Studio`.
pub struct DynamoAttempts {
    client: Client,
    studio: String,
}

impl DynamoAttempts {
    /// Attempts in the table named `studio`.
    #[must_use]
    pub fn new(client: Client, studio: String) -> Self {
        Self { client, studio }
    }

    /// Writes a history; `Some` of what is there when it is at another version.
    async fn write(&self, history: &History) -> Result<Option<Option<Attributes>>, Failure> {
        let put = put(history, &self.studio)?;
        let written = self
            .client
            .put_item()
            .table_name(&self.studio)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_values(put.expression_attribute_values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match written {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refused)) => Ok(Some(refused.item.clone())),
                _ => Err(failure(error)),
            },
        }
    }
}

#[async_trait]
impl Attempts for DynamoAttempts {
    async fn open(&self, history: &History) -> Result<Claimed, Failure> {
        match self.write(history).await? {
            None => Ok(Claimed::Mine),
            Some(Some(row)) => Ok(Claimed::Found(read(history, &row)?)),
            // It was removed, with its generation.
            Some(None) => Err(Failure::unavailable(std::time::Duration::from_secs(1))),
        }
    }

    async fn close(&self, history: &History) -> Result<Written, Failure> {
        Ok(if self.write(history).await?.is_none() { Written::Stored } else { Written::Overtaken })
    }
}

/// The put of a history over the version before it.
pub(crate) fn put(history: &History, studio: &str) -> Result<Put, Failure> {
    let attempts = serde_json::to_string(&history.attempts).map_err(Failure::broken)?;
    let item = Item::new(Class::Attempt, Key::attempts(history.account, history.generation, history.index))
        .number("version", history.version)
        .text("attempts", attempts)
        .seconds("expires_at", history.expires_at);
    match history.version {
        0 | 1 => item.put_new(studio),
        version => item.put_if(studio, "version = :before", [(":before", number(version - 1))]),
    }
}

fn read(asked: &History, row: &Attributes) -> Result<History, Failure> {
    Ok(History {
        version: row.required_number("version")?,
        attempts: serde_json::from_str(row.required_text("attempts")?).map_err(Failure::broken)?,
        expires_at: Timestamp::from_second(row.required_number("expires_at")?).map_err(Failure::broken)?,
        ..asked.clone()
    })
}
