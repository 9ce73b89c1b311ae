//! Idempotency keys: the record of a request that was answered, written in the transaction of its effect.

use kernel::{Failure, Reason, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::due::EXPIRY;
use crate::item::{Attributes, Item, Read, number};
use crate::key::Key;
use crate::transaction::Part;

/// The record of one request, for any POST.
#[derive(Debug, Clone)]
pub struct Idempotency<'a> {
    /// The table of the records.
    pub table: &'a str,
    /// The class of their rows in the inventory.
    pub class: &'static str,
    /// Where the record is: by who asks and a hash of their key, so that the same key of two callers is two records.
    pub key: Key,
    /// A hash of the request.
    pub payload_hash: &'a str,
    /// When the record goes.
    pub expires_at: Timestamp,
}

/// What the record keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<R> {
    /// The hash of the request that was answered; another one under the same key is refused.
    pub payload_hash: String,
    /// The answer.
    pub response: R,
}

impl Idempotency<'_> {
    /// The part of the transaction that records `response`. Where there is a record already, `replayed` is given what it keeps; where another request with
    /// this key is running, the part says [`Reason::IdempotencyKeyInUse`]. A record past its time that TTL has not deleted yet no longer stands for anything.
    ///
    /// # Errors
    /// [`Failure::Broken`] when the response cannot be written as JSON.
    pub fn record<T, R: Serialize + DeserializeOwned>(
        &self,
        response: &R,
        now: Timestamp,
        replayed: impl FnOnce(Stored<R>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<Part<T>, Failure> {
        let item = Item::new(self.class, self.key.clone())
            .text("payload_hash", self.payload_hash)
            .text("response", serde_json::to_string(response).map_err(Failure::broken)?)
            .due(EXPIRY, self.expires_at);
        let unused = item.put(self.table).only_if("attribute_not_exists(pk) OR expires_at <= :now").value(":now", number(now.as_second()));
        let part = unused.showing().or(|record| match record {
            Some(record) => replayed(Stored::read(&record)?),
            None => Err(in_use()),
        });
        Ok(part.or_on_conflict(|| Err(in_use())))
    }
}

impl<R: DeserializeOwned> Stored<R> {
    /// Reads a record.
    ///
    /// # Errors
    /// [`Failure::Broken`] when it is damaged.
    pub fn read(record: &Attributes) -> Result<Self, Failure> {
        let response = serde_json::from_str(record.required_text("response")?).map_err(Failure::broken)?;
        Ok(Self { payload_hash: record.required_text("payload_hash")?.to_owned(), response })
    }
}

fn in_use() -> Failure {
    Failure::conflict(Reason::IdempotencyKeyInUse, "A request with this Idempotency-Key is running. Try again in a second.")
}
