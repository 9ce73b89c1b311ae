//! Selfies below `uploads/`, blocked ones below `quarantine/`.

use async_trait::async_trait;
use kernel::{AccountId, Failure, UploadId};
use policy::deletion::Objects;
use studio::{Quarantine, Selfies};

use crate::Bucket;

/// Everything of an upload.
pub(crate) fn folder(account: AccountId, upload: UploadId) -> String {
    format!("uploads/{account}/{upload}/")
}

/// The bytes as they were sent: the one key an upload form admits.
pub(crate) fn original(account: AccountId, upload: UploadId) -> String {
    folder(account, upload) + "original"
}

fn normalised(account: AccountId, upload: UploadId) -> String {
    folder(account, upload) + "selfie.png"
}

/// Selfies in a bucket.
pub struct S3Selfies(Bucket);

impl S3Selfies {
    /// Selfies in this bucket.
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }
}

#[async_trait]
impl Selfies for S3Selfies {
    async fn original(&self, account: AccountId, upload: UploadId) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get(&original(account, upload)).await
    }

    async fn normalised(&self, account: AccountId, upload: UploadId) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get(&normalised(account, upload)).await
    }

    async fn keep_normalised(&self, account: AccountId, upload: UploadId, png: Vec<u8>) -> Result<bool, Failure> {
        let stored = self.0.put_new(&normalised(account, upload), "image/png", png).await?;
        self.0.delete(&original(account, upload)).await?;
        Ok(stored)
    }

    async fn remove(&self, account: AccountId, upload: UploadId) -> Result<(), Failure> {
        self.0.remove_prefix(&folder(account, upload)).await.map(drop)
    }
}

/// Quarantine in a bucket.
pub struct S3Quarantine(Bucket);

impl S3Quarantine {
    /// Quarantine in this bucket.
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }
}

#[async_trait]
impl Quarantine for S3Quarantine {
    async fn isolate(&self, account: AccountId, upload: UploadId, png: Vec<u8>) -> Result<(), Failure> {
        self.0.put(&format!("quarantine/{account}/{upload}/selfie.png"), "image/png", png).await
    }
}
