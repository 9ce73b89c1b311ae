//! Opening a checkout: the order is written first, and then the merchant is asked for its page.

use kernel::{AccountSession, Clock, Failure, OrderId, Page, Randomness, Reason};
use policy::Class;
use sha2::{Digest, Sha256};

use crate::checkouts::{BegunOrder, Checkouts, NewOrder};
use crate::{Checkout, CheckoutRequest, OfferId, Offers, Sales};

/// What somebody wants to buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The caller's own key for this request: the same key means the same order.
    pub idempotency_key: String,
    pub offer: OfferId,
    /// A BCP 47 language tag for the merchant's page.
    pub locale: String,
}

/// An order that waits for its payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub order: OrderId,
    /// Where it can be paid.
    pub checkout: Checkout,
}

pub struct OpenCheckout<'a> {
    pub offers: &'a Offers<'a>,
    pub sales: &'a dyn Sales,
    pub checkouts: &'a dyn Checkouts,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
    /// The origin of the site, where a buyer lands after paying.
    pub site: &'a str,
}

impl OpenCheckout<'_> {
    /// Writes the order and opens its page. Whoever dies on the way leaves nothing, or an order that a repetition with the same key finishes: it has one
    /// page, whoever asks for it how often.
    ///
    /// # Errors
    /// Those of [`Checkouts`] and of [`Sales`]; [`Failure::Invalid`] for an offer that is not for sale, or a key that was used for another one;
    /// [`Failure::Missing`] when the order of the key is paid or gone.
    pub async fn run(&self, caller: AccountSession, wish: &Wish) -> Result<Opened, Failure> {
        let Some(offer) = self.offers.find(&wish.offer).await? else {
            return Err(Failure::invalid(Reason::FieldInvalid, "offer must be one of GET /v1/offers."));
        };
        let now = self.clock.now();
        let new = NewOrder {
            caller,
            id: OrderId::new(self.clock, self.randomness),
            offer,
            created_at: now,
            // A key is of its route: the same one of a generation is another.
            key_hash: hash(&format!("checkouts {}", wish.idempotency_key)),
            payload_hash: hash(&wish.offer.0),
            key_expires_at: Class::IDEMPOTENCY_RECORD.expires_at(now),
        };
        match self.checkouts.begin(&new).await? {
            BegunOrder::New => self.open(caller, new.id, wish).await,
            BegunOrder::Replayed { payload_hash, order } if payload_hash == new.payload_hash => self.finish(caller, order, wish).await,
            BegunOrder::Replayed { .. } => {
                Err(Failure::invalid(Reason::IdempotencyKeyReused, "This Idempotency-Key was used for another request. Use a new one."))
            }
        }
    }

    /// The page of an earlier request with this key, which may have died before it was open.
    async fn finish(&self, caller: AccountSession, order: OrderId, wish: &Wish) -> Result<Opened, Failure> {
        let begun = self.checkouts.begun(caller.account, order).await?.ok_or_else(|| Failure::missing("order"))?;
        match begun.checkout {
            Some(checkout) => Ok(Opened { order, checkout }),
            None => self.open(caller, order, wish).await,
        }
    }

    async fn open(&self, caller: AccountSession, order: OrderId, wish: &Wish) -> Result<Opened, Failure> {
        let request = CheckoutRequest {
            order,
            account: caller.account,
            offer: wish.offer.clone(),
            success_url: Page::Order(order).on(self.site),
            locale: wish.locale.clone(),
        };
        let opened = self.sales.open(&request).await?;
        // A page that a concurrent repetition opened first is the one that both show.
        let checkout = self.checkouts.opened(caller.account, order, &opened).await?;
        Ok(Opened { order, checkout })
    }
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
