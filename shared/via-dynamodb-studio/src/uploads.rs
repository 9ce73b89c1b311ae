//! Uploads.

use dynamo::{Item, Key, Outcome, Refusal, Transaction, count_one, number, rate_limited, text};
use std::sync::Arc;
use via_dynamodb_accounts::sessions;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, Update};
use kernel::{AccountId, Clock, Failure, Timestamp, UploadId, limits};
use policy::Class;
use studio::{Upload, Uploads};

/// The state of an upload's row once the content check refused it.
pub(crate) const REFUSED: &str = "refused";
const OPEN: &str = "open";

/// Uploads in the table `Studio`, sessions and counters in `Fleeting`.
pub struct DynamoUploads {
    client: Client,
    fleeting: String,
    studio: String,
    clock: Arc<dyn Clock>,
}

impl DynamoUploads {
    /// Uploads in the tables of these names.
    #[must_use]
    pub fn new(client: Client, fleeting: String, studio: String, clock: Arc<dyn Clock>) -> Self {
        Self { client, fleeting, studio, clock }
    }
}

#[async_trait]
impl Uploads for DynamoUploads {
    async fn open(&self, upload: &Upload) -> Result<(), Failure> {
        let (now, account) = (self.clock.now(), upload.caller.account);
        let row = Item::new(Class::UploadUnused, Key::upload(account, upload.id))
            .text("content_type", upload.picture.media_type())
            .number("bytes", upload.bytes)
            .text("state", OPEN)
            .text("created_at", upload.created_at.to_string())
            .seconds("expires_at", upload.unused_until)
            .seconds("used_until", upload.used_until)
            .text("objects", format!("uploads/{account}/{}/", upload.id));
        let transaction = Transaction::default()
            .check(sessions::check(&self.fleeting, &upload.caller, now)?)
            .update(count_one(&self.fleeting, "uploads", &account.to_string(), limits::UPLOADS_PER_HOUR, now)?)
            .put(row.put_new(&self.studio)?);
        match transaction.write(&self.client).await? {
            Outcome::Written => Ok(()),
            Outcome::Refused(refusals) if refusals.first().is_some_and(Refusal::is_condition) => Err(Failure::signed_out()),
            Outcome::Refused(refusals) if refusals.get(1).is_some_and(Refusal::is_condition) => Err(rate_limited(now)),
            Outcome::Refused(refusals) => Err(Failure::broken(format!("an upload was refused: {refusals:?}"))),
        }
    }
}

/// The first use of an upload: from now on it stays for the time of used ones. Asks that it is alive and was not refused.
pub(crate) fn use_upload(studio: &str, account: AccountId, upload: UploadId, now: Timestamp) -> Result<Update, Failure> {
    Update::builder()
        .table_name(studio)
        .set_key(Some(Key::upload(account, upload).attributes()))
        .update_expression("SET #class = :class, expires_at = used_until")
        .condition_expression("expires_at > :now AND #state <> :refused")
        .expression_attribute_names("#class", "class")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":class", text(Class::Upload.id()))
        .expression_attribute_values(":now", number(now.as_second()))
        .expression_attribute_values(":refused", text(REFUSED))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .map_err(Failure::broken)
}

/// The content check refused the upload: no generation may use it again. Creates no row where there is none: one without a class would never expire.
pub(crate) fn refuse_upload(studio: &str, account: AccountId, upload: UploadId) -> Result<Update, Failure> {
    Update::builder()
        .table_name(studio)
        .set_key(Some(Key::upload(account, upload).attributes()))
        .update_expression("SET #state = :refused")
        .condition_expression("attribute_exists(pk)")
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":refused", text(REFUSED))
        .build()
        .map_err(Failure::broken)
}
