//! What is for sale.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::{Clock, Failure, SignedDuration, Timestamp};

use crate::{Money, Sales};

/// How long a list is taken for the present one. A page that is older than that still shows the right price when it comes to paying.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// How long the last list is used, after a merchant that did not answer, before it is asked again.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);

/// The merchant's id of a product.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OfferId(pub String);

/// A pack of credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub id: OfferId,
    /// As the merchant shows it.
    pub name: String,
    /// Said by the product's metadata, `credits`.
    pub credits: u32,
    /// Before tax, as the merchant has it (AN-35).
    pub price: Money,
}

/// The merchant's list of offers, asked for every five minutes at most: a function's process answers many requests.
pub struct Offers<'a> {
    sales: &'a dyn Sales,
    clock: &'a dyn Clock,
    known: Mutex<Option<Known>>,
}

#[derive(Clone)]
struct Known {
    list: Arc<[Offer]>,
    ask_again_at: Timestamp,
}

impl<'a> Offers<'a> {
    #[must_use]
    pub fn of(sales: &'a dyn Sales, clock: &'a dyn Clock) -> Self {
        Self { sales, clock, known: Mutex::default() }
    }

    /// What is for sale; the last list where the merchant does not answer.
    ///
    /// # Errors
    /// Those of [`Sales::offers`] when no list is known.
    pub async fn list(&self) -> Result<Arc<[Offer]>, Failure> {
        let known = self.known().clone();
        if let Some(known) = known.as_ref().filter(|known| self.clock.now() < known.ask_again_at) {
            return Ok(Arc::clone(&known.list));
        }
        match (self.sales.offers().await, known) {
            (Ok(offers), _) => Ok(self.keep(offers.into(), FRESH)),
            (Err(failure), Some(known)) => {
                tracing::warn!(failure = &failure as &dyn std::error::Error, "the merchant did not answer; its last list is used");
                Ok(self.keep(known.list, PATIENCE))
            }
            (Err(failure), None) => Err(failure),
        }
    }

    /// The offer of this id, if it is for sale.
    ///
    /// # Errors
    /// Those of [`Self::list`].
    pub async fn find(&self, id: &OfferId) -> Result<Option<Offer>, Failure> {
        Ok(self.list().await?.iter().find(|offer| offer.id == *id).cloned())
    }

    fn keep(&self, list: Arc<[Offer]>, fresh: SignedDuration) -> Arc<[Offer]> {
        let ask_again_at = self.clock.now().checked_add(fresh).unwrap_or(Timestamp::MAX);
        *self.known() = Some(Known { list: Arc::clone(&list), ask_again_at });
        list
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use kernel::FixedClock;
    use std::time::Duration;

    use super::*;
    use crate::{Checkout, CheckoutRequest};

    /// A merchant that answers what it is told, and counts the questions.
    #[derive(Default)]
    struct Shop {
        answers: Mutex<Vec<Result<u32, Failure>>>,
        asked: Mutex<usize>,
    }

    impl Shop {
        fn will_answer(&self, answer: Result<u32, Failure>) {
            self.answers.lock().unwrap().push(answer);
        }

        fn asked(&self) -> usize {
            *self.asked.lock().unwrap()
        }
    }

    #[async_trait]
    impl Sales for Shop {
        async fn offers(&self) -> Result<Vec<Offer>, Failure> {
            *self.asked.lock().unwrap() += 1;
            let credits = self.answers.lock().unwrap().remove(0)?;
            Ok(vec![Offer { id: OfferId("pack".into()), name: "Pack".into(), credits, price: Money::of(500, "usd").unwrap() }])
        }

        async fn open(&self, _: &CheckoutRequest) -> Result<Checkout, Failure> {
            unreachable!("nobody buys here")
        }
    }

    fn down() -> Failure {
        Failure::unavailable(Duration::from_secs(7))
    }

    async fn credits(offers: &Offers<'_>) -> Option<u32> {
        offers.list().await.ok().map(|list| list[0].credits)
    }

    #[tokio::test]
    async fn the_merchant_is_asked_every_five_minutes_at_most() {
        let (shop, clock) = (Shop::default(), FixedClock::at(Timestamp::UNIX_EPOCH));
        let offers = Offers::of(&shop, &clock);
        shop.will_answer(Ok(10));
        shop.will_answer(Ok(20));
        for _ in 0..3 {
            assert_eq!(credits(&offers).await, Some(10));
        }
        clock.advance(FRESH - SignedDuration::from_secs(1));
        assert_eq!((credits(&offers).await, shop.asked()), (Some(10), 1));
        clock.advance(SignedDuration::from_secs(1));
        assert_eq!((credits(&offers).await, shop.asked()), (Some(20), 2));
        assert_eq!(offers.find(&OfferId("pack".into())).await.unwrap().unwrap().credits, 20);
        assert!(offers.find(&OfferId("Pack".into())).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn the_last_list_is_used_while_the_merchant_does_not_answer() {
        let (shop, clock) = (Shop::default(), FixedClock::at(Timestamp::UNIX_EPOCH));
        let offers = Offers::of(&shop, &clock);
        shop.will_answer(Err(down()));
        assert!(matches!(offers.list().await, Err(Failure::Busy { .. })), "nothing is known yet");
        shop.will_answer(Ok(10));
        assert_eq!(credits(&offers).await, Some(10));
        clock.advance(FRESH);
        shop.will_answer(Err(down()));
        assert_eq!((credits(&offers).await, shop.asked()), (Some(10), 3));
        assert_eq!((credits(&offers).await, shop.asked()), (Some(10), 3), "it is left alone for a while");
        clock.advance(PATIENCE);
        shop.will_answer(Ok(30));
        assert_eq!((credits(&offers).await, shop.asked()), (Some(30), 4));
    }
}
