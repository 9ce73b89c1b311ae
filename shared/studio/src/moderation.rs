//! What becomes of a screened selfie.

use async_trait::async_trait;
use kernel::{Failure, GenerationId, Owner, Timestamp, UploadId};
use screening::Verdict;

/// What the screening decided, as it is kept (AN-13): never the picture, never a link to it, only its key.
#[derive(Debug, Clone, PartialEq)]
pub struct ModerationRecord {
    /// The generation.
    pub generation: GenerationId,
    /// Whose.
    pub owner: Owner,
    /// The judged upload.
    pub upload: UploadId,
    /// Allowed or blocked, with its scores.
    pub verdict: Verdict,
    /// When.
    pub at: Timestamp,
    /// When the record goes (AN-48).
    pub expires_at: Timestamp,
    /// When the quarantined object goes, if it was blocked (AN-42).
    pub quarantined_until: Option<Timestamp>,
}

/// Where blocked selfies go.
#[async_trait]
pub trait Quarantine: Send + Sync {
    /// Puts a blocked selfie under quarantine. Doing it twice is the same as once.
    async fn isolate(&self, owner: Owner, upload: UploadId, png: Vec<u8>) -> Result<(), Failure>;
}
