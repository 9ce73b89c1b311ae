//! Placement a generation: one transaction over three tables.

use std::sync::Arc;

use async_trait::async_trait;
use dynamo::{Batch, Database, Idempotency, Part, Read, Stored, Transaction};
use kernel::{Clock, Failure, GenerationId, Owner, Principal, Timestamp, UploadId};
use policy::Class;
use serde::{Deserialize, Serialize};
use studio::{MissingUpload, NewGeneration, Placed, Placement, Placements, Replay};
use via_dynamodb_accounts::{count, sessions, trials, wallet_writes::move_credits};
use wallet::Reservation;

use crate::uploads::{standing, use_upload};
use crate::{admission, generation_item, keys};

pub struct DynamoPlacements {
    database: Database,
    fleeting: String,
    studio: String,
    /// The table of wallets.
    accounts: Option<String>,
    clock: Arc<dyn Clock>,
}

impl DynamoPlacements {
    #[must_use]
    pub fn new(database: Database, fleeting: String, studio: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, studio, accounts: Some(accounts), clock }
    }

    /// For a function that charges no credits.
    #[must_use]
    pub fn without_wallet(database: Database, fleeting: String, studio: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, studio, accounts: None, clock }
    }

    fn transaction(&self, new_generation: &NewGeneration, now: Timestamp) -> Result<Transaction<Placement>, Failure> {
        let generation = &new_generation.generation;
        let idempotency = Idempotency {
            table: &self.fleeting,
            class: Class::IdempotencyRecord.id(),
            key: keys::idempotency(generation.owner, &new_generation.key_hash),
            payload_hash: &new_generation.payload_hash,
            expires_at: new_generation.key_expires_at,
        };
        let response = Response { generation_id: generation.id, credits: generation.charge.credits() };
        let transaction = Transaction::default()
            .part(sessions::check_unrestricted(&self.fleeting, &new_generation.principal, now)?)
            .part(idempotency.record(&response, now, |stored| Ok(Placement::Replayed(replay(stored))))?)
            .part(admission::check(&self.fleeting, generation.owner, now))
            .part(use_upload(&self.studio, generation.owner, generation.upload, now))
            .parts(new_generation.limit().map(|limit| count(&self.fleeting, limit, &generation.owner.to_string(), now)));
        let transaction = match &new_generation.reservation {
            Reservation::Hold(hold) => {
                let accounts = self.accounts.as_ref().ok_or_else(|| Failure::broken("this function has no table Accounts"))?;
                transaction.parts(move_credits(accounts, generation.owner, &[*hold]))
            }
            Reservation::Trial => transaction.part(self.use_trial(generation.owner, generation.id, now)?),
            Reservation::Count(_) | Reservation::Nothing => transaction,
        };
        Ok(transaction.part(generation_item::write(generation).put_new(&self.studio).or_broken("a generation that is there already")))
    }

    /// The one generation of a trial is used, which its record of the request refuses before: the trial is its key.
    fn use_trial(&self, owner: Owner, id: GenerationId, now: Timestamp) -> Result<Part<Placement>, Failure> {
        let Owner::Trial(trial) = owner else { return Err(Failure::broken("only a trial has one for nothing")) };
        Ok(trials::use_generation(&self.fleeting, trial, id, now))
    }
}

#[async_trait]
impl Placements for DynamoPlacements {
    async fn place(&self, new_generation: &NewGeneration) -> Result<Placement, Failure> {
        self.transaction(new_generation, self.clock.now())?.write(&self.database, Placement::New).await
    }

    async fn missing_upload(
        &self,
        principal: &Principal,
        key_hash: &str,
        upload: UploadId,
        now: Timestamp,
    ) -> Result<MissingUpload, Failure> {
        let (session, owner) = (sessions::standing(principal)?, principal.owner()?);
        let (record, row) = (keys::idempotency(owner, key_hash), keys::upload(owner, upload));
        let batch = Batch::default().of(&self.fleeting, &session).of(&self.fleeting, &record).of(&self.studio, &row);
        let rows = self.database.read(batch).await?;
        sessions::verify(rows.get(&session), now)?;
        let replay = rows.get(&record).filter(|record| record.is_alive(now)).map(|record| Stored::read(record).map(replay)).transpose()?;
        let upload = rows.get(&row).filter(|row| row.is_alive(now)).map(standing);
        Ok(MissingUpload { replay, upload })
    }
}

/// The answer as stored in the idempotency record.
#[derive(Serialize, Deserialize)]
struct Response {
    generation_id: GenerationId,
    credits: u32,
}

fn replay(stored: Stored<Response>) -> Replay {
    let Stored { payload_hash, response: Response { generation_id, credits } } = stored;
    Replay { payload_hash, placed: Placed { id: generation_id, credits } }
}
