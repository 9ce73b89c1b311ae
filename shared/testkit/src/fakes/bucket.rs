//! The bucket in memory, with the keys of the inventory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use kernel::{Failure, GenerationId, Owner, SignedDuration, Timestamp, UploadId};
use picture_files::{BUNDLE_NAME, DigitalSource};
use policy::deletion::Objects;
use sha2::{Digest, Sha256};
use studio::store::drawing_of_name;
use studio::{
    Arrivals, BundleFile, Bundles, Links, OriginalStanding, Pictures, Quarantine, Selfies, Upload, UploadForm, UploadForms, object_keys,
};

use crate::Faults;

/// Objects by key.
#[derive(Clone)]
pub struct FakeBucket {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    faults: Faults,
}

impl FakeBucket {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { objects: Arc::default(), faults }
    }

    /// Every object. Holding it blocks every fake.
    pub fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys that begin with `prefix`.
    #[must_use]
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        self.objects().keys().filter(|key| key.starts_with(prefix)).cloned().collect()
    }

    /// Stores the posted bytes of an upload's form.
    pub fn receive(&self, owner: Owner, upload: UploadId, bytes: Vec<u8>) {
        self.objects().insert(object_keys::original(owner, upload), bytes);
    }

    async fn get(&self, name: &'static str, key: String) -> Result<Option<Vec<u8>>, Failure> {
        self.faults.call(name, || Ok(self.objects().get(&key).cloned())).await
    }

    async fn put(&self, name: &'static str, key: String, bytes: Vec<u8>) -> Result<(), Failure> {
        self.faults
            .call(name, || {
                self.objects().insert(key, bytes);
                Ok(())
            })
            .await
    }

    async fn remove_prefix(&self, name: &'static str, prefix: &str) -> Result<u64, Failure> {
        self.faults
            .call(name, || {
                let mut objects = self.objects();
                let before = objects.len();
                objects.retain(|key, _| !key.starts_with(prefix));
                Ok((before - objects.len()) as u64)
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeSelfies(pub FakeBucket);

#[async_trait]
impl Selfies for FakeSelfies {
    async fn original(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get("selfies.original", object_keys::original(owner, upload)).await
    }

    async fn normalised(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get("selfies.normalised", object_keys::selfie(owner, upload)).await
    }

    /// Two effects, one after the other: a caller may die between them.
    async fn keep_normalised(&self, owner: Owner, upload: UploadId, png: Vec<u8>) -> Result<bool, Failure> {
        let key = object_keys::selfie(owner, upload);
        let stored = self
            .0
            .faults
            .call("selfies.keep_normalised", || {
                let mut objects = self.0.objects();
                let new = !objects.contains_key(&key);
                objects.entry(key).or_insert(png);
                Ok(new)
            })
            .await?;
        self.0.remove_prefix("selfies.drop_original", &object_keys::original(owner, upload)).await?;
        Ok(stored)
    }

    async fn standing_of_original(&self, owner: Owner, upload: UploadId) -> Result<OriginalStanding, Failure> {
        let has = |objects: &BTreeMap<String, _>, key: String| objects.contains_key(&key);
        self.0
            .faults
            .call("selfies.standing_of_original", || {
                let objects = self.0.objects();
                Ok(match (has(&objects, object_keys::original(owner, upload)), has(&objects, object_keys::selfie(owner, upload))) {
                    (false, _) => OriginalStanding::Absent,
                    (true, false) => OriginalStanding::Unread,
                    (true, true) => OriginalStanding::Spare,
                })
            })
            .await
    }

    async fn remove_original(&self, owner: Owner, upload: UploadId) -> Result<(), Failure> {
        self.0.remove_prefix("selfies.remove_original", &object_keys::original(owner, upload)).await.map(drop)
    }

    async fn remove(&self, owner: Owner, upload: UploadId) -> Result<(), Failure> {
        self.0.remove_prefix("selfies.remove", &object_keys::upload(owner, upload)).await.map(drop)
    }
}

#[derive(Clone)]
pub struct FakeQuarantine(pub FakeBucket);

#[async_trait]
impl Quarantine for FakeQuarantine {
    async fn isolate(&self, owner: Owner, upload: UploadId, png: Vec<u8>) -> Result<(), Failure> {
        self.0.put("quarantine.isolate", object_keys::quarantined_selfie(owner, upload), png).await
    }

    async fn isolated(&self, owner: Owner, upload: UploadId) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get("quarantine.isolated", object_keys::quarantined_selfie(owner, upload)).await
    }
}

#[derive(Clone)]
pub struct FakePictures(pub FakeBucket);

#[async_trait]
impl Pictures for FakePictures {
    async fn names(&self, owner: Owner, id: GenerationId) -> Result<BTreeSet<String>, Failure> {
        let folder = object_keys::generation(owner, id);
        let name = |key: &String| key.strip_prefix(&folder).map(str::to_owned);
        self.0.faults.call("pictures.names", || Ok(self.0.objects().keys().filter_map(name).collect())).await
    }

    async fn drawn(&self, owner: Owner, id: GenerationId) -> Result<BTreeMap<u8, DigitalSource>, Failure> {
        let new_generation = object_keys::of_generation(owner, id, "");
        self.0
            .faults
            .call("pictures.drawn", || {
                let drawing = |key: &String| drawing_of_name(key.strip_prefix(&new_generation)?);
                Ok(self.0.objects().keys().filter_map(drawing).collect())
            })
            .await
    }

    async fn put(&self, owner: Owner, id: GenerationId, name: &str, _content_type: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        self.0.put("pictures.put", object_keys::of_generation(owner, id, name), bytes).await
    }

    async fn keep(&self, owner: Owner, id: GenerationId, name: &str, _content_type: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let key = object_keys::of_generation(owner, id, name);
        self.0.faults.call("pictures.keep", || Ok(self.0.objects().entry(key).or_insert(bytes).clone())).await
    }

    async fn get(&self, owner: Owner, id: GenerationId, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.0.get("pictures.get", object_keys::of_generation(owner, id, name)).await
    }

    async fn remove(&self, owner: Owner, id: GenerationId, prefix: &str) -> Result<(), Failure> {
        self.0.remove_prefix("pictures.remove", &object_keys::of_generation(owner, id, prefix)).await.map(drop)
    }
}

#[async_trait]
impl Bundles for FakePictures {
    async fn keep_bundle(&self, owner: Owner, id: GenerationId, _bundle: &BundleFile, parts: Vec<Bytes>) -> Result<bool, Failure> {
        let key = object_keys::of_generation(owner, id, BUNDLE_NAME);
        let keep = || {
            let mut objects = self.0.objects();
            let new = !objects.contains_key(&key);
            objects.entry(key).or_insert_with(|| parts.concat());
            Ok(new)
        };
        self.0.faults.call("bundles.keep_bundle", keep).await
    }

    async fn bundle_end(&self, owner: Owner, id: GenerationId, most: u32) -> Result<Option<(BundleFile, Vec<u8>)>, Failure> {
        let key = object_keys::of_generation(owner, id, BUNDLE_NAME);
        let end = |bytes: &Vec<u8>| {
            let file = BundleFile { bytes: bytes.len() as u64, sha256: hex::encode(Sha256::digest(bytes)) };
            (file, bytes[bytes.len().saturating_sub(most as usize)..].to_vec())
        };
        self.0.faults.call("bundles.bundle_end", || Ok(self.0.objects().get(&key).map(end))).await
    }
}

#[derive(Clone)]
pub struct FakeArrivals(pub FakeBucket);

#[async_trait]
impl Arrivals for FakeArrivals {
    async fn has_arrived(&self, owner: Owner, upload: UploadId) -> Result<bool, Failure> {
        self.0.faults.call("arrivals.has_arrived", || Ok(!self.0.keys(&object_keys::upload(owner, upload)).is_empty())).await
    }
}

/// Unsigned forms.
#[derive(Clone)]
pub struct FakeForms(pub FakeBucket);

#[async_trait]
impl UploadForms for FakeForms {
    async fn form(&self, upload: &Upload) -> Result<UploadForm, Failure> {
        let key = object_keys::upload(upload.owner, upload.id) + "original";
        let fields = BTreeMap::from([("key".to_owned(), key), ("Content-Type".to_owned(), upload.picture.media_type().to_owned())]);
        self.0.faults.call("upload_forms.form", || Ok(UploadForm { url: "https://bucket.example.org/".into(), fields })).await
    }
}

/// Unsigned links.
#[derive(Clone)]
pub struct FakeLinks(pub FakeBucket);

#[async_trait]
impl Links for FakeLinks {
    async fn link(&self, owner: Owner, id: GenerationId, name: &str, from: Timestamp, life: SignedDuration) -> Result<String, Failure> {
        let link =
            format!("https://bucket.example.org/{}?from={from}&seconds={}", object_keys::of_generation(owner, id, name), life.as_secs());
        self.0.faults.call("links.link", || Ok(link)).await
    }
}

/// The hourly deletion's view of the bucket.
#[derive(Clone)]
pub struct FakeObjects(pub FakeBucket);

#[async_trait]
impl Objects for FakeObjects {
    async fn remove(&self, keys: &[String]) -> Result<Vec<String>, Failure> {
        self.0
            .faults
            .call("objects.remove", || {
                self.0.objects().retain(|key, _| !keys.contains(key));
                Ok(Vec::new())
            })
            .await
    }

    async fn remove_prefix(&self, prefix: &str) -> Result<u64, Failure> {
        if !prefix.ends_with('/') {
            return Err(Failure::broken("a prefix to remove must end with a slash"));
        }
        self.0.remove_prefix("objects.remove_prefix", prefix).await
    }
}
