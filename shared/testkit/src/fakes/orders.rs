//! Orders, the ledger as it is read, and what is told of payments.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use kernel::message::Queue;
use kernel::{AccountId, AccountSession, Failure, OrderId, Owner, Principal, limits};
use payments::{
    BegunOrder, Checkout, Checkouts, CustomerNotice, CustomerNotices, NewOrder, OpenOrder, Order, OrderChange, OrderPage, OrderState,
    OrderViews, OrderWritten, Orders, PaymentNotice, RequestState,
};
use wallet::{Place, Statement, Statements};

use super::FakeDatabase;
use crate::Faults;

#[derive(Clone)]
pub struct FakeOrders(pub FakeDatabase);

#[async_trait]
impl Checkouts for FakeOrders {
    async fn begin(&self, new: &NewOrder) -> Result<BegunOrder, Failure> {
        let (now, account) = (self.0.now(), new.caller.account);
        self.0
            .transact("checkouts.begin", |rows| {
                rows.ask_unrestricted(&new.caller.into(), now)?;
                let key = (account, new.key_hash.clone());
                if let Some((payload_hash, order, _)) = rows.order_keys.get(&key).filter(|(_, _, expires_at)| *expires_at > now) {
                    return Ok(BegunOrder::Replayed { payload_hash: payload_hash.clone(), order: *order });
                }
                rows.count(limits::CHECKOUTS_PER_HOUR, &account.to_string(), now)?;
                rows.order_keys.insert(key, (new.payload_hash.clone(), new.id, new.key_expires_at));
                rows.orders.insert((account, new.id), Order::placed(new));
                Ok(BegunOrder::New)
            })
            .await
    }

    async fn begun(&self, account: AccountId, order: OrderId) -> Result<Option<OpenOrder>, Failure> {
        let open = |order: &Order| OpenOrder { offer: order.offer.clone(), checkout: order.checkout.clone() };
        self.0.read("checkouts.begun", |rows| Ok(rows.orders.get(&(account, order)).map(open))).await
    }

    async fn opened(&self, account: AccountId, order: OrderId, checkout: &Checkout) -> Result<Checkout, Failure> {
        self.0
            .transact("checkouts.opened", |rows| {
                let order = rows.orders.get_mut(&(account, order)).filter(|order| order.state == OrderState::Pending);
                let order = order.ok_or_else(|| Failure::missing("order"))?;
                Ok(order.checkout.get_or_insert_with(|| checkout.clone()).clone())
            })
            .await
    }
}

#[async_trait]
impl Orders for FakeOrders {
    async fn load(&self, account: AccountId, order: OrderId) -> Result<Option<Order>, Failure> {
        self.0.read("orders.load", |rows| Ok(rows.orders.get(&(account, order)).cloned())).await
    }

    async fn change(&self, change: OrderChange<'_>) -> Result<OrderWritten, Failure> {
        let OrderChange { before, after, entries, needed } = change;
        let (key, owner) = ((after.account, after.id), Owner::Account(after.account));
        self.0
            .transact("orders.change", |rows| {
                if rows.orders.get(&key).is_none_or(|stored| stored.version != before.version) {
                    return Ok(OrderWritten::Overtaken);
                }
                if !entries.is_empty() {
                    let Some(wallet) = rows.wallets.get(&owner) else { return Ok(OrderWritten::Ownerless) };
                    if needed.is_some_and(|needed| wallet.available < i64::from(needed)) {
                        return Ok(OrderWritten::Short);
                    }
                    if !rows.move_credits(owner, entries) {
                        return Err(Failure::broken("a ledger entry that is there already"));
                    }
                }
                if after.refund.is_some_and(|refund| refund.state == RequestState::Waiting) {
                    rows.waiting_refunds.insert(after.id);
                } else {
                    rows.waiting_refunds.remove(&after.id);
                }
                rows.orders.insert(key, after.clone());
                Ok(OrderWritten::Stored)
            })
            .await
    }
}

#[async_trait]
impl OrderViews for FakeOrders {
    async fn view(&self, principal: &Principal, order: OrderId) -> Result<Option<Order>, Failure> {
        self.0
            .read("order_views.view", |rows| {
                rows.ask_session(principal, self.0.now())?;
                Ok(rows
                    .orders
                    .values()
                    .find(|own| own.id == order && principal.owner().is_ok_and(|owner| owner == own.account.into()))
                    .cloned())
            })
            .await
    }

    async fn page(&self, principal: &Principal, after: Option<OrderId>, limit: u16) -> Result<OrderPage, Failure> {
        self.0
            .read("order_views.page", |rows| {
                rows.ask_session(principal, self.0.now())?;
                let owner = principal.owner()?;
                let own = rows.orders.values().rev().filter(|order| owner == order.account.into());
                let older: Vec<_> = own.filter(|order| after.is_none_or(|after| order.id < after)).cloned().collect();
                let more = older.len() > usize::from(limit);
                let orders: Vec<_> = older.into_iter().take(usize::from(limit)).collect();
                let next = orders.last().filter(|_| more).map(|last| last.id);
                Ok(OrderPage { orders, next })
            })
            .await
    }
}

#[async_trait]
impl Statements for FakeOrders {
    async fn page(&self, caller: &AccountSession, after: Option<Place>, limit: u16) -> Result<Statement, Failure> {
        self.0
            .read("statements.page", |rows| {
                rows.ask_session(&(*caller).into(), self.0.now())?;
                let place = |place: &Place| (place.at, place.key());
                let mut own: Vec<_> = rows.ledger.iter().filter(|(whose, _)| *whose == caller.owner()).map(|(_, entry)| *entry).collect();
                own.sort_by_key(|entry| std::cmp::Reverse(place(&Place::of(entry))));
                own.retain(|entry| after.is_none_or(|after| place(&Place::of(entry)) < place(&after)));
                let more = own.len() > usize::from(limit);
                own.truncate(usize::from(limit));
                let next = own.last().filter(|_| more).map(Place::of);
                Ok(Statement { entries: own, next })
            })
            .await
    }
}

/// The queue of the merchant's notices in memory.
#[derive(Clone)]
pub struct FakeNotices {
    queue: Arc<Mutex<VecDeque<PaymentNotice>>>,
    faults: Faults,
}

impl FakeNotices {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { queue: Arc::default(), faults }
    }

    /// The waiting messages. Holding the guard blocks the fake.
    pub fn queue(&self) -> MutexGuard<'_, VecDeque<PaymentNotice>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue<PaymentNotice> for FakeNotices {
    async fn send(&self, notice: &PaymentNotice, _: Duration) -> Result<(), Failure> {
        self.faults
            .call("notices.send", || {
                self.queue().push_back(notice.clone());
                Ok(())
            })
            .await
    }
}

/// What customers were told.
#[derive(Clone)]
pub struct FakeCustomerNotices {
    told: Arc<Mutex<Vec<(AccountId, CustomerNotice)>>>,
    faults: Faults,
}

impl FakeCustomerNotices {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { told: Arc::default(), faults }
    }

    /// In order. Holding the guard blocks the fake.
    pub fn told(&self) -> MutexGuard<'_, Vec<(AccountId, CustomerNotice)>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CustomerNotices for FakeCustomerNotices {
    async fn tell(&self, account: AccountId, notice: &CustomerNotice) -> Result<(), Failure> {
        self.faults
            .call_busy_means_undone("customer_notices.tell", || {
                self.told().push((account, notice.clone()));
                Ok(())
            })
            .await
    }
}
