//! Whether an upload's bytes are there.

use accounts::Caller;
use async_trait::async_trait;
use kernel::{Failure, UploadId};
use studio::Arrivals;

use crate::Bucket;
use crate::selfies::folder;

/// Looks below `uploads/`.
pub struct S3Arrivals(Bucket);

impl S3Arrivals {
    /// Looks in this bucket.
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }
}

#[async_trait]
impl Arrivals for S3Arrivals {
    /// One listing finds the original and the normalised selfie alike.
    async fn has_arrived(&self, caller: &Caller, upload: UploadId) -> Result<bool, Failure> {
        Ok(!self.0.keys(&folder(caller.account, upload), 1).await?.is_empty())
    }
}
