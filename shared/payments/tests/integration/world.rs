//! Customers, their orders, and a merchant.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{AccountId, AccountSession, Clock, FixedClock, OrderId, Owner, SeededRandomness, SignedDuration, Timestamp};
use payments::{
    BegunOrder, Checkouts, CustomerNotice, MerchantOrderState, Money, NewOrder, Offer, OfferId, Order, PaymentEvent, PaymentNotice,
    Reconcile, Reconciled, RefundPolicy, RequestRefund, Settle, Settled, TakeNotice,
};
use testkit::fakes::{FakeCustomerNotices, FakeDatabase, FakeMerchant, FakeNotices, FakeOrders, SessionRow};
use testkit::{Faults, builders};
use wallet::Balance;

pub(crate) const CREDITS: u32 = 10;
/// Cents that a pack costs. It does not divide by its credits.
pub(crate) const PRICE: i64 = 333;
pub(crate) const POLICY: RefundPolicy = RefundPolicy { days: 14 };

pub(crate) struct World {
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) faults: Faults,
    pub(crate) database: FakeDatabase,
    pub(crate) orders: FakeOrders,
    pub(crate) merchant: FakeMerchant,
    pub(crate) queue: FakeNotices,
    pub(crate) told: FakeCustomerNotices,
    randomness: SeededRandomness,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let (clock, faults) = (Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        // Away from midnight: the first run of a day looks further back.
        clock.advance(SignedDuration::from_hours(5));
        let database = FakeDatabase::new(clock.clone(), faults.clone());
        Self {
            orders: FakeOrders(database.clone()),
            merchant: FakeMerchant::new(clock.clone(), faults.clone()),
            queue: FakeNotices::new(faults.clone()),
            told: FakeCustomerNotices::new(faults.clone()),
            randomness: SeededRandomness::new(seed),
            clock,
            faults,
            database,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Somebody who is signed in and has an empty wallet.
    pub(crate) fn customer(&self) -> AccountSession {
        let caller = builders::caller(&*self.clock, &self.randomness);
        let mut rows = self.database.rows();
        let expires_at = self.now() + SignedDuration::from_hours(24 * 30);
        rows.sessions.insert(caller.session, SessionRow { account: caller.account, expires_at, flags: Default::default() });
        rows.profiles.insert(caller.account, (builders::email(&caller.account.to_string()), "en".into(), self.now()));
        rows.wallets.insert(caller.owner(), Balance::default());
        caller
    }

    /// An order of a pack; with the merchant's id of it.
    pub(crate) async fn order(&self, caller: AccountSession) -> (OrderId, String) {
        let id = OrderId::new(&*self.clock, &self.randomness);
        let price = Money { minor: PRICE, currency: *b"USD" };
        let offer = Offer { id: OfferId("pack".into()), name: "10 credits".into(), credits: CREDITS, price };
        let (now, hour) = (self.now(), SignedDuration::from_hours(1));
        let orders = self.database.rows().orders.len();
        let new = NewOrder {
            caller,
            id,
            offer,
            created_at: now,
            key_hash: format!("key {orders}"),
            payload_hash: "payload".into(),
            key_expires_at: now + hour,
        };
        // As many as a test wants.
        self.database.rows().counters.clear();
        assert_eq!(self.orders.begin(&new).await.unwrap(), BegunOrder::New);
        (id, self.merchant.order_for(caller.account, id, PRICE))
    }

    /// An order that is paid and credited.
    pub(crate) async fn bought(&self, caller: AccountSession) -> (OrderId, String) {
        let (id, theirs) = self.order(caller).await;
        self.merchant.pay(&theirs);
        self.deliver().await;
        (id, theirs)
    }

    pub(crate) fn settle(&self) -> Settle<'_> {
        let Self { merchant, orders, told, clock, .. } = self;
        Settle { books: merchant, refunder: merchant, orders, notices: told, clock: &**clock }
    }

    pub(crate) fn request(&self) -> RequestRefund<'_> {
        RequestRefund { views: &self.orders, settle: self.settle(), policy: POLICY, clock: &*self.clock }
    }

    pub(crate) async fn settled(&self, theirs: &str) -> Settled {
        self.settle().run(theirs).await.unwrap()
    }

    pub(crate) async fn take(&self, event: &PaymentEvent) {
        TakeNotice { queue: &self.queue }.run(event).await.unwrap();
    }

    pub(crate) fn events(&self) -> Vec<PaymentEvent> {
        std::mem::take(&mut self.merchant.books().events)
    }

    /// Delivers every event once, and works off the queue.
    pub(crate) async fn deliver(&self) {
        for event in self.events() {
            self.take(&event).await;
        }
        self.work().await;
    }

    pub(crate) async fn work(&self) {
        while let Some(PaymentNotice { merchant_order_id }) = self.next() {
            self.settled(&merchant_order_id).await;
        }
    }

    fn next(&self) -> Option<PaymentNotice> {
        self.queue.queue().pop_front()
    }

    pub(crate) async fn reconcile(&self) -> Reconciled {
        let until = self.now() + SignedDuration::from_mins(10);
        Reconcile { settle: self.settle(), clock: &*self.clock, until }.run().await.unwrap()
    }

    pub(crate) fn find(&self, id: OrderId) -> Order {
        self.database.rows().orders.values().find(|order| order.id == id).unwrap().clone()
    }

    pub(crate) fn available(&self, account: AccountId) -> i64 {
        self.database.rows().wallets[&Owner::Account(account)].available
    }

    pub(crate) fn spend(&self, account: AccountId, credits: i64) {
        let mut rows = self.database.rows();
        let owner = Owner::Account(account);
        let generation = kernel::GenerationId::new(&*self.clock, &self.randomness);
        let credits = u32::try_from(credits).unwrap();
        let entries =
            [wallet::Entry::hold(generation, credits, self.clock.now()), wallet::Entry::capture(generation, credits, self.clock.now())];
        for entry in entries {
            let balance = rows.wallets[&owner].after(&[entry]).unwrap();
            rows.wallets.insert(owner, balance);
            rows.ledger.push((owner, entry));
        }
    }

    /// The mails of an order.
    pub(crate) fn told(&self, id: OrderId) -> Vec<CustomerNotice> {
        let about = |notice: &CustomerNotice| match notice {
            CustomerNotice::Receipt { order, .. } | CustomerNotice::Refunded { order, .. } | CustomerNotice::RefundWaits { order } => {
                *order == id
            }
        };
        self.told.told().iter().map(|(_, notice)| notice).filter(|notice| about(notice)).cloned().collect()
    }

    /// Every balance is the sum of its entries, at any moment.
    pub(crate) fn check_sums(&self) {
        let rows = self.database.rows();
        for (owner, balance) in &rows.wallets {
            assert_eq!(rows.ledger_sum(*owner), (balance.available, i64::from(balance.held)), "{owner}");
        }
    }

    /// The ledger is what the merchant's books say, to the cent: of each paid order its credits once, less the share of its price that was given back.
    pub(crate) fn check_books(&self) {
        self.check_sums();
        let (books, rows) = (self.merchant.books(), self.database.rows());
        let mut due: BTreeMap<OrderId, i64> = BTreeMap::new();
        for order in books.orders.iter().filter(|order| !matches!(order.state, MerchantOrderState::Pending | MerchantOrderState::Void)) {
            let back = i64::from(CREDITS) * order.refunded.minor / order.net.minor;
            due.insert(order.ours.unwrap(), i64::from(CREDITS) - back);
        }
        let mut granted: BTreeMap<OrderId, i64> = BTreeMap::new();
        for (_, entry) in &rows.ledger {
            if let wallet::Cause::Purchase(order) | wallet::Cause::Refund { order, .. } = entry.cause() {
                *granted.entry(order).or_default() += entry.available_delta();
            }
        }
        assert_eq!(granted, due);
        for order in rows.orders.values() {
            let theirs = books.orders.iter().find(|theirs| theirs.ours == Some(order.id)).unwrap();
            let paid = order.payment.as_ref().map_or(0, |payment| payment.net.minor - payment.refunded.minor);
            let kept = if theirs.state == MerchantOrderState::Pending { 0 } else { theirs.net.minor - theirs.refunded.minor };
            assert_eq!(paid, kept, "to the cent");
        }
    }
}
