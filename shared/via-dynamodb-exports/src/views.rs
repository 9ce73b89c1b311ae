//! The owner's reads, with a check of the session.

use std::sync::Arc;

use async_trait::async_trait;
use dynamo::{Database, Query, text};
use exports::{Export, ExportViews};
use kernel::{AccountId, Clock, ExportId, Failure, Owner, Principal};
use via_dynamodb_accounts::sessions;

use crate::{export_item, keys};

pub struct DynamoExportViews {
    database: Database,
    fleeting: String,
    rights: String,
    clock: Arc<dyn Clock>,
}

impl DynamoExportViews {
    #[must_use]
    pub fn new(database: Database, fleeting: String, rights: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, rights, clock }
    }

    /// The exports of the caller whose sort keys begin so.
    async fn read(&self, principal: &Principal, account: AccountId, sk: String) -> Result<Vec<Export>, Failure> {
        let session = self.database.get(&self.fleeting, &sessions::standing(principal)?).await?;
        sessions::verify(session.as_ref(), self.clock.now())?;
        let all = Query::of(&self.rights, "pk = :pk AND begins_with(sk, :sk)")
            .value(":pk", text(keys::partition(account)))
            .value(":sk", text(sk))
            .consistently();
        let mut exports = export_item::read(&self.database.query_all(all).await?)?;
        exports.retain(|export| export.expires_at() > self.clock.now());
        Ok(exports)
    }
}

#[async_trait]
impl ExportViews for DynamoExportViews {
    async fn view(&self, principal: &Principal, export: ExportId) -> Result<Option<Export>, Failure> {
        let account = account(principal)?;
        Ok(self.read(principal, account, keys::export(account, export).sk).await?.into_iter().next())
    }

    async fn list(&self, principal: &Principal) -> Result<Vec<Export>, Failure> {
        let mut exports = self.read(principal, account(principal)?, keys::EXPORTS.to_owned()).await?;
        exports.reverse();
        Ok(exports)
    }
}

fn account(principal: &Principal) -> Result<AccountId, Failure> {
    match principal.owner()? {
        Owner::Account(account) => Ok(account),
        Owner::Install(_) | Owner::Trial(_) => Err(Failure::signed_out()),
    }
}
