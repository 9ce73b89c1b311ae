//! An order of credits, and how it follows the merchant's books.
//!
//! Nothing here adds up what notices say: an order is compared with the books as they are, and the difference is what happens. So notices may come twice,
//! late, in any order or not at all.

use kernel::{AccountId, OrderId, Timestamp};
use serde::{Deserialize, Serialize};
use wallet::Entry;

use crate::{Checkout, MerchantOrder, MerchantOrderState, Money, NewOrder, OfferId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderState {
    /// The merchant has no money for it yet.
    Pending,
    /// The merchant has the money, and nobody is there whom the credits could be granted: somebody must give it back.
    Paid,
    /// The credits are in the wallet. Whatever is given back later, they were granted once.
    Credited,
    /// The merchant gave it up before it was paid.
    Void,
}

impl OrderState {
    /// Whether it may become `next`.
    #[must_use]
    pub fn allows(self, next: Self) -> bool {
        match self {
            Self::Pending => true,
            Self::Void => next != Self::Pending,
            Self::Paid => matches!(next, Self::Paid | Self::Credited),
            Self::Credited => next == Self::Credited,
        }
    }
}

/// A purchase of credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub account: AccountId,
    pub offer: OfferId,
    /// Granted when it is paid: those of the offer when it was placed.
    pub credits: u32,
    /// Before tax, as the merchant had it when it was placed.
    pub price: Money,
    pub state: OrderState,
    /// Where it can be paid.
    pub checkout: Option<Checkout>,
    /// What the merchant's books say, once it is paid.
    pub payment: Option<Payment>,
    /// That the customer asked for the money back.
    pub refund: Option<RefundRequest>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Grows with every change.
    pub version: u32,
}

/// The order in the merchant's books, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The merchant's id of the order.
    pub merchant_order: String,
    /// Before tax.
    pub net: Money,
    /// What was paid, with the tax that the merchant computed.
    pub total: Money,
    /// Given back in all, before tax.
    pub refunded: Money,
    /// When the books said so. Nothing older is followed.
    pub as_of: Timestamp,
    pub paid_at: Timestamp,
    /// The credits that are taken back now.
    pub taken_back: u32,
    /// How often that changed.
    pub changes: u32,
    /// The mail that says that it was paid.
    pub receipt: Post,
}

/// That the customer asked for the money back, which can be done once an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundRequest {
    pub state: RequestState,
    pub reason: RefundReason,
    pub asked_at: Timestamp,
    /// The mail that says what became of it.
    pub confirmation: Post,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestState {
    /// The credits are taken back, and the merchant is asked to give the money back.
    Begun,
    /// The merchant gave it back.
    Done,
    /// Somebody must look at it.
    Waiting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefundReason {
    ChangedMyMind,
    DidNotWork,
    NotAsExpected,
    BoughtTwice,
    Other,
}

/// A mail that goes once. It is noted as sent before it is sent: who is killed between the two sends none, and nobody sends two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Post {
    Due,
    Sent,
}

/// A change of an order, with the movement of credits that is written with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub after: Order,
    pub entries: Vec<Entry>,
}

/// Why an order cannot follow what the books say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    #[error("two payments for one order")]
    PaidTwice,
    #[error("a paid order that is paid no longer")]
    Unpaid,
    #[error("amounts of different currencies")]
    Currencies,
}

impl Order {
    /// An order as it begins.
    #[must_use]
    pub fn placed(new: &NewOrder) -> Self {
        let NewOrder { caller, id, offer, created_at, .. } = new;
        Self {
            id: *id,
            account: caller.account,
            offer: offer.id.clone(),
            credits: offer.credits,
            price: offer.price,
            state: OrderState::Pending,
            checkout: None,
            payment: None,
            refund: None,
            created_at: *created_at,
            updated_at: *created_at,
            version: 1,
        }
    }

    /// What changes so that the order is as the merchant's `books` say; `None` when it is, and when they are older than what it followed already.
    ///
    /// # Errors
    /// [`Contradiction`], which no repetition solves.
    pub fn follow(&self, books: &MerchantOrder, now: Timestamp) -> Result<Option<Step>, Contradiction> {
        let is_other = self.payment.as_ref().is_some_and(|payment| payment.merchant_order != books.id);
        match (books.state, &self.payment) {
            (MerchantOrderState::Pending | MerchantOrderState::Void, _) if is_other => Ok(None),
            (_, Some(payment)) if !is_other && payment.as_of > books.modified_at => Ok(None),
            (MerchantOrderState::Pending, None) => Ok(None),
            (MerchantOrderState::Void, None) if self.state == OrderState::Void => Ok(None),
            (MerchantOrderState::Void, None) => Ok(Some(Step { after: self.changed(OrderState::Void, now), entries: Vec::new() })),
            (MerchantOrderState::Pending | MerchantOrderState::Void, Some(_)) => Err(Contradiction::Unpaid),
            (_, Some(_)) if is_other => Err(Contradiction::PaidTwice),
            _ if books.net.currency != books.refunded.currency => Err(Contradiction::Currencies),
            _ => Ok(self.paid(books, now)),
        }
    }

    fn paid(&self, books: &MerchantOrder, now: Timestamp) -> Option<Step> {
        let granted = (self.state != OrderState::Credited).then(|| Entry::purchase(self.id, self.credits, now));
        let known = self.payment.clone().unwrap_or_else(|| Payment::new(books, now));
        let told = Payment { net: books.net, total: books.total, refunded: books.refunded, as_of: books.modified_at, ..known };
        let is_given_back = is_given_back(books);
        let refund = self.refund.map(|refund| match refund.state {
            RequestState::Begun | RequestState::Waiting if is_given_back => RefundRequest { state: RequestState::Done, ..refund },
            // The merchant gave it back and then it failed.
            RequestState::Done if !is_given_back => RefundRequest { state: RequestState::Waiting, ..refund },
            _ => refund,
        });
        let (payment, moved) = told.taking_back(self.id, self.due_back(books), now);
        let after = Self { payment: Some(payment), refund, checkout: None, ..self.changed(OrderState::Credited, now) };
        let entries: Vec<_> = granted.into_iter().chain(moved).collect();
        let is_new = !entries.is_empty() || after.payment != self.payment || after.refund != self.refund;
        is_new.then_some(Step { after, entries })
    }

    /// The credits that are taken back while the books say this: all of them already while the customer's request is on its way.
    fn due_back(&self, books: &MerchantOrder) -> u32 {
        let is_begun = self.refund.is_some_and(|refund| refund.state == RequestState::Begun);
        if is_begun || is_given_back(books) { self.credits } else { part_of(self.credits, books.refunded.minor, books.net.minor) }
    }

    /// The merchant does not give the money back that the customer asked for: the credits are there again, and somebody must look at it.
    #[must_use]
    pub fn refund_failed(&self, books: &MerchantOrder, now: Timestamp) -> Step {
        let refund = self.refund.map(|refund| RefundRequest { state: RequestState::Waiting, ..refund });
        let waiting = Self { refund, ..self.changed(self.state, now) };
        let due_back = waiting.due_back(books);
        let moved = waiting.payment.as_ref().map(|payment| payment.clone().taking_back(self.id, due_back, now));
        match moved {
            Some((payment, entries)) => Step { after: Self { payment: Some(payment), ..waiting }, entries: Vec::from_iter(entries) },
            None => Step { after: waiting, entries: Vec::new() },
        }
    }

    /// The customer asks for the money back. All credits are taken back with it if it is `at_once`.
    #[must_use]
    pub fn refund_asked(&self, reason: RefundReason, at_once: bool, now: Timestamp) -> Step {
        let state = if at_once { RequestState::Begun } else { RequestState::Waiting };
        let refund = Some(RefundRequest { state, reason, asked_at: now, confirmation: Post::Due });
        let asked = Self { refund, ..self.changed(self.state, now) };
        match self.payment.clone().filter(|_| at_once).map(|payment| payment.taking_back(self.id, self.credits, now)) {
            Some((payment, entries)) => Step { after: Self { payment: Some(payment), ..asked }, entries: Vec::from_iter(entries) },
            None => Step { after: asked, entries: Vec::new() },
        }
    }

    /// Nobody is there any more whom its credits could be granted.
    #[must_use]
    pub fn without_owner(&self, books: &MerchantOrder, now: Timestamp) -> Self {
        let payment = Payment { receipt: Post::Sent, ..Payment::new(books, now) };
        Self { payment: Some(payment), checkout: None, ..self.changed(OrderState::Paid, now) }
    }

    #[must_use]
    pub fn receipt_sent(&self, now: Timestamp) -> Self {
        let payment = self.payment.clone().map(|payment| Payment { receipt: Post::Sent, ..payment });
        Self { payment, ..self.changed(self.state, now) }
    }

    #[must_use]
    pub fn confirmation_sent(&self, now: Timestamp) -> Self {
        let refund = self.refund.map(|refund| RefundRequest { confirmation: Post::Sent, ..refund });
        Self { refund, ..self.changed(self.state, now) }
    }

    /// Whether it is as the books say: paid or not, and as much given back.
    #[must_use]
    pub fn agrees(&self, books: &MerchantOrder) -> bool {
        match &self.payment {
            // A second payment for it, whose money went back.
            Some(payment) if payment.merchant_order != books.id => !is_paid(books) || is_given_back(books),
            Some(payment) => is_paid(books) && (payment.net, payment.refunded) == (books.net, books.refunded),
            None => !is_paid(books),
        }
    }

    /// In this state, which it may have: who comes to another keeps the one it has.
    fn changed(&self, state: OrderState, now: Timestamp) -> Self {
        let state = if self.state.allows(state) { state } else { self.state };
        Self { state, updated_at: now, version: self.version.saturating_add(1), ..self.clone() }
    }
}

impl Payment {
    fn new(books: &MerchantOrder, now: Timestamp) -> Self {
        Self {
            merchant_order: books.id.clone(),
            net: books.net,
            total: books.total,
            refunded: books.refunded,
            as_of: books.modified_at,
            paid_at: now,
            taken_back: 0,
            changes: 0,
            receipt: Post::Due,
        }
    }

    /// With so many credits taken back, and the entry that makes it so.
    fn taking_back(self, order: OrderId, credits: u32, now: Timestamp) -> (Self, Option<Entry>) {
        let nth = self.changes.saturating_add(1);
        let entry = match credits.cmp(&self.taken_back) {
            std::cmp::Ordering::Greater => Entry::claw_back(order, nth, credits - self.taken_back, now),
            std::cmp::Ordering::Less => Entry::reinstate(order, nth, self.taken_back - credits, now),
            std::cmp::Ordering::Equal => return (self, None),
        };
        (Self { taken_back: credits, changes: nth, ..self }, Some(entry))
    }
}

/// Whether the merchant has, or had, the money.
pub(crate) fn is_paid(books: &MerchantOrder) -> bool {
    use MerchantOrderState::{Paid, PartiallyRefunded, Refunded};
    matches!(books.state, Paid | PartiallyRefunded | Refunded)
}

/// Whether all of it was given back. An order for nothing says so by its state.
pub(crate) fn is_given_back(books: &MerchantOrder) -> bool {
    books.state == MerchantOrderState::Refunded || (books.net.minor > 0 && books.refunded.minor >= books.net.minor)
}

/// The share of `credits` that `refunded` is of `net`, rounded down: a part of a credit stays with the customer until all is given back. It follows from
/// the sum that was given back and not from each part of it, so that no roundings add up.
fn part_of(credits: u32, refunded: i64, net: i64) -> u32 {
    if net <= 0 {
        return 0;
    }
    let share = i128::from(credits) * i128::from(refunded.clamp(0, net)) / i128::from(net);
    u32::try_from(share).unwrap_or(credits)
}
