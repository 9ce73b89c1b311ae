//! Selfies below `uploads/`, blocked ones below `quarantine/`.

use async_trait::async_trait;
use kernel::{Failure, Owner, UploadId};
use policy::deletion::Objects;
use studio::{OriginalStanding, Quarantine, Selfies, object_keys};

use crate::Bucket;

/// An upload has two at most: the original, and the normalised picture.
const OBJECTS: i32 = 2;

pub struct S3Selfies(Bucket);

impl S3Selfies {
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }
}

#[async_trait]
impl Selfies for S3Selfies {
    async fn original(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get(&object_keys::original(owner, upload)).await
    }

    async fn normalised(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get(&object_keys::selfie(owner, upload)).await
    }

    async fn keep_normalised(&self, owner: Owner, upload: UploadId, png: Vec<u8>) -> Result<bool, Failure> {
        let stored = self.0.put_new(&object_keys::selfie(owner, upload), "image/png", png).await?;
        self.0.delete(&object_keys::original(owner, upload)).await?;
        Ok(stored)
    }

    async fn standing_of_original(&self, owner: Owner, upload: UploadId) -> Result<OriginalStanding, Failure> {
        let keys = self.0.keys(&object_keys::upload(owner, upload), OBJECTS).await?;
        Ok(match (keys.contains(&object_keys::original(owner, upload)), keys.contains(&object_keys::selfie(owner, upload))) {
            (false, _) => OriginalStanding::Absent,
            (true, false) => OriginalStanding::Unread,
            (true, true) => OriginalStanding::Spare,
        })
    }

    async fn remove_original(&self, owner: Owner, upload: UploadId) -> Result<(), Failure> {
        self.0.delete(&object_keys::original(owner, upload)).await
    }

    async fn remove(&self, owner: Owner, upload: UploadId) -> Result<(), Failure> {
        self.0.remove_prefix(&object_keys::upload(owner, upload)).await.map(drop)
    }
}

pub struct S3Quarantine(Bucket);

impl S3Quarantine {
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }
}

#[async_trait]
impl Quarantine for S3Quarantine {
    async fn isolate(&self, owner: Owner, upload: UploadId, png: Vec<u8>) -> Result<(), Failure> {
        self.0.put(&object_keys::quarantined_selfie(owner, upload), "image/png", png).await
    }

    async fn isolated(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get(&object_keys::quarantined_selfie(owner, upload)).await
    }
}
