//! Short-lived links to deliverables.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sdk_s3::presigning::PresigningConfig;
use kernel::{Failure, GenerationId, Owner, SignedDuration, Timestamp};
use studio::Links;
use studio::object_keys::of_generation;

use crate::Bucket;

pub struct S3Links(Bucket);

impl S3Links {
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }
}

#[async_trait]
impl Links for S3Links {
    /// Signs a GET in this process; the start is part of the signature, so that the same start gives the same link.
    async fn link(&self, owner: Owner, id: GenerationId, name: &str, from: Timestamp, life: SignedDuration) -> Result<String, Failure> {
        let life = Duration::try_from(life).map_err(Failure::broken)?;
        let presigning =
            PresigningConfig::builder().start_time(SystemTime::from(from)).expires_in(life).build().map_err(Failure::broken)?;
        // Pages show it all the same; a link to it saves it, which no `download` of a page does for another origin.
        let saved_as = format!("attachment; filename=\"{}\"", name.replace('/', "-"));
        let get =
            self.0.client.get_object().bucket(&self.0.name).key(of_generation(owner, id, name)).response_content_disposition(saved_as);
        let signed = get.presigned(presigning).await.map_err(|error| crate::bucket::failure(&error))?;
        Ok(signed.uri().to_owned())
    }
}
