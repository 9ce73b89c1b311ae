//! Placement a generation: one transaction over three tables.

use std::sync::Arc;

use async_trait::async_trait;
use dynamo::{Batch, Database, Idempotency, Read, Stored, Transaction};
use kernel::{Clock, Failure, GenerationId, Principal, Timestamp, UploadId};
use policy::Class;
use serde::{Deserialize, Serialize};
use studio::{MissingUpload, NewGeneration, Placed, Placement, Placements, Replay};
use via_dynamodb_accounts::{count_one, sessions, wallet_writes::move_credits};
use wallet::Reservation;

use crate::uploads::{standing, use_upload};
use crate::{admission, generation_item, keys};

pub struct DynamoPlacements {
    database: Database,
    fleeting: String,
    studio: String,
    accounts: String,
    clock: Arc<dyn Clock>,
}

impl DynamoPlacements {
    #[must_use]
    pub fn new(database: Database, fleeting: String, studio: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, studio, accounts, clock }
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
            .part(sessions::check(&self.fleeting, &new_generation.principal, now)?)
            .part(idempotency.record(&response, now, |stored| Ok(Placement::Replayed(replay(stored))))?)
            .part(admission::check(&self.fleeting, generation.owner, now))
            .part(use_upload(&self.studio, generation.owner, generation.upload, now))
            .part(count_one(&self.fleeting, "generations", &generation.owner.to_string(), new_generation.most_per_hour(), now));
        let transaction = match &new_generation.reservation {
            Reservation::Hold(hold) => transaction.parts(move_credits(&self.accounts, generation.owner, &[*hold])),
            Reservation::Count(_) | Reservation::Nothing => transaction,
        };
        Ok(transaction.part(generation_item::write(generation).put_new(&self.studio).or_broken("a generation that is there already")))
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
