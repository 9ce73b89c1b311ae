//! Copies of everything: the objects that go into one, and its volumes below `exports/`.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Object};
use bytes::Bytes;
use exports::{Files, Found, Sink, VolumeLinks};
use kernel::{Failure, SignedDuration, Timestamp};

use crate::Bucket;
use crate::bucket::{PAGE, failure, taken};

pub struct S3Exports(Bucket);

impl S3Exports {
    #[must_use]
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }

    /// The attempts at this key that nobody completed.
    async fn attempts(&self, key: &str) -> Result<Vec<String>, Failure> {
        let listed = self.0.client.list_multipart_uploads().bucket(&self.0.name).prefix(key).send().await;
        let listed = listed.map_err(|error| failure(&error))?;
        let of_key = listed.uploads().iter().filter(|upload| upload.key() == Some(key));
        Ok(of_key.filter_map(|upload| upload.upload_id().map(str::to_owned)).collect())
    }
}

#[async_trait]
impl Files for S3Exports {
    async fn page(&self, prefix: &str, after: Option<&str>) -> Result<Vec<Found>, Failure> {
        let listed = self.0.client.list_objects_v2().bucket(&self.0.name).prefix(prefix).set_start_after(after.map(str::to_owned));
        let listed = listed.max_keys(PAGE).send().await.map_err(|error| failure(&error))?;
        let found = |object: &Object| Some(Found { key: object.key()?.to_owned(), bytes: u64::try_from(object.size()?).ok()? });
        listed
            .contents()
            .iter()
            .map(found)
            .collect::<Option<_>>()
            .ok_or_else(|| Failure::broken("S3 lists an object without its key or size"))
    }

    async fn read(&self, key: &str, part: Option<Range<u64>>) -> Result<Option<Bytes>, Failure> {
        let range = part.map(|part| format!("bytes={}-{}", part.start, part.end.saturating_sub(1)));
        let object = match self.0.client.get_object().bucket(&self.0.name).key(key).set_range(range).send().await {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => return Ok(None),
            Err(error) => return Err(failure(&error)),
        };
        let body = object.body.collect().await.map_err(|_| Failure::unavailable(Duration::from_secs(1)))?;
        Ok(Some(body.into_bytes()))
    }

    async fn keep(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), Failure> {
        self.0.put_new(key, content_type, bytes.into()).await.map(drop)
    }
}

#[async_trait]
impl Sink for S3Exports {
    async fn begin(&self, key: &str) -> Result<String, Failure> {
        for attempt in self.attempts(key).await? {
            self.abandon(key, &attempt).await?;
        }
        let begun = self.0.client.create_multipart_upload().bucket(&self.0.name).key(key).content_type("application/zip").send().await;
        let begun = begun.map_err(|error| failure(&error))?;
        begun.upload_id.ok_or_else(|| Failure::broken("S3 began an upload without a name"))
    }

    async fn part(&self, key: &str, attempt: &str, number: u16, bytes: Bytes) -> Result<String, Failure> {
        let part = self.0.client.upload_part().bucket(&self.0.name).key(key).upload_id(attempt).part_number(number.into());
        let stored = part.body(bytes.into()).send().await.map_err(|error| ended(&error))?;
        let tag = stored.e_tag.ok_or_else(|| Failure::broken("S3 stored a part without a tag"))?;
        Ok(stored.checksum_crc32.map_or(tag.clone(), |checksum| format!("{tag} {checksum}")))
    }

    async fn complete(&self, key: &str, attempt: &str, parts: &[String]) -> Result<bool, Failure> {
        // The SDK says at the beginning that each part has a checksum, so S3 wants all of them in the end.
        let part = |(number, stored): (i32, &String)| {
            let (tag, checksum) =
                stored.split_once(' ').map_or((stored.as_str(), None), |(tag, checksum)| (tag, Some(checksum.to_owned())));
            CompletedPart::builder().part_number(number).e_tag(tag).set_checksum_crc32(checksum).build()
        };
        let parts = CompletedMultipartUpload::builder().set_parts(Some((1..).zip(parts).map(part).collect())).build();
        let complete = self.0.client.complete_multipart_upload().bucket(&self.0.name).key(key).upload_id(attempt);
        let completed = complete.multipart_upload(parts).if_none_match("*").send().await;
        if let Err(error) = &completed
            && is_over(error)
        {
            return Err(Failure::unavailable(Duration::from_secs(1)));
        }
        let completed = taken(completed)?;
        if !completed {
            self.abandon(key, attempt).await?;
        }
        Ok(completed)
    }

    async fn abandon(&self, key: &str, attempt: &str) -> Result<(), Failure> {
        match self.0.client.abort_multipart_upload().bucket(&self.0.name).key(key).upload_id(attempt).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_over(&error) => Ok(()),
            Err(error) => Err(failure(&error)),
        }
    }
}

/// Whether an attempt is no more: completed, or ended by another worker.
fn is_over<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    error.code() == Some("NoSuchUpload")
}

/// Another worker ended the attempt: there is one volume, whoever writes it.
fn ended<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Failure {
    if is_over(error) { Failure::unavailable(Duration::from_secs(1)) } else { failure(error) }
}

#[async_trait]
impl VolumeLinks for S3Exports {
    async fn link(&self, key: &str, name: &str, from: Timestamp, life: SignedDuration) -> Result<String, Failure> {
        let life = Duration::try_from(life).map_err(Failure::broken)?;
        let presigning =
            PresigningConfig::builder().start_time(SystemTime::from(from)).expires_in(life).build().map_err(Failure::broken)?;
        let saved_as = format!("attachment; filename=\"{name}\"");
        let get = self.0.client.get_object().bucket(&self.0.name).key(key).response_content_disposition(saved_as);
        Ok(get.presigned(presigning).await.map_err(|error| failure(&error))?.uri().to_owned())
    }
}
