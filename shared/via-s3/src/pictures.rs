//! Drawings and deliverables below `generated/`.

use async_trait::async_trait;
use kernel::{AccountId, Failure, GenerationId};
use policy::deletion::Objects;
use studio::Pictures;
use studio::store::DRAWINGS;

use crate::Bucket;

/// The key of an object of an order.
pub(crate) fn key(account: AccountId, id: GenerationId, name: &str) -> String {
    format!("generated/{account}/{id}/{name}")
}

/// Pictures in a bucket.
pub struct S3Pictures(Bucket);

impl S3Pictures {
    /// Pictures in this bucket.
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }
}

#[async_trait]
impl Pictures for S3Pictures {
    async fn drawn(&self, account: AccountId, id: GenerationId) -> Result<Vec<u8>, Failure> {
        let prefix = key(account, id, DRAWINGS);
        let keys = self.0.keys(&prefix, i32::from(u8::MAX)).await?;
        let index = |key: &String| key.strip_prefix(&prefix)?.strip_suffix(".png")?.parse().ok();
        Ok(keys.iter().filter_map(index).collect())
    }

    async fn put(&self, account: AccountId, id: GenerationId, name: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        self.0.put(&key(account, id, name), content_type, bytes).await
    }

    async fn get(&self, account: AccountId, id: GenerationId, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get(&key(account, id, name)).await
    }

    async fn remove(&self, account: AccountId, id: GenerationId, prefix: &str) -> Result<(), Failure> {
        self.0.remove_prefix(&key(account, id, prefix)).await.map(drop)
    }
}
