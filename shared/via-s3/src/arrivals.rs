//! The arrival of uploads.

use async_trait::async_trait;
use kernel::{Failure, Owner, UploadId};
use studio::{Arrivals, object_keys};

use crate::Bucket;

pub struct S3Arrivals(Bucket);

impl S3Arrivals {
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }
}

#[async_trait]
impl Arrivals for S3Arrivals {
    /// One listing finds the original and the normalised selfie alike.
    async fn has_arrived(&self, owner: Owner, upload: UploadId) -> Result<bool, Failure> {
        Ok(!self.0.keys(&object_keys::upload(owner, upload), 1).await?.is_empty())
    }
}
