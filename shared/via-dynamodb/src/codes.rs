//! Sign-in codes: one row per address, attempts counted by the same conditional write that reads the code.

use accounts::{CodeHash, Codes, EmailKey, IssuedCode};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, Update};
use kernel::{Failure, Problem, Reason, Timestamp, limits};
use policy::Class;
use std::time::Duration;

use crate::item::{Item, Read, number, text};
use crate::keys::Key;
use crate::refusal::failure;
use crate::transaction::{Outcome, Transaction};

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
        let row = Item::new(Class::SignInCode, Key::code(&code.key))
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
            .set_key(Some(Key::code(key).attributes()))
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

const HOUR: i64 = 3600;

/// Counts one of `what` for `whom` in the present hour, if there were fewer than `most`.
pub(crate) fn count_one(table: &str, what: &str, whom: &str, most: u32, now: Timestamp) -> Result<Update, Failure> {
    let window = now.as_second() - now.as_second().rem_euclid(HOUR);
    let expires_at = Class::RateCounter.expires_at(now).unwrap_or(now);
    Update::builder()
        .table_name(table)
        .set_key(Some(Key::counter(what, whom, window).attributes()))
        .update_expression("SET #class = :class, expires_at = :expires ADD #count :one")
        .condition_expression("attribute_not_exists(#count) OR #count < :most")
        .expression_attribute_names("#class", "class")
        .expression_attribute_names("#count", "count")
        .expression_attribute_values(":class", text(Class::RateCounter.id()))
        .expression_attribute_values(":expires", number(expires_at.as_second()))
        .expression_attribute_values(":one", number(1))
        .expression_attribute_values(":most", number(most))
        .build()
        .map_err(Failure::broken)
}

/// The failure above a limit: the next window opens on the hour.
pub(crate) fn rate_limited(now: Timestamp) -> Failure {
    let wait = HOUR - now.as_second().rem_euclid(HOUR);
    let detail = "Too many requests. Please try again later.".into();
    Failure::Busy { problem: Problem { reason: Reason::RateLimited, detail }, retry_after: Duration::from_secs(wait.unsigned_abs()) }
}
