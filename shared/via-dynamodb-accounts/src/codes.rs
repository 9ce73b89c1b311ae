//! Sign-in codes: one row per address, attempts counted by the same conditional write that reads the code.

use accounts::{CodeHash, Codes, EmailKey, IssuedCode};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValue;
use dynamo::{Item, Key, Outcome, Read, Transaction, count_one, failure, number, rate_limited};
use kernel::{Failure, Timestamp, limits};
use policy::Class;

/// Codes in the table `Fleeting`.
pub struct DynamoCodes {
    client: Client,
    fleeting: String,
}

impl DynamoCodes {
    /// Codes in the table named `fleeting`.
    #[must_use]
    pub fn new(client: Client, fleeting: String) -> Self {
        Self { client, fleeting }
    }
}

#[async_trait]
impl Codes for DynamoCodes {
    async fn issue(&self, code: &IssuedCode) -> Result<(), Failure> {
        let row = Item::new(Class::SignInCode, Key::code(code.key.as_str()))
            .text("code_hash", code.hash.as_str())
            .number("attempts", 0)
            .seconds("expires_at", code.expires_at);
        let count = count_one(&self.fleeting, "codes", code.key.as_str(), limits::CODES_PER_HOUR, code.at)?;
        match Transaction::default().update(count).put(row.put(&self.fleeting)?).write(&self.client).await? {
            Outcome::Written => Ok(()),
            Outcome::Refused(_) => Err(rate_limited(code.at)),
        }
    }

    async fn attempt(&self, key: &EmailKey, now: Timestamp) -> Result<Option<CodeHash>, Failure> {
        let counted = self
            .client
            .update_item()
            .table_name(&self.fleeting)
            .set_key(Some(Key::code(key.as_str()).attributes()))
            .update_expression("ADD attempts :one")
            .condition_expression("attempts < :most AND expires_at > :now")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(limits::CODE_ATTEMPTS))
            .expression_attribute_values(":now", number(now.as_second()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match counted {
            Ok(output) => {
                let row = output.attributes.unwrap_or_default();
                Ok(Some(CodeHash::stored(row.required_text("code_hash")?.to_owned())))
            }
            Err(error) if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) => Ok(None),
            Err(error) => Err(failure(error)),
        }
    }
}
