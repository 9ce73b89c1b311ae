//! Transactions: all of it or nothing, and each part says itself what its refusal means.

use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;
use kernel::Failure;

use crate::backoff;
use crate::database::Database;
use crate::failure::failure;
use crate::item::Attributes;
use crate::write::Write;

/// What a part says when its condition does not hold; `T` is what the transaction answers.
type Says<T> = Box<dyn FnOnce(Option<Attributes>) -> Result<T, Failure> + Send>;

/// What a part says when another transaction is on its item.
type SaysOnConflict<T> = Box<dyn FnOnce() -> Result<T, Failure> + Send>;

pub(crate) enum Refused<T> {
    Says(Says<T>),
    Contradicts(&'static str),
}

/// A write in a transaction, with the meaning of its refusal.
#[must_use]
pub struct Part<T> {
    write: Write,
    refused: Refused<T>,
    conflict: Option<SaysOnConflict<T>>,
}

impl<T> Part<T> {
    pub(crate) fn new(write: Write, refused: Refused<T>) -> Self {
        Self { write, refused, conflict: None }
    }

    /// Another transaction on the same item is an answer, and not a reason to wait.
    pub fn or_on_conflict(self, conflict: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Self {
        Self { conflict: Some(Box::new(conflict)), ..self }
    }

    fn say(self, refusal: Refusal) -> Option<Result<T, Failure>> {
        match (refusal, self.refused, self.conflict) {
            (Refusal::Condition(item), Refused::Says(says), _) => Some(says(item)),
            (Refusal::Condition(_), Refused::Contradicts(what), _) => Some(Err(Failure::broken(format!("a write was refused: {what}")))),
            (Refusal::Conflict, _, Some(says)) => Some(says()),
            (Refusal::Conflict, _, None) | (Refusal::No, ..) => None,
        }
    }
}

#[derive(Debug, Clone)]
enum Refusal {
    /// This part did not refuse.
    No,
    /// The condition does not hold; with the stored item, if the part asked for it and there is one.
    Condition(Option<Attributes>),
    /// Another transaction touched the same item.
    Conflict,
}

/// A transaction that answers a `T`. Where several parts refuse, the first of them speaks: put what matters most to the caller first.
#[must_use]
pub struct Transaction<T> {
    parts: Vec<Part<T>>,
}

impl<T> Default for Transaction<T> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

impl<T> Transaction<T> {
    /// With this part.
    pub fn part(mut self, part: Part<T>) -> Self {
        self.parts.push(part);
        self
    }

    pub fn parts(mut self, parts: impl IntoIterator<Item = Part<T>>) -> Self {
        self.parts.extend(parts);
        self
    }

    /// Writes it, waiting out conflicts with other transactions, and answers `written`, or what the first part says that refused.
    ///
    /// # Errors
    /// What a part says, [`Failure::Busy`] when the service throttles or conflicts do not end, and [`Failure::Broken`].
    pub async fn write(self, database: &Database, written: T) -> Result<T, Failure> {
        let items: Vec<_> = self.parts.iter().map(|part| part.write.in_transaction()).collect::<Result<_, _>>()?;
        for tried in 0..backoff::TRIES {
            let sent = database.client().transact_write_items().set_transact_items(Some(items.clone())).send().await;
            let Err(error) = sent else { return Ok(written) };
            let refusals = match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => refusals(cancelled.cancellation_reasons())?,
                _ => return Err(failure(error)),
            };
            if !self.is_worth_waiting(&refusals) {
                return self.first_refusal(refusals);
            }
            database.pause(tried).await;
        }
        Err(Failure::unavailable(Duration::from_secs(1)))
    }

    /// A condition that fails beside a conflict may be judged on a state that is about to change: look again.
    fn is_worth_waiting(&self, refusals: &[Refusal]) -> bool {
        let mut conflicts = self.parts.iter().zip(refusals).filter(|(_, refusal)| matches!(refusal, Refusal::Conflict)).peekable();
        conflicts.peek().is_some() && conflicts.all(|(part, _)| part.conflict.is_none())
    }

    fn first_refusal(self, refusals: Vec<Refusal>) -> Result<T, Failure> {
        let said = self.parts.into_iter().zip(refusals).find_map(|(part, refusal)| part.say(refusal));
        said.unwrap_or_else(|| Err(Failure::broken("a transaction was cancelled by none of its parts")))
    }
}

fn refusals(reasons: &[CancellationReason]) -> Result<Vec<Refusal>, Failure> {
    reasons.iter().map(refusal).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;

    const REFUSED: Refusal = Refusal::Condition(None);

    fn delete() -> Write {
        Key::new("pk", "sk").delete("table")
    }

    fn says(what: &'static str) -> Part<&'static str> {
        delete().or(move |_| Ok(what))
    }

    fn transaction() -> Transaction<&'static str> {
        let exclusive = says("replayed").or_on_conflict(|| Ok("running"));
        Transaction::default().part(says("first")).part(exclusive).part(says("last")).part(delete().or_broken("the ledger"))
    }

    #[test]
    fn the_first_part_that_refused_speaks() {
        let said = |refusals: [Refusal; 4]| transaction().first_refusal(refusals.into()).ok();
        assert_eq!(said([REFUSED, REFUSED, REFUSED, REFUSED]), Some("first"));
        assert_eq!(said([Refusal::No, REFUSED, REFUSED, Refusal::No]), Some("replayed"));
        assert_eq!(said([Refusal::No, Refusal::Conflict, REFUSED, Refusal::No]), Some("running"));
        assert_eq!(said([Refusal::Conflict, Refusal::No, REFUSED, Refusal::No]), Some("last"));
        assert_eq!(said([Refusal::No, Refusal::No, Refusal::No, Refusal::No]), None, "a cancellation without a reason is no success");
    }

    #[test]
    fn a_part_that_cannot_refuse_names_itself_when_it_does() {
        let failure = transaction().first_refusal(vec![Refusal::No, Refusal::No, Refusal::No, REFUSED]).unwrap_err();
        assert!(matches!(&failure, Failure::Broken(source) if source.to_string().contains("the ledger")), "{failure:?}");
    }

    #[test]
    fn a_conflict_is_waited_out_unless_it_is_an_answer() {
        let waits = |refusals: [Refusal; 4]| transaction().is_worth_waiting(&refusals);
        assert!(waits([Refusal::Conflict, Refusal::No, Refusal::No, Refusal::No]));
        assert!(
            waits([REFUSED, Refusal::No, Refusal::Conflict, Refusal::No]),
            "the condition was judged on a state that is about to change"
        );
        assert!(!waits([REFUSED, Refusal::No, Refusal::No, Refusal::No]));
        assert!(!waits([Refusal::Conflict, Refusal::Conflict, Refusal::No, Refusal::No]), "another request with this key runs");
    }
}
