//! The owner's reads, with a check of the session.

use std::sync::Arc;

use async_trait::async_trait;
use dynamo::{Batch, Database, Query, text};
use kernel::{AccountId, Clock, Failure, OrderId, Owner, Principal};
use payments::{Order, OrderPage, OrderViews};
use via_dynamodb_accounts::sessions;

use crate::{keys, order_item};

pub struct DynamoOrderViews {
    database: Database,
    fleeting: String,
    accounts: String,
    clock: Arc<dyn Clock>,
}

impl DynamoOrderViews {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, accounts, clock }
    }
}

#[async_trait]
impl OrderViews for DynamoOrderViews {
    async fn view(&self, principal: &Principal, order: OrderId) -> Result<Option<Order>, Failure> {
        let (session, order) = (sessions::standing(principal)?, keys::order(account(principal)?, order));
        let rows = self.database.read(Batch::default().of(&self.fleeting, &session).of(&self.accounts, &order)).await?;
        sessions::verify(rows.get(&session), self.clock.now())?;
        rows.get(&order).map(order_item::read).transpose()
    }

    async fn page(&self, principal: &Principal, after: Option<OrderId>, limit: u16) -> Result<OrderPage, Failure> {
        let (session, account) = (self.database.get(&self.fleeting, &sessions::standing(principal)?).await?, account(principal)?);
        sessions::verify(session.as_ref(), self.clock.now())?;
        // Sort keys between the prefix and the last returned id, backwards: UUID v7 sorts by time.
        let until = after.map_or_else(|| format!("{}~", keys::ORDERS), |id| keys::order(account, id).sk);
        let range = Query::of(&self.accounts, "pk = :pk AND sk BETWEEN :from AND :until")
            .value(":pk", text(keys::of_owner(account.into())))
            .value(":from", text(keys::ORDERS))
            .value(":until", text(until))
            .backwards()
            // One for the last item of the previous page, which BETWEEN includes, and one to see whether there is more.
            .limit(usize::from(limit) + 2);
        let rows = self.database.query(range).await?;
        let mut orders = rows.iter().map(order_item::read).collect::<Result<Vec<_>, _>>()?;
        orders.retain(|order| Some(order.id) != after);
        let more = orders.len() > usize::from(limit);
        orders.truncate(usize::from(limit));
        let next = orders.last().filter(|_| more).map(|last| last.id);
        Ok(OrderPage { orders, next })
    }
}

fn account(principal: &Principal) -> Result<AccountId, Failure> {
    match principal.owner()? {
        Owner::Account(account) => Ok(account),
        Owner::Install(_) | Owner::Trial(_) => Err(Failure::signed_out()),
    }
}
