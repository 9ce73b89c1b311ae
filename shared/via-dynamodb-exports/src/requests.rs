//! The beginning of an export, with its idempotency record.

use async_trait::async_trait;
use dynamo::{Database, Idempotency, Stored, Transaction};
use exports::{Asked, ExportRequests, NewExport};
use kernel::{ExportId, Failure, limits};
use policy::Class;
use serde::{Deserialize, Serialize};
use via_dynamodb_accounts::{count, sessions};

use crate::{export_item, keys};

pub struct DynamoExportRequests {
    database: Database,
    fleeting: String,
    rights: String,
}

/// The answer as stored in the idempotency record.
#[derive(Serialize, Deserialize)]
struct Response {
    export_id: ExportId,
}

impl DynamoExportRequests {
    #[must_use]
    pub fn new(database: Database, fleeting: String, rights: String) -> Self {
        Self { database, fleeting, rights }
    }
}

#[async_trait]
impl ExportRequests for DynamoExportRequests {
    async fn ask(&self, new: &NewExport) -> Result<Asked, Failure> {
        let account = new.caller.account;
        let idempotency = Idempotency {
            table: &self.fleeting,
            class: Class::IdempotencyRecord.id(),
            key: keys::idempotency(account.into(), &new.key_hash),
            // There is nothing to choose: every request is the same.
            payload_hash: "",
            expires_at: new.key_expires_at,
        };
        let replayed = |stored: Stored<Response>| Ok(Asked::Replayed(stored.response.export_id));
        Transaction::default()
            .part(sessions::check(&self.fleeting, &new.caller.into(), new.asked_at)?)
            .part(idempotency.record(&Response { export_id: new.id }, new.asked_at, replayed)?)
            .part(count(&self.fleeting, limits::EXPORTS_PER_DAY, &account.to_string(), new.asked_at))
            .part(export_item::new(new).put_new(&self.rights).or_broken("an export that is there already"))
            .write(&self.database, Asked::New)
            .await
    }
}
