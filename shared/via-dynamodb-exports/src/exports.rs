//! How far an export is.

use async_trait::async_trait;
use dynamo::{Answer, Database, Query, name_of, number, text};
use exports::{Export, Exports, PlannedVolume, ReadyMails, State};
use kernel::{AccountId, ExportId, Failure, Timestamp};

use crate::{export_item, keys};

/// The mail is being sent, or is to be sent again.
const SENDING: &str = "sending";
const DUE: &str = "due";

pub struct DynamoExports {
    database: Database,
    rights: String,
}

impl DynamoExports {
    #[must_use]
    pub fn new(database: Database, rights: String) -> Self {
        Self { database, rights }
    }
}

#[async_trait]
impl Exports for DynamoExports {
    async fn load(&self, account: AccountId, export: ExportId) -> Result<Option<Export>, Failure> {
        let all = Query::of(&self.rights, "pk = :pk AND begins_with(sk, :sk)")
            .value(":pk", text(keys::partition(account)))
            .value(":sk", text(keys::export(account, export).sk))
            // Who notes the last volume must see all others.
            .consistently();
        Ok(export_item::read(&self.database.query_all(all).await?)?.into_iter().next())
    }

    async fn plan(&self, export: &Export, volumes: &[PlannedVolume]) -> Result<(), Failure> {
        for volume in volumes {
            // One that is there has perhaps its size already.
            let put = export_item::volume(export, *volume).put_new(&self.rights);
            let (Answer::Written(_) | Answer::Refused(_)) = self.database.write(put).await?;
        }
        let begun = keys::export(export.account, export.id)
            .update(&self.rights, "SET #state = :writing")
            .only_if("#state = :queued")
            .name("#state", "state")
            .value(":writing", text(name_of(&State::Writing)))
            .value(":queued", text(name_of(&State::Queued)));
        self.database.write(begun).await.map(drop)
    }

    async fn finish(&self, export: &Export, volume: u16, bytes: u64) -> Result<(), Failure> {
        let finished = keys::volume(export.account, export.id, volume)
            .update(&self.rights, "SET #bytes = :bytes")
            .only_if("attribute_exists(pk)")
            .name("#bytes", "bytes")
            .value(":bytes", number(bytes));
        self.database.write(finished).await.map(drop)
    }
}

#[async_trait]
impl ReadyMails for DynamoExports {
    async fn claim(&self, export: &Export, now: Timestamp) -> Result<bool, Failure> {
        let claimed = keys::export(export.account, export.id)
            .update(&self.rights, "SET #state = :ready, ready_at = if_not_exists(ready_at, :now), mail = :sending")
            .only_if("#state = :writing OR (#state = :ready AND mail = :due)")
            .name("#state", "state")
            .value(":ready", text(name_of(&State::Ready)))
            .value(":writing", text(name_of(&State::Writing)))
            .value(":now", text(now.to_string()))
            .value(":sending", text(SENDING))
            .value(":due", text(DUE));
        Ok(matches!(self.database.write(claimed).await?, Answer::Written(_)))
    }

    async fn release(&self, export: &Export) -> Result<(), Failure> {
        let released = keys::export(export.account, export.id)
            .update(&self.rights, "SET mail = :due")
            .only_if("mail = :sending")
            .value(":sending", text(SENDING))
            .value(":due", text(DUE));
        self.database.write(released).await.map(drop)
    }
}
