//! The tables, and single writes to them.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValue;
use kernel::{Failure, Randomness, SystemRandomness};

use crate::backoff;
use crate::failure::failure;
use crate::item::Attributes;
use crate::write::{Kind, Write};

/// The tables of a deployment. Cloning it is cheap.
#[derive(Clone)]
pub struct Database {
    client: Client,
    randomness: Arc<dyn Randomness>,
}

/// What came of a single write.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Answer {
    /// It is written. An update brings the item as it then is; other writes bring nothing.
    Written(Attributes),
    /// Its condition does not hold; the item as it is, where the write shows it and there is one.
    Refused(Option<Attributes>),
}

/// One try of a write: done, or in the way of a transaction.
enum Tried {
    Done(Answer),
    Conflict,
}

impl Database {
    /// The tables of this account and region.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig) -> Self {
        Self { client: Client::new(config), randomness: Arc::new(SystemRandomness) }
    }

    /// The same with waits drawn from `randomness`.
    #[must_use]
    pub fn with_randomness(self, randomness: Arc<dyn Randomness>) -> Self {
        Self { randomness, ..self }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Waits before a write is tried again that somebody else's was in the way of, `tried` times before: with full jitter, so that those who met once
    /// do not meet again.
    pub async fn pause(&self, tried: u32) {
        tokio::time::sleep(backoff::wait(&*self.randomness, tried)).await;
    }

    /// Writes one item, waiting out transactions on it.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the service throttles or conflicts do not end, else [`Failure::Broken`].
    pub async fn write(&self, write: Write) -> Result<Answer, Failure> {
        for tried in 0..backoff::TRIES {
            let once = match &write.kind {
                Kind::Put(item) => self.put(&write, item).await,
                Kind::Update(key, expression) => self.update(&write, key, expression).await,
                Kind::Delete(key) => self.delete(&write, key).await,
                Kind::Check(_) => Err(Failure::broken("a check alone writes nothing")),
            };
            match once? {
                Tried::Done(answer) => return Ok(answer),
                Tried::Conflict => self.pause(tried).await,
            }
        }
        Err(Failure::unavailable(Duration::from_secs(1)))
    }

    async fn put(&self, write: &Write, item: &Attributes) -> Result<Tried, Failure> {
        let put = self.client.put_item().table_name(&write.table).set_item(Some(item.clone()));
        let put = put.set_condition_expression(write.condition.clone()).set_expression_attribute_names(write.names());
        let sent =
            put.set_expression_attribute_values(write.values()).set_return_values_on_condition_check_failure(write.old()).send().await;
        let refused = |error: &PutItemError| match error {
            PutItemError::ConditionalCheckFailedException(refused) => Some(refused.item.clone()),
            _ => None,
        };
        tried(sent, refused, |_| None)
    }

    async fn update(&self, write: &Write, key: &Attributes, expression: &str) -> Result<Tried, Failure> {
        let update = self.client.update_item().table_name(&write.table).set_key(Some(key.clone())).update_expression(expression);
        let update = update.set_condition_expression(write.condition.clone()).set_expression_attribute_names(write.names());
        let update = update.set_expression_attribute_values(write.values()).set_return_values_on_condition_check_failure(write.old());
        let sent = update.return_values(ReturnValue::AllNew).send().await;
        let refused = |error: &UpdateItemError| match error {
            UpdateItemError::ConditionalCheckFailedException(refused) => Some(refused.item.clone()),
            _ => None,
        };
        tried(sent, refused, |output| output.attributes)
    }

    async fn delete(&self, write: &Write, key: &Attributes) -> Result<Tried, Failure> {
        let delete = self.client.delete_item().table_name(&write.table).set_key(Some(key.clone()));
        let delete = delete.set_condition_expression(write.condition.clone()).set_expression_attribute_names(write.names());
        let delete = delete.set_expression_attribute_values(write.values()).set_return_values_on_condition_check_failure(write.old());
        let refused = |error: &DeleteItemError| match error {
            DeleteItemError::ConditionalCheckFailedException(refused) => Some(refused.item.clone()),
            _ => None,
        };
        tried(delete.send().await, refused, |_| None)
    }
}

/// What a try comes to: `refused` finds the refusal of its condition, `returned` the attributes in its answer.
fn tried<O, E: ProvideErrorMetadata>(
    sent: Result<O, SdkError<E>>,
    refused: impl FnOnce(&E) -> Option<Option<Attributes>>,
    returned: impl FnOnce(O) -> Option<Attributes>,
) -> Result<Tried, Failure> {
    let error = match sent {
        Ok(output) => return Ok(Tried::Done(Answer::Written(returned(output).unwrap_or_default()))),
        Err(error) => error,
    };
    if let Some(item) = error.as_service_error().and_then(refused) {
        return Ok(Tried::Done(Answer::Refused(item)));
    }
    if error.code() == Some("TransactionConflictException") { Ok(Tried::Conflict) } else { Err(failure(error)) }
}
