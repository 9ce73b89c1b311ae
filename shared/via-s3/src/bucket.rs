//! The calls on one bucket, and S3's errors as failures.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::{Delete, Object, ObjectIdentifier};
use aws_types::SdkConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use kernel::{Failure, Timestamp};
use policy::deletion::Objects;
use rights::{Listed, ObjectList};
use studio::BundleFile;

/// Maximum bytes of an object that is read whole: drawings and selfies are far smaller.
const LARGEST: i64 = 64_000_000;

/// The note of an object's SHA-256, in lowercase hex (`x-amz-meta-sha256`).
const HASH: &str = "sha256";

#[derive(Clone)]
pub struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
}

impl Bucket {
    /// The bucket `name`. A custom endpoint (the local cloud) is addressed by path, since its buckets have no host names.
    #[must_use]
    pub fn new(config: &SdkConfig, name: String) -> Self {
        let by_path = config.endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(config).force_path_style(by_path).build();
        Self { client: Client::from_conf(config), name }
    }

    pub(crate) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        let object = match self.client.get_object().bucket(&self.name).key(key).send().await {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => return Ok(None),
            Err(error) => return Err(failure(&error)),
        };
        if object.content_length.is_some_and(|length| length > LARGEST) {
            return Err(Failure::broken("a stored object is larger than any of ours"));
        }
        let body = object.body.collect().await.map_err(|_| Failure::unavailable(Duration::from_secs(1)))?;
        Ok(Some(body.to_vec()))
    }

    pub(crate) async fn put(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let put = self.client.put_object().bucket(&self.name).key(key).content_type(content_type).body(ByteStream::from(bytes));
        put.send().await.map(drop).map_err(|error| failure(&error))
    }

    /// Stores the object unless its key is taken; `false` when it is. A retry by the SDK after a lost answer finds it taken, by the same bytes.
    pub(crate) async fn put_new(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<bool, Failure> {
        let put = self.client.put_object().bucket(&self.name).key(key).content_type(content_type).body(ByteStream::from(bytes));
        taken(put.if_none_match("*").send().await)
    }

    /// Stores an object that is in parts in memory as they are, unless its key is taken; `false` when it is. The object keeps its hash beside it.
    pub(crate) async fn put_new_parts(&self, key: &str, content_type: &str, file: &BundleFile, parts: Vec<Bytes>) -> Result<bool, Failure> {
        let hash = hex::decode(&file.sha256).map_err(Failure::broken)?;
        // A retry begins the body anew. S3 compares the hash with what has arrived, so the SDK need not compute another on the way.
        let body = SdkBody::retryable(move || {
            let frames = parts.clone().into_iter().map(|part| Ok::<_, std::convert::Infallible>(Frame::data(part)));
            SdkBody::from_body_1_x(StreamBody::new(stream::iter(frames)))
        });
        let put = self.client.put_object().bucket(&self.name).key(key).content_type(content_type).metadata(HASH, &file.sha256);
        let put = put.content_length(i64::try_from(file.bytes).map_err(Failure::broken)?).checksum_sha256(STANDARD.encode(hash));
        taken(put.body(ByteStream::new(body)).if_none_match("*").send().await)
    }

    /// An object's length, the hash beside it, and its last `most` bytes.
    pub(crate) async fn end(&self, key: &str, most: u32) -> Result<Option<(BundleFile, Vec<u8>)>, Failure> {
        let object = match self.client.get_object().bucket(&self.name).key(key).range(format!("bytes=-{most}")).send().await {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => return Ok(None),
            Err(error) => return Err(failure(&error)),
        };
        // `bytes 100-199/200`; a server may answer the whole of a short object.
        let of_range = object.content_range().and_then(|range| range.rsplit_once('/')?.1.parse().ok());
        let whole = of_range.or(object.content_length.and_then(|length| u64::try_from(length).ok()));
        let hash = object.metadata().and_then(|notes| notes.get(HASH)).cloned();
        let (bytes, sha256) = whole.zip(hash).ok_or_else(|| Failure::broken("a stored bundle without its length or hash"))?;
        let end = object.body.collect().await.map_err(|_| Failure::unavailable(Duration::from_secs(1)))?;
        Ok(Some((BundleFile { bytes, sha256 }, end.to_vec())))
    }

    pub(crate) async fn delete(&self, key: &str) -> Result<(), Failure> {
        self.client.delete_object().bucket(&self.name).key(key).send().await.map(drop).map_err(|error| failure(&error))
    }

    /// At most `limit` keys below `prefix`.
    pub(crate) async fn keys(&self, prefix: &str, limit: i32) -> Result<Vec<String>, Failure> {
        let listed = self.client.list_objects_v2().bucket(&self.name).prefix(prefix).max_keys(limit).send().await;
        let listed = listed.map_err(|error| failure(&error))?;
        Ok(listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect())
    }

    /// Deletes at most [`PAGE`] objects; returns the keys that failed.
    async fn delete_all(&self, keys: &[String]) -> Result<Vec<String>, Failure> {
        let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build()).collect::<Result<Vec<_>, _>>();
        let batch = Delete::builder().set_objects(Some(objects.map_err(Failure::broken)?)).quiet(true).build().map_err(Failure::broken)?;
        let deleted = self.client.delete_objects().bucket(&self.name).delete(batch).send().await.map_err(|error| failure(&error))?;
        Ok(deleted.errors().iter().filter_map(|error| error.key().map(str::to_owned)).collect())
    }
}

#[async_trait]
impl ObjectList for Bucket {
    async fn page(&self, prefix: &str, after: Option<&str>) -> Result<Vec<Listed>, Failure> {
        let listed = self.client.list_objects_v2().bucket(&self.name).prefix(prefix).set_start_after(after.map(str::to_owned));
        let listed = listed.max_keys(PAGE).send().await.map_err(|error| failure(&error))?;
        let written_at = |object: &Object| Timestamp::from_second(object.last_modified()?.secs()).ok();
        let objects =
            listed.contents().iter().map(|object| Some(Listed { key: object.key()?.to_owned(), written_at: written_at(object)? }));
        objects.collect::<Option<_>>().ok_or_else(|| Failure::broken("S3 lists an object without its key or time"))
    }
}

/// Maximum keys that one call lists or deletes.
pub(crate) const PAGE: i32 = 1000;

#[async_trait]
impl Objects for Bucket {
    async fn remove(&self, keys: &[String]) -> Result<Vec<String>, Failure> {
        if keys.is_empty() { Ok(Vec::new()) } else { self.delete_all(keys).await }
    }

    async fn remove_prefix(&self, prefix: &str) -> Result<u64, Failure> {
        // An empty prefix, or one without its slash, would match too much.
        if !prefix.ends_with('/') {
            return Err(Failure::broken("a prefix to remove must end with a slash"));
        }
        let mut removed = 0;
        loop {
            let keys = self.keys(prefix, PAGE).await?;
            if keys.is_empty() {
                return Ok(removed);
            }
            if !self.delete_all(&keys).await?.is_empty() {
                return Err(Failure::unavailable(Duration::from_secs(1)));
            }
            removed += keys.len() as u64;
        }
    }
}

/// Whether a conditional write took its key.
pub(crate) fn taken<T, E: ProvideErrorMetadata>(put: Result<T, SdkError<E>>) -> Result<bool, Failure> {
    match put {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("PreconditionFailed") => Ok(false),
        Err(error) => Err(failure(&error)),
    }
}

/// An error of any operation as a failure, after the SDK's own retries.
pub(crate) fn failure<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Failure {
    let later = match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        // An intermediary may answer without a code.
        SdkError::ServiceError(answer) if answer.raw().status().is_server_error() => true,
        _ => matches!(
            error.code(),
            Some(
                "SlowDown"
                    | "InternalError"
                    | "ServiceUnavailable"
                    | "RequestTimeout"
                    | "ThrottlingException"
                    | "ConditionalRequestConflict"
                    | "503 Slow Down"
            )
        ),
    };
    let code = error.code().unwrap_or("no answer");
    if later {
        tracing::warn!(code, "s3 is busy");
        return Failure::unavailable(Duration::from_secs(1));
    }
    Failure::broken(format!("s3: {code}: {}", error.message().unwrap_or_default()))
}
