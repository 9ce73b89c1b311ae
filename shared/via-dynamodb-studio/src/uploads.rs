//! Uploads.

use std::sync::Arc;

use async_trait::async_trait;
use dynamo::{Attributes, Database, EXPIRY, Item, Part, Read, Transaction, Write, number, shard_of, text};
use kernel::{Clock, Failure, Owner, Principal, Timestamp, TrialId, UploadId, limits};
use policy::Class;
use studio::{PictureType, Upload, UploadStanding, Uploads, object_keys};
use via_dynamodb_accounts::{count, sessions, trials};

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
        let row = upload_item(upload);
        let counted = match upload.principal {
            Principal::Trial(holder) => trials::use_upload(&self.fleeting, holder.trial, upload.id, now),
            Principal::Session(_) | Principal::Install(_) | Principal::Operator(_) | Principal::Nobody => {
                count(&self.fleeting, limits::UPLOADS_PER_HOUR, &owner.to_string(), now)
            }
        };
        Transaction::default()
            .part(sessions::check_unrestricted(&self.fleeting, &upload.principal, now)?)
            .part(counted)
            .part(row.put_new(&self.studio).or_broken("an upload that is there already"))
            .write(&self.database, ())
            .await
    }

    async fn of_trial(&self, trial: TrialId) -> Result<Option<(UploadId, PictureType, u64)>, Failure> {
        let Some(id) = trials::unbegun(&self.database, &self.fleeting, trial).await? else { return Ok(None) };
        let row = self.database.get(&self.studio, &keys::upload(Owner::Trial(trial), id)).await?;
        let known = |row: Attributes| Ok((id, row.parsed("content_type")?, row.required_number("bytes")?));
        row.map(known).transpose()
    }
}

/// The item of an upload that nothing has used yet.
fn upload_item(upload: &Upload) -> Item {
    Item::new(classes(upload.owner)[0].id(), keys::upload(upload.owner, upload.id))
        .text("content_type", upload.picture.media_type())
        .number("bytes", upload.bytes)
        .text("state", OPEN)
        .text("created_at", upload.created_at.to_string())
        .due(EXPIRY, upload.unused_until)
        .seconds("used_until", upload.used_until)
        .text("objects", object_keys::upload(upload.owner, upload.id))
}

/// The class of an upload of this owner that nothing uses, and of one that is used.
fn classes(owner: Owner) -> [Class; 2] {
    match owner {
        Owner::Account(_) | Owner::Install(_) => [Class::UploadUnused, Class::Upload],
        Owner::Trial(_) => [Class::TrialUpload; 2],
    }
}

/// The first use of an upload: from now on it stays for the time of used ones. Says which it is that is not alive or was refused.
pub(crate) fn use_upload<T>(studio: &str, owner: Owner, upload: UploadId, now: Timestamp) -> Part<T> {
    let (key, class) = (keys::upload(owner, upload), classes(owner)[1].id());
    key.update(studio, "SET #class = :class, expiry_shard = :shard, expires_at = used_until")
        .only_if("expires_at > :now AND #state <> :refused")
        .name("#class", "class")
        .name("#state", "state")
        .value(":class", text(class))
        .value(":shard", text(shard_of(class, &key)))
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

/// Somebody decided that the upload was refused wrongly. Where it is gone, this refuses.
#[must_use]
pub fn admit_upload(studio: &str, owner: Owner, upload: UploadId, now: Timestamp) -> Write {
    keys::upload(owner, upload)
        .update(studio, "SET #state = :open")
        .only_if("expires_at > :now")
        .name("#state", "state")
        .value(":open", text(OPEN))
        .value(":now", number(now.as_second()))
}

/// The content check refused the upload: no generation may use it again. A missing row is not created: without a class it would never expire.
pub(crate) fn refuse_upload(studio: &str, owner: Owner, upload: UploadId) -> Write {
    keys::upload(owner, upload)
        .update(studio, "SET #state = :refused")
        .only_if("attribute_exists(pk)")
        .name("#state", "state")
        .value(":refused", text(REFUSED))
}
