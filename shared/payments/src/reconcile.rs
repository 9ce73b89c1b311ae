//! Compares every order with the merchant's books (every-hour-reconcile-payments, AN-27): what a lost notice would have told is done now, and what
//! cannot be put right rings.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use kernel::{Clock, Failure, SignedDuration, Timestamp, Window};

use crate::MerchantOrder;
use crate::settle::{Settle, Settled};

/// How far each run looks back. A notice is late by an hour at most: the merchant gives up after that.
const EACH_HOUR: SignedDuration = SignedDuration::from_hours(3 * 24);

/// How far the first run of a day looks back: a payment may be disputed after four months.
const EACH_DAY: SignedDuration = SignedDuration::from_hours(150 * 24);

/// Orders compared at once.
const AT_ONCE: usize = 8;

/// What a run leaves for its last orders.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Orders that were compared.
    pub orders: u32,
    /// Those among them for which credits moved: their notice was lost, or is on its way.
    pub healed: u32,
    /// Those that are not as the books say, and payments that belong to nobody.
    pub drift: u32,
    /// Those that could not be compared.
    pub errors: u32,
    /// Whether the time was over before the books were.
    pub more: bool,
}

pub struct Reconcile<'a> {
    pub settle: Settle<'a>,
    pub clock: &'a dyn Clock,
    /// The end of its time.
    pub until: Timestamp,
}

impl Reconcile<'_> {
    /// Goes through the orders of the last days, and through the refunds of the last days, whose orders may be older.
    ///
    /// # Errors
    /// Those of the merchant's lists. An order that cannot be compared is counted, and the others are.
    pub async fn run(&self) -> Result<Reconciled, Failure> {
        let since = self.since();
        let mut result = Reconciled::default();
        let mut seen = BTreeSet::new();
        for page in 1.. {
            let listed = self.settle.books.orders(since, page).await?;
            seen.extend(listed.items.iter().map(|order| order.id.clone()));
            self.compare(&listed.items, &mut result).await;
            if !self.goes_on(listed.more, &mut result) {
                break;
            }
        }
        for page in 1.. {
            let listed = self.settle.books.refunds(since, page).await?;
            let orders: BTreeSet<_> =
                listed.items.into_iter().map(|refund| refund.order).filter(|order| seen.insert(order.clone())).collect();
            self.look_up(&orders, &mut result).await;
            if !self.goes_on(listed.more, &mut result) {
                break;
            }
        }
        Ok(result)
    }

    fn since(&self) -> Timestamp {
        let now = self.clock.now();
        let is_first = Window::Hour.start(now) == Window::Day.start(now);
        now.checked_sub(if is_first { EACH_DAY } else { EACH_HOUR }).unwrap_or(Timestamp::MIN)
    }

    fn goes_on(&self, more: bool, result: &mut Reconciled) -> bool {
        let is_late = self.until.duration_since(self.clock.now()) < MARGIN;
        result.more |= more && is_late;
        more && !is_late
    }

    async fn compare(&self, books: &[MerchantOrder], result: &mut Reconciled) {
        let outcomes = stream::iter(books).map(|books| self.one(books)).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
        outcomes.into_iter().for_each(|outcome| result.count(outcome));
    }

    async fn look_up(&self, orders: &BTreeSet<String>, result: &mut Reconciled) {
        for id in orders {
            let outcome = match self.settle.books.order(id).await {
                Ok(Some(books)) => self.one(&books).await,
                Ok(None) => Ok(Compared::Drift),
                Err(failure) => Err(failure),
            };
            result.count(outcome);
        }
    }

    /// A list may be older than what a notice told meanwhile: what does not agree with it is looked up once more.
    async fn one(&self, listed: &MerchantOrder) -> Result<Compared, Failure> {
        let settled = match self.settle.follow(listed).await? {
            Some(settled) => settled,
            None => self.settle.run(&listed.id).await?,
        };
        if settled == Settled::Moved {
            return Ok(Compared::Healed);
        }
        if settled == Settled::Already && self.agrees(listed).await? {
            return Ok(Compared::Same);
        }
        let Some(books) = self.settle.books.order(&listed.id).await? else { return Ok(Compared::Drift) };
        Ok(match self.settle.follow(&books).await? {
            Some(Settled::Moved) => Compared::Healed,
            Some(Settled::Already) if self.agrees(&books).await? => Compared::Same,
            _ => Compared::Drift,
        })
    }

    /// Whether the order that is stored is as the books say. One of nobody is, unless the merchant still has its money.
    async fn agrees(&self, books: &MerchantOrder) -> Result<bool, Failure> {
        let Some((account, id)) = books.account.zip(books.ours) else { return Ok(true) };
        Ok(self.settle.orders.load(account, id).await?.is_none_or(|order| order.agrees(books)))
    }
}

enum Compared {
    Same,
    Healed,
    Drift,
}

impl Reconciled {
    fn count(&mut self, outcome: Result<Compared, Failure>) {
        self.orders += 1;
        match outcome {
            Ok(Compared::Same) => {}
            Ok(Compared::Healed) => self.healed += 1,
            Ok(Compared::Drift) => self.drift += 1,
            Err(failure) => {
                tracing::warn!(failure = &failure as &dyn std::error::Error, "an order could not be compared with the merchant's books");
                self.errors += 1;
            }
        }
    }

    /// Says what the run came to, for the metrics.
    pub fn log(&self) {
        let Self { orders, healed, drift, errors, more } = *self;
        tracing::info!(orders, healed, drift, errors, more, "payments reconciled");
    }
}
