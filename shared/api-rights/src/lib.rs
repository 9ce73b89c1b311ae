//! The JSON of what people ask about their data.

use std::collections::BTreeMap;

use accounts::Pass;
use kernel::{Email, Failure, Reason, Timestamp};
use rights::{Erasure, ErasureId, Proven, Step};
use serde::{Deserialize, Serialize};

/// `POST /v1/erasures`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ErasureRequest {
    /// The address whose everything is to be erased.
    pub email: String,
    /// The six digits that were mailed to it, asked for by this browser.
    pub code: String,
    /// 256 random bits that the browser makes, in 64 lowercase hex digits. Whoever has them sees the request and may take it back; they are stored nowhere.
    pub key: String,
}

impl ErasureRequest {
    /// The address and the key.
    ///
    /// # Errors
    /// [`Failure::Invalid`]
    pub fn read(&self) -> Result<(Email, Pass), Failure> {
        let email = self.email.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "email must be an e-mail address."))?;
        let key = self.key.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "key must be 64 lowercase hex digits."))?;
        Ok((email, key))
    }
}

/// The request of this name, if it is that of the key that comes with it.
///
/// # Errors
/// [`Failure::Missing`] for the key of another: nobody learns whether there is one.
pub fn erasure_of(id: ErasureId, key: &Pass) -> Result<ErasureId, Failure> {
    if ErasureId::of(key) == id { Ok(id) } else { Err(Failure::missing("erasure")) }
}

/// `GET /v1/erasures/{id}`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErasureReply {
    /// The SHA-256 of the key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub erasure_id: ErasureId,
    /// `closing` until it can no longer be taken back, then `purging`, `verifying` and `backups`, and in the end `done`; or `taken-back`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: &'static str,
    /// RFC 3339, as all that follow.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub asked_at: Timestamp,
    /// Until when it may be taken back; absent when that is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub regret_until: Option<Timestamp>,
    /// By when all of it is gone, backups included.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub gone_by: Timestamp,
    /// When everything was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub purged_at: Option<Timestamp>,
    /// When everything was looked for a second time, and nothing was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub verified_at: Option<Timestamp>,
    /// When no backup had it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub done_at: Option<Timestamp>,
    /// How many of each class of the inventory were there; empty until they were counted.
    pub erased: BTreeMap<String, u32>,
    /// There once it is done, within the next hour or so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptReply>,
}

/// All that a receipt is verified with, offline.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceiptReply {
    /// What is stated, byte by byte as it is an entry of the log: JSON as RFC 8785 writes it.
    pub statement: String,
    /// That it is an entry of the log: C2SP `tlog-proof@v1`.
    pub proof: String,
    /// The key of the log, as C2SP `signed-note` writes it.
    pub key: String,
    /// Hides the names of the deleted files: with it, whoever knows the name of each may compute the root in the statement.
    pub salt: String,
}

impl ErasureReply {
    #[must_use]
    pub fn new(erasure: Erasure, proven: Option<Proven>, key: &Pass) -> Self {
        let within = policy::inventory().erasure().within();
        let statement = erasure.statement;
        let receipt = statement.zip(proven).map(|(statement, Proven { receipt, key: log })| ReceiptReply {
            statement,
            proof: receipt.to_string(),
            key: log,
            salt: rights::Salt::of(key).to_string(),
        });
        Self {
            erasure_id: erasure.id,
            state: erasure.step.name(),
            asked_at: erasure.asked_at,
            regret_until: erasure.due.filter(|_| erasure.step == Step::Closing),
            gone_by: erasure.asked_at.checked_add(within).unwrap_or(Timestamp::MAX),
            purged_at: erasure.purged_at,
            verified_at: erasure.verified_at,
            done_at: erasure.done_at,
            erased: erasure.counted.map(|counted| counted.classes).unwrap_or_default(),
            receipt,
        }
    }
}
