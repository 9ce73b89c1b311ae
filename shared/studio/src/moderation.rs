//! The outcome of a screening.

use async_trait::async_trait;
use kernel::{Failure, GenerationId, Owner, Timestamp, UploadId};
use screening::Verdict;

/// The stored result of a screening (AN-13): never the picture nor a link to it, only its key.
#[derive(Debug, Clone, PartialEq)]
pub struct ModerationRecord {
    pub generation: GenerationId,
    pub owner: Owner,
    pub upload: UploadId,
    /// Allowed or blocked, with its scores.
    pub verdict: Verdict,
    pub at: Timestamp,
    pub expires_at: Timestamp,
    /// The end of the quarantine, for a blocked selfie (AN-42).
    pub quarantined_until: Option<Timestamp>,
}

#[async_trait]
pub trait Quarantine: Send + Sync {
    /// Puts a blocked selfie into quarantine. Idempotent.
    async fn isolate(&self, owner: Owner, upload: UploadId, png: Vec<u8>) -> Result<(), Failure>;

    /// The selfie in quarantine; `None` once it is gone.
    async fn isolated(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure>;
}
