//! Transactions: all of it or nothing, and a reason for each part that refused.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem, Update};
use kernel::Failure;

use crate::item::Attributes;
use crate::refusal::failure;

/// Tries when another transaction touches the same item: a wallet under a hundred generations at once settles well within them.
const TRIES: u32 = 10;

/// The first wait; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(15);
const LONGEST_WAIT: Duration = Duration::from_millis(400);

/// A transaction under way of being put together.
#[derive(Default)]
pub struct Transaction {
    parts: Vec<TransactWriteItem>,
    exclusive: Option<usize>,
}

/// What came of a transaction.
pub enum Outcome {
    /// All of it is written.
    Written,
    /// Nothing is; one entry a part, in order.
    Refused(Vec<Refusal>),
}

/// Why a part refused.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// It did not.
    No,
    /// Its condition does not hold; the item as it is, where the part asked for it and there is one.
    Condition(Option<Attributes>),
    /// Another transaction was on the same item.
    Conflict,
}

impl Refusal {
    /// Whether the part refused by its condition.
    pub fn is_condition(&self) -> bool {
        matches!(self, Self::Condition(_))
    }
}

impl Transaction {
    pub fn put(mut self, put: Put) -> Self {
        self.parts.push(TransactWriteItem::builder().put(put).build());
        self
    }

    pub fn update(mut self, update: Update) -> Self {
        self.parts.push(TransactWriteItem::builder().update(update).build());
        self
    }

    pub fn delete(mut self, delete: Delete) -> Self {
        self.parts.push(TransactWriteItem::builder().delete(delete).build());
        self
    }

    pub fn check(mut self, check: ConditionCheck) -> Self {
        self.parts.push(TransactWriteItem::builder().condition_check(check).build());
        self
    }

    /// Marks the last part as one whose conflict is an answer, not a reason to wait.
    pub fn fail_on_conflict(mut self) -> Self {
        self.exclusive = self.parts.len().checked_sub(1);
        self
    }

    /// Writes it, waiting out conflicts with other transactions.
    pub async fn write(self, client: &Client) -> Result<Outcome, Failure> {
        let mut wait = FIRST_WAIT;
        for _ in 0..TRIES {
            match self.attempt(client).await? {
                Outcome::Refused(refusals) if self.is_worth_waiting(&refusals) => {
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                outcome => return Ok(outcome),
            }
        }
        Err(Failure::unavailable(Duration::from_secs(1)))
    }

    fn is_worth_waiting(&self, refusals: &[Refusal]) -> bool {
        let conflict_at = |index: usize| matches!(refusals.get(index), Some(Refusal::Conflict));
        let final_conflict = self.exclusive.is_some_and(conflict_at);
        let conflict = (0..refusals.len()).any(conflict_at);
        // A condition that fails beside a conflict may be judged on a state that is about to change: look again.
        conflict && !final_conflict
    }

    async fn attempt(&self, client: &Client) -> Result<Outcome, Failure> {
        let sent = client.transact_write_items().set_transact_items(Some(self.parts.clone())).send().await;
        let error = match sent {
            Ok(_) => return Ok(Outcome::Written),
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let refusals = cancelled.cancellation_reasons().iter().map(refusal).collect::<Result<_, _>>()?;
                Ok(Outcome::Refused(refusals))
            }
            _ => Err(failure(error)),
        }
    }
}

fn refusal(reason: &CancellationReason) -> Result<Refusal, Failure> {
    match reason.code() {
        None | Some("None") => Ok(Refusal::No),
        Some("ConditionalCheckFailed") => Ok(Refusal::Condition(reason.item().cloned())),
        Some("TransactionConflict") => Ok(Refusal::Conflict),
        Some("ThrottlingError" | "ProvisionedThroughputExceeded") => Err(Failure::unavailable(Duration::from_secs(1))),
        Some(code) => Err(Failure::broken(format!("a transaction was refused: {code}"))),
    }
}
