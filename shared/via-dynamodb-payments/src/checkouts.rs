//! The beginning of an order, with its idempotency record.

use async_trait::async_trait;
use dynamo::{Answer, Attributes, Database, Idempotency, Stored, Transaction, name_of, text};
use kernel::{AccountId, AccountSession, Failure, OrderId, limits};
use payments::{BegunOrder, Checkout, Checkouts, NewOrder, OpenOrder, Order, OrderState};
use policy::Class;
use serde::{Deserialize, Serialize};
use via_dynamodb_accounts::{count, sessions};

use crate::{keys, order_item};

pub struct DynamoCheckouts {
    database: Database,
    fleeting: String,
    accounts: String,
}

/// The answer as stored in the idempotency record.
#[derive(Serialize, Deserialize)]
struct Response {
    order_id: OrderId,
}

impl DynamoCheckouts {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String) -> Self {
        Self { database, fleeting, accounts }
    }

    fn transaction(&self, new: &NewOrder) -> Result<Transaction<BegunOrder>, Failure> {
        let (AccountSession { account, .. }, now) = (new.caller, new.created_at);
        let idempotency = Idempotency {
            table: &self.fleeting,
            class: Class::IdempotencyRecord.id(),
            key: keys::idempotency(account.into(), &new.key_hash),
            payload_hash: &new.payload_hash,
            expires_at: new.key_expires_at,
        };
        let replayed =
            |stored: Stored<Response>| Ok(BegunOrder::Replayed { payload_hash: stored.payload_hash, order: stored.response.order_id });
        let order = order_item::write(&Order::placed(new));
        Ok(Transaction::default()
            .part(sessions::check_unrestricted(&self.fleeting, &new.caller.into(), now)?)
            .part(idempotency.record(&Response { order_id: new.id }, now, replayed)?)
            .part(count(&self.fleeting, limits::CHECKOUTS_PER_HOUR, &account.to_string(), now))
            .part(order.put_new(&self.accounts).or_broken("an order that is there already")))
    }
}

#[async_trait]
impl Checkouts for DynamoCheckouts {
    async fn begin(&self, new: &NewOrder) -> Result<BegunOrder, Failure> {
        self.transaction(new)?.write(&self.database, BegunOrder::New).await
    }

    async fn begun(&self, account: AccountId, order: OrderId) -> Result<Option<OpenOrder>, Failure> {
        let row = self.database.get(&self.accounts, &keys::order(account, order)).await?;
        row.as_ref().map(order_item::read).transpose().map(|order| order.map(|Order { offer, checkout, .. }| OpenOrder { offer, checkout }))
    }

    async fn opened(&self, account: AccountId, order: OrderId, checkout: &Checkout) -> Result<Checkout, Failure> {
        let noted = keys::order(account, order)
            .update(&self.accounts, "SET checkout_id = :id, checkout_url = :url, checkout_expires_at = :expires")
            .only_if("#state = :pending AND attribute_not_exists(checkout_id)")
            .name("#state", "state")
            .value(":pending", text(name_of(&OrderState::Pending)))
            .value(":id", text(&checkout.id))
            .value(":url", text(&checkout.url))
            .value(":expires", text(checkout.expires_at.to_string()));
        match self.database.write(noted.showing()).await? {
            Answer::Written(_) => Ok(checkout.clone()),
            Answer::Refused(row) => noted_before(row.as_ref()),
        }
    }
}

fn noted_before(row: Option<&Attributes>) -> Result<Checkout, Failure> {
    let order = row.map(order_item::read).transpose()?;
    order.and_then(|order| order.checkout).ok_or_else(|| Failure::missing("order"))
}
