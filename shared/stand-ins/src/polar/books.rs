//! The merchant's books: products, checkouts, orders, refunds, and what was told about them.

use std::collections::BTreeMap;

use kernel::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::chance::Chance;
use super::post::{Letters, Mischief};
use super::shown;

/// How long a page can be paid on.
const CHECKOUT_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// The ids of the packs that are for sale, smallest first: the same in every stand-in, as recorded requests name them.
pub const PACKS: [&str; 3] =
    ["9a3d6f0e-2b1c-4d5e-8f70-a1b2c3d4e5f6", "c47e1b92-5a3f-4c8d-b6e0-f7a8b9c0d1e2", "e58f2ca3-6b40-4d9e-97f1-b8c9dae1f203"];

/// The tax on top of every price, in percent: Japan's.
const TAX_PERCENT: i64 = 10;

#[derive(Debug, Clone)]
pub struct Product {
    pub id: String,
    pub name: String,
    /// Cents before tax.
    pub price: i64,
    pub currency: &'static str,
    /// What its metadata says; text, as somebody types it into the dashboard.
    pub credits: Option<String>,
    pub is_archived: bool,
    pub is_recurring: bool,
    pub visibility: &'static str,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutStatus {
    Open,
    Expired,
    Succeeded,
    Failed,
}

#[derive(Debug, Clone)]
pub struct Checkout {
    pub id: String,
    /// The last segment of its page's URL.
    pub client_secret: String,
    /// Where its page is.
    pub url: String,
    pub product: String,
    pub status: CheckoutStatus,
    pub success_url: Option<String>,
    pub external_customer_id: Option<String>,
    pub locale: Option<String>,
    pub metadata: Map<String, Value>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Whoever pays, as they fill in the page.
#[derive(Debug, Clone)]
pub struct Buyer {
    pub name: String,
    pub email: String,
}

impl Default for Buyer {
    fn default() -> Self {
        Self { name: "Ada Lovelace".into(), email: "ada@buyer.example".into() }
    }
}

#[derive(Debug, Clone)]
pub struct Order {
    pub id: String,
    pub number: usize,
    pub checkout: String,
    pub product: String,
    pub is_paid: bool,
    pub net: i64,
    pub tax: i64,
    /// Net of tax, of all refunds that have succeeded and not failed since.
    pub refunded: i64,
    pub refunded_tax: i64,
    pub currency: &'static str,
    pub is_disputed: bool,
    pub is_blocked: bool,
    pub buyer: Buyer,
    pub customer: String,
    pub external_customer_id: Option<String>,
    pub metadata: Map<String, Value>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

impl Order {
    #[must_use]
    pub fn total(&self) -> i64 {
        self.net + self.tax
    }

    #[must_use]
    pub fn refundable(&self) -> i64 {
        self.net - self.refunded
    }

    #[must_use]
    pub fn status(&self) -> &'static str {
        match self.refunded {
            _ if !self.is_paid => "pending",
            0 => "paid",
            refunded if refunded < self.net => "partially_refunded",
            _ => "refunded",
        }
    }

    /// The tax that goes back with so much of the price: all that is left with the last of it.
    fn tax_of(&self, amount: i64) -> i64 {
        let left = self.tax - self.refunded_tax;
        if amount == self.refundable() { left } else { rounded(amount * self.tax, self.net).min(left) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
    Canceled,
}

#[derive(Debug, Clone)]
pub struct Refund {
    pub id: String,
    pub order: String,
    pub status: RefundStatus,
    pub reason: String,
    pub amount: i64,
    pub tax: i64,
    pub metadata: Map<String, Value>,
    pub is_of_dispute: bool,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

/// Why no refund was made, as the merchant names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRefund {
    UnknownOrder,
    RefundsBlocked,
    RefundedAlready,
    RefundDisputedPayment,
    TooMuch,
}

/// All amounts of one currency, in cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Orders that were paid.
    pub orders: usize,
    pub net: i64,
    pub tax: i64,
    pub refunded: i64,
    pub refunded_tax: i64,
}

#[derive(Debug)]
pub struct Books {
    pub products: Vec<Product>,
    pub checkouts: Vec<Checkout>,
    pub orders: Vec<Order>,
    pub refunds: Vec<Refund>,
    pub letters: Letters,
    pub(super) chance: Chance,
    /// The customer's id by external id, or by address.
    customers: BTreeMap<String, String>,
}

impl Books {
    /// Books with three packs of credits, and what a dashboard holds besides.
    #[must_use]
    pub fn new(seed: u64, now: Timestamp) -> Self {
        let chance = Chance::new(seed);
        let product = |name: &str, price, credits: Option<&str>| Product {
            id: chance.uuid(),
            name: name.into(),
            price,
            currency: "usd",
            credits: credits.map(str::to_owned),
            is_archived: false,
            is_recurring: false,
            visibility: "public",
            created_at: now,
        };
        let [small, middle, large] = PACKS.map(str::to_owned);
        let products = vec![
            Product { id: small, ..product("10 credits", 500, Some("10")) },
            Product { id: middle, ..product("50 credits", 2_000, Some("50")) },
            Product { id: large, ..product("200 credits", 6_000, Some("200")) },
            Product { is_archived: true, ..product("5 credits, as it was", 400, Some("5")) },
            Product { is_recurring: true, ..product("20 credits a month", 900, Some("20")) },
            Product { visibility: "private", ..product("1,000 credits for friends", 100, Some("1000")) },
            product("A mug", 1_500, None),
        ];
        Self {
            products,
            checkouts: Vec::new(),
            orders: Vec::new(),
            refunds: Vec::new(),
            letters: Letters::default(),
            chance,
            customers: BTreeMap::new(),
        }
    }

    #[must_use]
    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }

    /// By its id or the secret of its page.
    #[must_use]
    pub fn checkout(&self, id: &str) -> Option<&Checkout> {
        self.checkouts.iter().find(|checkout| checkout.id == id || checkout.client_secret == id)
    }

    #[must_use]
    pub fn order(&self, id: &str) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    #[must_use]
    pub fn refund(&self, id: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id == id)
    }

    /// What was sold and given back, by currency.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<&'static str, Totals> {
        let mut all: BTreeMap<&'static str, Totals> = BTreeMap::new();
        for order in self.orders.iter().filter(|order| order.is_paid) {
            let totals = all.entry(order.currency).or_default();
            totals.orders += 1;
            totals.net += order.net;
            totals.tax += order.tax;
            totals.refunded += order.refunded;
            totals.refunded_tax += order.refunded_tax;
        }
        all
    }

    /// Opens a page for a product; what the page needs is filled in by `with`.
    pub(super) fn open(&mut self, product: &str, origin: &str, now: Timestamp, with: impl FnOnce(&mut Checkout)) -> Checkout {
        let client_secret = format!("polar_c_{}", self.chance.text(32));
        let mut checkout = Checkout {
            id: self.chance.uuid(),
            url: format!("{origin}/checkout/{client_secret}"),
            client_secret,
            product: product.to_owned(),
            status: CheckoutStatus::Open,
            success_url: None,
            external_customer_id: None,
            locale: None,
            metadata: Map::new(),
            created_at: now,
            expires_at: now.checked_add(CHECKOUT_LIFE).unwrap_or(now),
        };
        with(&mut checkout);
        self.checkouts.push(checkout.clone());
        self.tell("checkout.created", shown::checkout(self, &checkout), now);
        checkout
    }

    /// Ends the pages whose time is over.
    pub(super) fn expire(&mut self, now: Timestamp) {
        let is_over = |checkout: &&mut Checkout| checkout.status == CheckoutStatus::Open && checkout.expires_at <= now;
        let over: Vec<Checkout> = self
            .checkouts
            .iter_mut()
            .filter(is_over)
            .map(|checkout| {
                checkout.status = CheckoutStatus::Expired;
                checkout.clone()
            })
            .collect();
        for checkout in over {
            self.tell("checkout.expired", shown::checkout(self, &checkout), now);
        }
    }

    /// Pays on a page: by its id or its secret. `None` unless it is open.
    pub fn pay(&mut self, checkout: &str, buyer: Buyer, now: Timestamp) -> Option<Order> {
        self.expire(now);
        let checkout = self.end_checkout(checkout, CheckoutStatus::Succeeded, now)?;
        let product = self.product(&checkout.product)?.clone();
        let known_as = checkout.external_customer_id.clone().unwrap_or_else(|| buyer.email.clone());
        let customer = self.customer(known_as);
        let mut order = Order {
            id: self.chance.uuid(),
            number: self.orders.len() + 1,
            checkout: checkout.id.clone(),
            product: product.id.clone(),
            is_paid: false,
            net: product.price,
            tax: rounded(product.price * TAX_PERCENT, 100),
            refunded: 0,
            refunded_tax: 0,
            currency: product.currency,
            is_disputed: false,
            is_blocked: false,
            buyer,
            customer,
            external_customer_id: checkout.external_customer_id.clone(),
            metadata: checkout.metadata.clone(),
            created_at: now,
            modified_at: now,
        };
        self.tell("order.created", shown::order(self, &order), now);
        order.is_paid = true;
        self.orders.push(order.clone());
        for kind in ["order.updated", "order.paid"] {
            self.tell(kind, shown::order(self, &order), now);
        }
        self.tell("checkout.updated", shown::checkout(self, &checkout), now);
        Some(order)
    }

    /// Lets the bank refuse on a page. `None` unless it is open.
    pub fn decline(&mut self, checkout: &str, now: Timestamp) -> Option<Checkout> {
        let checkout = self.end_checkout(checkout, CheckoutStatus::Failed, now)?;
        self.tell("checkout.updated", shown::checkout(self, &checkout), now);
        Some(checkout)
    }

    fn end_checkout(&mut self, id: &str, status: CheckoutStatus, now: Timestamp) -> Option<Checkout> {
        let is_it = |checkout: &&mut Checkout| checkout.id == id || checkout.client_secret == id;
        let checkout = self.checkouts.iter_mut().find(is_it)?;
        if checkout.status != CheckoutStatus::Open || checkout.expires_at <= now {
            return None;
        }
        checkout.status = status;
        Some(checkout.clone())
    }

    fn customer(&mut self, known_as: String) -> String {
        let id = self.chance.uuid();
        self.customers.entry(known_as).or_insert(id).clone()
    }

    /// Gives money back, as the service or the merchant itself asks; a refund that is `pending` moves nothing yet.
    ///
    /// # Errors
    /// [`NoRefund`].
    pub fn give_back(&mut self, new: &NewRefund, now: Timestamp) -> Result<Refund, NoRefund> {
        let order = self.order(&new.order).filter(|order| order.is_paid).ok_or(NoRefund::UnknownOrder)?;
        if let Some(refusal) = new.refused_by(order) {
            return Err(refusal);
        }
        let tax = order.tax_of(new.amount);
        let refund = Refund {
            id: self.chance.uuid(),
            order: new.order.clone(),
            status: RefundStatus::Pending,
            reason: new.reason.clone(),
            amount: new.amount,
            tax,
            metadata: new.metadata.clone(),
            is_of_dispute: new.is_of_dispute,
            created_at: now,
            modified_at: now,
        };
        self.refunds.push(refund.clone());
        if new.is_pending {
            self.tell("refund.created", shown::refund(self, &refund), now);
            return Ok(refund);
        }
        Ok(self.set_refund(&refund.id, RefundStatus::Succeeded, "refund.created", now).unwrap_or(refund))
    }

    /// Moves a refund on: one that was pending succeeds, fails or is cancelled, one that had succeeded fails after all. `None` where there is no such
    /// refund, or nothing changes.
    pub fn settle(&mut self, refund: &str, status: RefundStatus, now: Timestamp) -> Option<Refund> {
        let present = self.refund(refund)?.status;
        let moves = present == RefundStatus::Pending || (present == RefundStatus::Succeeded && status != RefundStatus::Pending);
        if present == status || !moves { None } else { self.set_refund(refund, status, "refund.updated", now) }
    }

    /// As the real one: `order.refunded` follows a success, and nothing but `refund.updated` the failure of one that had succeeded.
    fn set_refund(&mut self, id: &str, status: RefundStatus, kind: &str, now: Timestamp) -> Option<Refund> {
        let refund = self.refunds.iter_mut().find(|refund| refund.id == id)?;
        let had_succeeded = refund.status == RefundStatus::Succeeded;
        (refund.status, refund.modified_at) = (status, now);
        let refund = refund.clone();
        let direction = i64::from(status == RefundStatus::Succeeded) - i64::from(had_succeeded);
        let order = self.orders.iter_mut().find(|order| order.id == refund.order)?;
        order.refunded += direction * refund.amount;
        order.refunded_tax += direction * refund.tax;
        order.modified_at = now;
        let order = order.clone();
        self.tell(kind, shown::refund(self, &refund), now);
        if direction > 0 {
            self.tell("order.refunded", shown::order(self, &order), now);
        }
        Some(refund)
    }

    /// Lets a bank take the money back: the merchant refunds all that is left, without being asked.
    pub fn dispute(&mut self, order: &str, now: Timestamp) -> Option<Refund> {
        let disputed = self.orders.iter_mut().find(|known| known.id == order)?;
        disputed.is_disputed = true;
        let amount = disputed.refundable();
        let reason = "dispute_prevention".to_owned();
        let new = NewRefund { order: order.to_owned(), amount, reason, metadata: Map::new(), is_of_dispute: true, is_pending: false };
        self.give_back(&new, now).ok()
    }

    /// Whether the merchant lets nobody refund this order.
    pub fn block_refunds(&mut self, order: &str, is_blocked: bool) {
        self.orders.iter_mut().filter(|known| known.id == order).for_each(|order| order.is_blocked = is_blocked);
    }

    /// What goes wrong between here and the service.
    pub fn set_mischief(&mut self, mischief: Mischief) {
        self.letters.mischief = mischief;
    }

    fn tell(&mut self, kind: &str, data: Value, now: Timestamp) {
        self.letters.write(&self.chance, kind, data, now);
    }
}

/// What is given back, and why.
#[derive(Debug, Clone)]
pub struct NewRefund {
    pub order: String,
    /// Net of tax.
    pub amount: i64,
    pub reason: String,
    pub metadata: Map<String, Value>,
    pub is_of_dispute: bool,
    pub is_pending: bool,
}

impl NewRefund {
    /// So much of an order, as a customer asks for it.
    #[must_use]
    pub fn of(order: &str, amount: i64) -> Self {
        let reason = "customer_request".to_owned();
        Self { order: order.to_owned(), amount, reason, metadata: Map::new(), is_of_dispute: false, is_pending: false }
    }

    fn refused_by(&self, order: &Order) -> Option<NoRefund> {
        if order.is_blocked {
            Some(NoRefund::RefundsBlocked)
        } else if order.refundable() == 0 {
            Some(NoRefund::RefundedAlready)
        } else if order.is_disputed && !self.is_of_dispute {
            Some(NoRefund::RefundDisputedPayment)
        } else {
            (self.amount > order.refundable()).then_some(NoRefund::TooMuch)
        }
    }
}

fn rounded(dividend: i64, divisor: i64) -> i64 {
    (dividend + divisor / 2) / divisor.max(1)
}

#[cfg(test)]
mod tests;
