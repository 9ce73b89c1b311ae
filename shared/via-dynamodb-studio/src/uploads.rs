//! Uploads.

use std::sync::Arc;

use async_trait::async_trait;
use dynamo::{Attributes, Database, EXPIRY, Item, Part, Read, Transaction, Write, number, shard_of, text};
use kernel::{Clock, Failure, Owner, Timestamp, UploadId, limits};
use policy::Class;
use studio::{Upload, UploadStanding, Uploads, object_keys};
use via_dynamodb_accounts::{count_one, sessions};

use crate::keys;

/// The state of an upload's row once the content check refused it.
const REFUSED: &str = "refused";
const OPEN: &str = "open";

pub struct DynamoUploads {
    database: Database,
    fleeting: String,
    studio: String,
    clock: Arc<dyn Clock>,
}

impl DynamoUploads {
    #[must_use]
    pub fn new(database: Database, fleeting: String, studio: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, studio, clock }
    }
}

#[async_trait]
impl Uploads for DynamoUploads {
    async fn open(&self, upload: &Upload) -> Result<(), Failure> {
        let (now, owner) = (self.clock.now(), upload.owner);
        let row = Item::new(Class::UploadUnused.id(), keys::upload(owner, upload.id))
            .text("content_type", upload.picture.media_type())
            .number("bytes", upload.bytes)
            .text("state", OPEN)
            .text("created_at", upload.created_at.to_string())
            .due(EXPIRY, upload.unused_until)
            .seconds("used_until", upload.used_until)
            .text("objects", object_keys::upload(owner, upload.id));
        Transaction::default()
            .part(sessions::check(&self.fleeting, &upload.principal, now)?)
            .part(count_one(&self.fleeting, "uploads", &owner.to_string(), limits::UPLOADS_PER_HOUR, now))
            .part(row.put_new(&self.studio).or_broken("an upload that is there already"))
            .write(&self.database, ())
            .await
    }
}

/// The first use of an upload: from now on it stays for the time of used ones. Says which it is that is not alive or was refused.
pub(crate) fn use_upload<T>(studio: &str, owner: Owner, upload: UploadId, now: Timestamp) -> Part<T> {
    let key = keys::upload(owner, upload);
    key.update(studio, "SET #class = :class, expiry_shard = :shard, expires_at = used_until")
        .only_if("expires_at > :now AND #state <> :refused")
        .name("#class", "class")
        .name("#state", "state")
        .value(":class", text(Class::Upload.id()))
        .value(":shard", text(shard_of(Class::Upload.id(), &key)))
        .value(":now", number(now.as_second()))
        .value(":refused", text(REFUSED))
        .showing()
        .or(|row| match row.as_ref().map(standing) {
            Some(UploadStanding::Refused) => Err(studio::placement::upload_refused()),
            Some(UploadStanding::Open) | None => Err(Failure::missing("upload")),
        })
}

/// Whether the content check refused the upload.
pub(crate) fn standing(row: &Attributes) -> UploadStanding {
    if row.maybe_text("state") == Some(REFUSED) { UploadStanding::Refused } else { UploadStanding::Open }
}

/// The content check refused the upload: no generation may use it again. A missing row is not created: without a class it would never expire.
pub(crate) fn refuse_upload(studio: &str, owner: Owner, upload: UploadId) -> Write {
    keys::upload(owner, upload)
        .update(studio, "SET #state = :refused")
        .only_if("attribute_exists(pk)")
        .name("#state", "state")
        .value(":refused", text(REFUSED))
}
