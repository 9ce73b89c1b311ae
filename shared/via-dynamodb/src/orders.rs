//! Placing an order: one transaction over three tables.

use std::sync::Arc;

use accounts::Caller;
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use kernel::{Clock, Failure, GenerationId, Reason, Timestamp, UploadId};
use policy::Class;
use serde::{Deserialize, Serialize};
use studio::{Background, Earlier, Order, Orders, Placed, Placing, UploadStanding};

use crate::generation_item;
use crate::item::{Attributes, Item, Read, number};
use crate::keys::Key;
use crate::sessions;
use crate::transaction::{Outcome, Refusal, Transaction};
use crate::uploads::{REFUSED, use_upload};
use crate::views::{Batch, read_batch};
use crate::wallet_writes::move_credits;

/// Orders in the tables `Fleeting`, `Studio` and `Accounts`.
pub struct DynamoOrders {
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

impl DynamoOrders {
    /// Orders in the tables of these names.
    #[must_use]
    pub fn new(client: Client, fleeting: String, studio: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { client, fleeting, studio, accounts, clock }
    }

    fn transaction(&self, order: &Order, now: Timestamp) -> Result<Transaction, Failure> {
        let generation = &order.generation;
        let account = order.caller.account;
        // An expired record that TTL has not deleted yet no longer stands for its order.
        let unused = "attribute_not_exists(pk) OR expires_at <= :now";
        let record = record_item(order)?.put_if(&self.fleeting, unused, [(":now", number(now.as_second()))])?;
        let transaction = Transaction::default()
            .check(sessions::check(&self.fleeting, &order.caller, now)?)
            .put(record)
            .whose_conflict_is_final()
            .update(use_upload(&self.studio, account, generation.upload, now)?);
        let transaction = move_credits(transaction, &self.accounts, account, &order.hold)?;
        Ok(transaction.put(generation_item::write(generation).put_new(&self.studio)?))
    }
}

#[async_trait]
impl Orders for DynamoOrders {
    async fn place(&self, order: &Order) -> Result<Placing, Failure> {
        match self.transaction(order, self.clock.now())?.write(&self.client).await? {
            Outcome::Written => Ok(Placing::New),
            Outcome::Refused(refusals) => placing(&refusals),
        }
    }

    async fn background(&self, caller: &Caller, key_hash: &str, upload: UploadId, now: Timestamp) -> Result<Background, Failure> {
        let (session, record, row) =
            (Key::session(caller.session), Key::idempotency(caller.account, key_hash), Key::upload(caller.account, upload));
        let batch = Batch::default().of(&self.fleeting, &session).of(&self.fleeting, &record).of(&self.studio, &row);
        let rows = read_batch(&self.client, batch).await?;
        sessions::verify(rows.get(&session), caller, now)?;
        let earlier = rows.get(&record).filter(|record| record.is_alive(now)).map(read_record).transpose()?;
        let upload = rows.get(&row).filter(|row| row.is_alive(now)).map(standing);
        Ok(Background { earlier, upload })
    }
}

fn placing(refusals: &[Refusal]) -> Result<Placing, Failure> {
    let refused = |part: usize| refusals.get(part).is_some_and(Refusal::is_condition);
    if refused(SESSION) {
        return Err(Failure::signed_out());
    }
    match refusals.get(IDEMPOTENCY) {
        Some(Refusal::Condition(Some(record))) => return Ok(Placing::Before(read_record(record)?)),
        Some(Refusal::Condition(None) | Refusal::Conflict) => {
            return Err(Failure::conflict(
                Reason::IdempotencyKeyInUse,
                "A request with this Idempotency-Key is running. Try again in a second.",
            ));
        }
        _ => {}
    }
    match refusals.get(UPLOAD) {
        Some(Refusal::Condition(Some(row))) if standing(row) == UploadStanding::Refused => return Err(studio::order::upload_refused()),
        Some(Refusal::Condition(_)) => return Err(Failure::missing("upload")),
        _ => {}
    }
    if refused(BALANCE) {
        return Err(Failure::denied(Reason::WalletShort, "The wallet holds fewer credits than this costs."));
    }
    Err(Failure::broken(format!("an order was refused: {refusals:?}")))
}

/// What the idempotency record keeps of the answer.
#[derive(Serialize, Deserialize)]
struct Response {
    generation_id: GenerationId,
    credits: u32,
}

fn record_item(order: &Order) -> Result<Item, Failure> {
    let response = Response { generation_id: order.generation.id, credits: order.generation.credits };
    Ok(Item::new(Class::IdempotencyRecord, Key::idempotency(order.caller.account, &order.key_hash))
        .text("payload_hash", &order.payload_hash)
        .text("response", serde_json::to_string(&response).map_err(Failure::broken)?)
        .seconds("expires_at", order.key_expires_at))
}

fn read_record(record: &Attributes) -> Result<Earlier, Failure> {
    let response: Response = serde_json::from_str(record.required_text("response")?).map_err(Failure::broken)?;
    let placed = Placed { id: response.generation_id, credits: response.credits };
    Ok(Earlier { payload_hash: record.required_text("payload_hash")?.to_owned(), placed })
}

fn standing(row: &Attributes) -> UploadStanding {
    if row.maybe_text("state") == Some(REFUSED) { UploadStanding::Refused } else { UploadStanding::Open }
}
