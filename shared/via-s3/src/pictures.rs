//! Drawings and deliverables below `generated/`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use kernel::{Failure, GenerationId, Owner};
use picture_files::{BUNDLE_CONTENT_TYPE, BUNDLE_NAME, DigitalSource};
use policy::deletion::Objects;
use studio::object_keys::{generation, of_generation};
use studio::store::{DRAWINGS, drawing_of_name};
use studio::{BundleFile, Bundles, Pictures};

use crate::Bucket;
use crate::bucket::PAGE;

pub struct S3Pictures(Bucket);

impl S3Pictures {
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }
}

#[async_trait]
impl Pictures for S3Pictures {
    async fn names(&self, owner: Owner, id: GenerationId) -> Result<BTreeSet<String>, Failure> {
        let folder = generation(owner, id);
        // One page holds all: eight drawings with everything have some 250 objects.
        let keys = self.0.keys(&folder, PAGE).await?;
        Ok(keys.iter().filter_map(|key| key.strip_prefix(&folder)).map(str::to_owned).collect())
    }

    async fn drawn(&self, owner: Owner, id: GenerationId) -> Result<BTreeMap<u8, DigitalSource>, Failure> {
        let keys = self.0.keys(&of_generation(owner, id, DRAWINGS), i32::from(u8::MAX)).await?;
        let prefix = of_generation(owner, id, "");
        Ok(keys.iter().filter_map(|key| drawing_of_name(key.strip_prefix(&prefix)?)).collect())
    }

    async fn put(&self, owner: Owner, id: GenerationId, name: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        self.0.put(&of_generation(owner, id, name), content_type, bytes).await
    }

    async fn keep(&self, owner: Owner, id: GenerationId, name: &str, content_type: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let key = of_generation(owner, id, name);
        if self.0.put_new(&key, content_type, bytes.clone()).await? {
            return Ok(bytes);
        }
        // The object existed a moment ago: its generation was deleted meanwhile, as the next read of its row will show.
        self.0.get(&key).await?.ok_or_else(|| Failure::unavailable(Duration::from_secs(1)))
    }

    async fn get(&self, owner: Owner, id: GenerationId, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get(&of_generation(owner, id, name)).await
    }

    async fn remove(&self, owner: Owner, id: GenerationId, prefix: &str) -> Result<(), Failure> {
        self.0.remove_prefix(&of_generation(owner, id, prefix)).await.map(drop)
    }
}

#[async_trait]
impl Bundles for S3Pictures {
    async fn keep_bundle(&self, owner: Owner, id: GenerationId, bundle: &BundleFile, parts: Vec<Bytes>) -> Result<bool, Failure> {
        self.0.put_new_parts(&of_generation(owner, id, BUNDLE_NAME), BUNDLE_CONTENT_TYPE, bundle, parts).await
    }

    async fn bundle_end(&self, owner: Owner, id: GenerationId, most: u32) -> Result<Option<(BundleFile, Vec<u8>)>, Failure> {
        self.0.end(&of_generation(owner, id, BUNDLE_NAME), most).await
    }
}
