//! Changes of orders, each one transaction with the movement of credits that belongs to it.

use async_trait::async_trait;
use dynamo::{Attributes, Database, Item, Part, Transaction, number};
use kernel::{AccountId, Failure, OrderId};
use payments::{Order, OrderChange, OrderWritten, Orders, RequestState};
use policy::Class;
use via_dynamodb_accounts::wallet_writes::trade_credits;

use crate::{keys, order_item};

pub struct DynamoOrders {
    database: Database,
    accounts: String,
}

impl DynamoOrders {
    #[must_use]
    pub fn new(database: Database, accounts: String) -> Self {
        Self { database, accounts }
    }

    fn transaction(&self, change: OrderChange<'_>) -> Transaction<OrderWritten> {
        let OrderChange { before, after, entries, needed } = change;
        let replaced = order_item::write(after).put(&self.accounts).only_if("version = :version").value(":version", number(before.version));
        let refused = |wallet: Option<Attributes>| Ok(if wallet.is_some() { OrderWritten::Short } else { OrderWritten::Ownerless });
        Transaction::default()
            .part(replaced.or(|_| Ok(OrderWritten::Overtaken)))
            .parts(trade_credits(&self.accounts, after.account.into(), entries, needed, refused))
            .parts(self.desk(before, after))
    }

    /// The row of a refund that waits for somebody.
    fn desk(&self, before: &Order, after: &Order) -> Option<Part<OrderWritten>> {
        match (waits(before), waits(after)) {
            (false, true) => Some(waiting_item(after).put(&self.accounts).or_broken("a refund that waits")),
            (true, false) => Some(keys::waiting(after.id).delete(&self.accounts).or_broken("a refund that waits no longer")),
            _ => None,
        }
    }
}

fn waits(order: &Order) -> bool {
    order.refund.is_some_and(|refund| refund.state == RequestState::Waiting)
}

fn waiting_item(order: &Order) -> Item {
    let item = Item::new(Class::RefundRequest.id(), keys::waiting(order.id)).text("account_id", order.account.to_string());
    item.text("asked_at", order.refund.map_or(order.updated_at, |refund| refund.asked_at).to_string())
}

#[async_trait]
impl Orders for DynamoOrders {
    async fn load(&self, account: AccountId, order: OrderId) -> Result<Option<Order>, Failure> {
        let row = self.database.get(&self.accounts, &keys::order(account, order)).await?;
        row.as_ref().map(order_item::read).transpose()
    }

    async fn change(&self, change: OrderChange<'_>) -> Result<OrderWritten, Failure> {
        self.transaction(change).write(&self.database, OrderWritten::Stored).await
    }
}
