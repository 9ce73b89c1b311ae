//! The adapter against the stand-in of its vendor.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod books;
mod refunds;
mod sales;
mod sent;
mod trouble;
mod webhooks;

use std::sync::Arc;

use egress::{Client, Reach, Secret};
use kernel::{AccountId, Clock, FixedClock, OrderId, SeededRandomness, SignedDuration};
use payments::{CheckoutRequest, OfferId};
use stand_ins::PolarStandIn;
use stand_ins::polar::{Buyer, Order};
use via_polar::Polar;

/// The token of every test: no error and no debug output may show it.
const TOKEN: &str = "polar_oat_of-a-test-0123456789";

/// A merchant whose clock a test moves.
struct World {
    merchant: PolarStandIn,
    clock: Arc<FixedClock>,
    polar: Polar,
}

impl World {
    async fn new() -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-21T12:00:00Z".parse().unwrap()));
        let merchant = PolarStandIn::start_at(0, clock.clone(), 7).await.unwrap();
        let polar = polar_at(&merchant.base_url());
        Self { merchant, clock, polar }
    }

    /// The request for a page of the smallest pack.
    fn request(&self) -> CheckoutRequest {
        let randomness = SeededRandomness::new(3);
        CheckoutRequest {
            order: OrderId::new(&*self.clock, &randomness),
            account: AccountId::new(&*self.clock, &randomness),
            offer: OfferId(self.merchant.vendor().books().products[0].id.clone()),
            success_url: "https://nigao.example/orders/ord_1".into(),
            locale: "ja".into(),
        }
    }

    /// An order that was paid a second after the one before.
    async fn sold(&self) -> Order {
        use payments::Sales;
        let checkout = self.polar.open(&self.request()).await.unwrap();
        self.clock.advance(SignedDuration::from_secs(1));
        let now = self.clock.now();
        self.merchant.vendor().books().pay(&checkout.id, Buyer::default(), now).unwrap()
    }
}

fn polar_at(base: &str) -> Polar {
    let client = Client::new(Reach::ListedAndLoopback).unwrap();
    Polar::new(&client, base, &Secret::new(TOKEN)).unwrap()
}
