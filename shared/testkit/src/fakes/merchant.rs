//! A merchant of record in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kernel::{AccountId, Clock, Failure, FixedClock, OrderId, Reason, SignedDuration, Timestamp};
use payments::{
    Checkout, CheckoutRequest, MerchantBooks, MerchantOrder, MerchantOrderState, MerchantRefund, Money, Offer, OfferId, Page, PaymentEvent,
    PaymentFact, RefundState, Refunder, Sales,
};

use crate::Faults;

/// Orders on one page of a list.
const PAGE: usize = 100;

/// Its books. Each change is later than the one before, and is told by an event that a test delivers, or loses.
#[derive(Clone)]
pub struct FakeMerchant {
    inner: Arc<Mutex<Books>>,
    clock: Arc<FixedClock>,
    faults: Faults,
}

/// What is in the books. Tests read them to compare.
#[derive(Default)]
pub struct Books {
    pub orders: Vec<MerchantOrder>,
    pub refunds: Vec<MerchantRefund>,
    /// Events that nobody has taken yet.
    pub events: Vec<PaymentEvent>,
    /// Whether it refuses refunds.
    pub refuses: bool,
    changes: u32,
    ids: u32,
}

impl Books {
    fn id(&mut self) -> String {
        self.ids += 1;
        format!("0190a7c2-0000-4000-8000-{:012x}", self.ids)
    }

    fn now(&mut self, clock: &FixedClock) -> Timestamp {
        self.changes += 1;
        clock.now().checked_add(SignedDuration::from_micros(self.changes.into())).unwrap_or(Timestamp::MAX)
    }

    fn order(&mut self, id: &str) -> Option<&mut MerchantOrder> {
        self.orders.iter_mut().find(|order| order.id == id)
    }

    /// Adds up the refunds of an order again, and tells it.
    fn refunds_changed(&mut self, id: &str, clock: &FixedClock) {
        let of_order = || self.refunds.iter().filter(|refund| refund.order == id);
        let sum =
            |states: &[RefundState]| of_order().filter(|refund| states.contains(&refund.state)).map(|refund| refund.net.minor).sum::<i64>();
        let (refunded, pending) = (sum(&[RefundState::Succeeded]), sum(&[RefundState::Pending]));
        let modified_at = self.now(clock);
        let Some(order) = self.order(id) else { return };
        order.refunded.minor = refunded;
        order.refundable.minor = order.net.minor - refunded - pending;
        order.state = match refunded {
            0 => MerchantOrderState::Paid,
            all if all == order.net.minor => MerchantOrderState::Refunded,
            _ => MerchantOrderState::PartiallyRefunded,
        };
        order.modified_at = modified_at;
        let fact = PaymentFact::Order(order.clone());
        self.tell(fact, modified_at);
    }

    fn tell(&mut self, fact: PaymentFact, at: Timestamp) {
        let id = self.id();
        self.events.push(PaymentEvent { id, at, fact });
    }
}

impl FakeMerchant {
    #[must_use]
    pub fn new(clock: Arc<FixedClock>, faults: Faults) -> Self {
        Self { inner: Arc::default(), clock, faults }
    }

    /// Holding the guard blocks the fake.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An order that is not paid yet; returns the merchant's id of it.
    pub fn order_for(&self, account: AccountId, ours: OrderId, cents: i64) -> String {
        let mut books = self.books();
        let (id, now, money) = (books.id(), books.now(&self.clock), |minor| Money { minor, currency: *b"USD" });
        let order = MerchantOrder {
            id: id.clone(),
            ours: Some(ours),
            account: Some(account),
            offer: Some(OfferId("pack".into())),
            state: MerchantOrderState::Pending,
            net: money(cents),
            total: money(cents + cents / 10),
            refunded: money(0),
            refundable: money(cents),
            created_at: now,
            modified_at: now,
        };
        books.tell(PaymentFact::Order(order.clone()), now);
        books.orders.push(order);
        id
    }

    /// The buyer pays.
    pub fn pay(&self, id: &str) {
        let mut books = self.books();
        let now = books.now(&self.clock);
        let Some(order) = books.order(id) else { return };
        (order.state, order.modified_at) = (MerchantOrderState::Paid, now);
        let order = order.clone();
        books.tell(PaymentFact::Order(order.clone()), now);
        books.tell(PaymentFact::Paid(order), now);
    }

    /// Gives so much back, whoever wanted it; returns the refund.
    pub fn give_back(&self, id: &str, cents: i64, state: RefundState) -> MerchantRefund {
        let mut books = self.books();
        let refund =
            MerchantRefund { id: books.id(), order: id.to_owned(), state, net: Money { minor: cents, currency: *b"USD" }, disputed: false };
        books.refunds.push(refund.clone());
        let now = books.now(&self.clock);
        books.tell(PaymentFact::Refund(refund.clone()), now);
        books.refunds_changed(id, &self.clock);
        refund
    }

    /// A refund comes to another state. As the real one, it tells of the refund alone when it fails.
    pub fn refund_becomes(&self, id: &str, state: RefundState) {
        let mut books = self.books();
        let Some(refund) = books.refunds.iter_mut().find(|refund| refund.id == id) else { return };
        refund.state = state;
        let refund = refund.clone();
        books.refunds_changed(&refund.order, &self.clock);
        if state == RefundState::Failed {
            books.events.pop();
        }
        let now = books.now(&self.clock);
        books.tell(PaymentFact::Refund(refund), now);
    }
}

#[async_trait]
impl Sales for FakeMerchant {
    async fn offers(&self) -> Result<Vec<Offer>, Failure> {
        let price = Money { minor: 500, currency: *b"USD" };
        self.faults
            .call("merchant.offers", || Ok(vec![Offer { id: OfferId("pack".into()), name: "10 credits".into(), credits: 10, price }]))
            .await
    }

    async fn open(&self, request: &CheckoutRequest) -> Result<Checkout, Failure> {
        self.faults
            .call("merchant.open", || {
                let id = self.order_for(request.account, request.order, 500);
                let expires_at = self.clock.now().checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
                Ok(Checkout { url: format!("https://merchant.example/checkout/{id}"), id, expires_at })
            })
            .await
    }
}

#[async_trait]
impl MerchantBooks for FakeMerchant {
    async fn orders(&self, since: Timestamp, page: u32) -> Result<Page<MerchantOrder>, Failure> {
        self.faults
            .call("merchant.orders", || {
                let books = self.books();
                Ok(page_of(books.orders.iter().filter(|order| order.created_at >= since).cloned().collect(), page))
            })
            .await
    }

    async fn order(&self, id: &str) -> Result<Option<MerchantOrder>, Failure> {
        self.faults.call("merchant.order", || Ok(self.books().order(id).cloned())).await
    }

    async fn refunds_of(&self, order: &str) -> Result<Vec<MerchantRefund>, Failure> {
        let of_order = |refund: &&MerchantRefund| refund.order == order;
        self.faults.call("merchant.refunds_of", || Ok(self.books().refunds.iter().filter(of_order).cloned().collect())).await
    }

    async fn refunds(&self, _: Timestamp, page: u32) -> Result<Page<MerchantRefund>, Failure> {
        self.faults.call("merchant.refunds", || Ok(page_of(self.books().refunds.iter().rev().cloned().collect(), page))).await
    }

    async fn receipt(&self, order: &str) -> Result<Option<String>, Failure> {
        self.faults.call("merchant.receipt", || Ok(Some(format!("https://merchant.example/receipts/{order}")))).await
    }
}

fn page_of<T: Clone>(all: Vec<T>, page: u32) -> Page<T> {
    let pages: Vec<_> = all.chunks(PAGE).collect();
    let index = usize::try_from(page).unwrap_or(usize::MAX).saturating_sub(1);
    Page { items: pages.get(index).map(|items| items.to_vec()).unwrap_or_default(), more: index + 1 < pages.len() }
}

#[async_trait]
impl Refunder for FakeMerchant {
    async fn refund(&self, order: &str, net: Money, _: OrderId) -> Result<MerchantRefund, Failure> {
        self.faults
            .call("merchant.refund", || {
                let left = self.books().order(order).map_or(0, |order| order.refundable.minor);
                if self.books().refuses || net.minor <= 0 || net.minor > left {
                    return Err(Failure::conflict(Reason::RefundRefused, "The merchant gives nothing back for this order."));
                }
                Ok(self.give_back(order, net.minor, RefundState::Pending))
            })
            .await
    }
}
