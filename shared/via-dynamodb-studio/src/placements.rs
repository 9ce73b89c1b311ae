//! Placement a generation: one transaction over three tables.

use dynamo::{Attributes, Batch, Item, Key, Outcome, Read, Refusal, Transaction, number, read_batch};
use std::sync::Arc;
use via_dynamodb_accounts::{sessions, wallet_writes::move_credits};

use accounts::Caller;
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use kernel::{Clock, Failure, GenerationId, Reason, Timestamp, UploadId};
use policy::Class;
use serde::{Deserialize, Serialize};
use studio::{MissingUpload, NewGeneration, Placed, Placement, Placements, Replay, UploadStanding};

use crate::generation_item;
use crate::uploads::{REFUSED, use_upload};

/// Generations in the tables `Fleeting`, `Studio` and `Accounts`.
pub struct DynamoPlacements {
    client: Client,
    fleeting: String,
    studio: String,
    accounts: String,
    clock: Arc<dyn Clock>,
}

/// The parts of the transaction, in the order in which their refusals are told.
const SESSION: usize = 0;
const IDEMPOTENCY: usize = 1;
const UPLOAD: usize = 2;
const BALANCE: usize = 3;

impl DynamoPlacements {
    /// Generations in the tables of these names.
    #[must_use]
    pub fn new(client: Client, fleeting: String, studio: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { client, fleeting, studio, accounts, clock }
    }

    fn transaction(&self, new_generation: &NewGeneration, now: Timestamp) -> Result<Transaction, Failure> {
        let generation = &new_generation.generation;
        let account = new_generation.caller.account;
        // An expired record that TTL has not deleted yet no longer stands for its generation.
        let unused = "attribute_not_exists(pk) OR expires_at <= :now";
        let record = record_item(new_generation)?.put_if(&self.fleeting, unused, [(":now", number(now.as_second()))])?;
        let transaction = Transaction::default()
            .check(sessions::check(&self.fleeting, &new_generation.caller, now)?)
            .put(record)
            .fail_on_conflict()
            .update(use_upload(&self.studio, account, generation.upload, now)?);
        let transaction = move_credits(transaction, &self.accounts, account, &new_generation.hold)?;
        Ok(transaction.put(generation_item::write(generation).put_new(&self.studio)?))
    }
}

#[async_trait]
impl Placements for DynamoPlacements {
    async fn place(&self, new_generation: &NewGeneration) -> Result<Placement, Failure> {
        match self.transaction(new_generation, self.clock.now())?.write(&self.client).await? {
            Outcome::Written => Ok(Placement::New),
            Outcome::Refused(refusals) => placing(&refusals),
        }
    }

    async fn missing_upload(&self, caller: &Caller, key_hash: &str, upload: UploadId, now: Timestamp) -> Result<MissingUpload, Failure> {
        let (session, record, row) =
            (Key::session(caller.session), Key::idempotency(caller.account, key_hash), Key::upload(caller.account, upload));
        let batch = Batch::default().of(&self.fleeting, &session).of(&self.fleeting, &record).of(&self.studio, &row);
        let rows = read_batch(&self.client, batch).await?;
        sessions::verify(rows.get(&session), caller, now)?;
        let replay = rows.get(&record).filter(|record| record.is_alive(now)).map(read_record).transpose()?;
        let upload = rows.get(&row).filter(|row| row.is_alive(now)).map(standing);
        Ok(MissingUpload { replay, upload })
    }
}

fn placing(refusals: &[Refusal]) -> Result<Placement, Failure> {
    let refused = |part: usize| refusals.get(part).is_some_and(Refusal::is_condition);
    if refused(SESSION) {
        return Err(Failure::signed_out());
    }
    match refusals.get(IDEMPOTENCY) {
        Some(Refusal::Condition(Some(record))) => return Ok(Placement::Replayed(read_record(record)?)),
        Some(Refusal::Condition(None) | Refusal::Conflict) => {
            return Err(Failure::conflict(
                Reason::IdempotencyKeyInUse,
                "A request with this Idempotency-Key is running. Try again in a second.",
            ));
        }
        _ => {}
    }
    match refusals.get(UPLOAD) {
        Some(Refusal::Condition(Some(row))) if standing(row) == UploadStanding::Refused => {
            return Err(studio::placement::upload_refused());
        }
        Some(Refusal::Condition(_)) => return Err(Failure::missing("upload")),
        _ => {}
    }
    if refused(BALANCE) {
        return Err(Failure::denied(Reason::WalletShort, "The wallet holds fewer credits than this costs."));
    }
    Err(Failure::broken(format!("a generation was refused: {refusals:?}")))
}

/// What the idempotency record keeps of the answer.
#[derive(Serialize, Deserialize)]
struct Response {
    generation_id: GenerationId,
    credits: u32,
}

fn record_item(new_generation: &NewGeneration) -> Result<Item, Failure> {
    let response = Response { generation_id: new_generation.generation.id, credits: new_generation.generation.credits };
    Ok(Item::new(Class::IdempotencyRecord, Key::idempotency(new_generation.caller.account, &new_generation.key_hash))
        .text("payload_hash", &new_generation.payload_hash)
        .text("response", serde_json::to_string(&response).map_err(Failure::broken)?)
        .seconds("expires_at", new_generation.key_expires_at))
}

fn read_record(record: &Attributes) -> Result<Replay, Failure> {
    let response: Response = serde_json::from_str(record.required_text("response")?).map_err(Failure::broken)?;
    let placed = Placed { id: response.generation_id, credits: response.credits };
    Ok(Replay { payload_hash: record.required_text("payload_hash")?.to_owned(), placed })
}

fn standing(row: &Attributes) -> UploadStanding {
    if row.maybe_text("state") == Some(REFUSED) { UploadStanding::Refused } else { UploadStanding::Open }
}
