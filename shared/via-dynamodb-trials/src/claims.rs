//! Claims of trials by accounts: one transaction over two tables.

use std::sync::Arc;

use accounts::no_pass;
use async_trait::async_trait;
use dynamo::{Attributes, Database, Part, Read, Transaction, number, text};
use kernel::{AccountId, Clock, Failure, Timestamp};
use studio::State;
use trials::{Claim, Claimed, Claims, claimed_by_another, unfinished};
use via_dynamodb_accounts::{keys, sessions};
use via_dynamodb_studio::{generation_item, keys as studio_keys};

pub struct DynamoClaims {
    database: Database,
    fleeting: String,
    studio: String,
    clock: Arc<dyn Clock>,
}

impl DynamoClaims {
    #[must_use]
    pub fn new(database: Database, fleeting: String, studio: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, studio, clock }
    }

    /// The trial is claimed by this account, unless it was claimed before.
    fn mark(&self, claim: &Claim, now: Timestamp) -> Part<Claimed> {
        let account = claim.caller.account;
        keys::trial(claim.holder.trial)
            .update(&self.fleeting, "SET claimed_by = :account, claimed_as = :generation")
            .only_if("attribute_not_exists(claimed_by) AND expires_at > :now")
            .value(":account", text(account.to_string()))
            .value(":generation", text(claim.generation.id.to_string()))
            .value(":now", number(now.as_second()))
            .showing()
            .or(move |row| claimed_before(account, row.as_ref()))
    }

    fn is_done(&self, claim: &Claim) -> Part<Claimed> {
        studio_keys::generation(claim.holder.owner(), claim.of)
            .check(&self.studio)
            .only_if("#state = :done")
            .name("#state", "state")
            .value(":done", text(State::Done.name()))
            .or(|_| Err(unfinished()))
    }
}

#[async_trait]
impl Claims for DynamoClaims {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, Failure> {
        let now = self.clock.now();
        let row = generation_item::write(&claim.generation).put_new(&self.studio);
        Transaction::default()
            .part(sessions::check(&self.fleeting, &claim.caller.into(), now)?)
            .part(sessions::check(&self.fleeting, &claim.holder.into(), now)?)
            .part(self.mark(claim, now))
            .part(self.is_done(claim))
            .part(row.or_broken("a generation that is there already"))
            .write(&self.database, Claimed::New)
            .await
    }
}

fn claimed_before(account: AccountId, row: Option<&Attributes>) -> Result<Claimed, Failure> {
    match row.filter(|row| row.maybe_text("claimed_by").is_some()) {
        Some(row) if row.parsed::<AccountId>("claimed_by")? == account => Ok(Claimed::Before(row.parsed("claimed_as")?)),
        Some(_) => Err(claimed_by_another()),
        None => Err(no_pass()),
    }
}
