//! Opening a checkout.

use kernel::{AccountSession, Failure, Reason, SeededRandomness};
use payments::{OfferId, Offers, OpenCheckout, Opened, Wish};
use testkit::{Kind, When, survive};

use crate::world::World;

fn wish(key: &str) -> Wish {
    Wish { idempotency_key: key.into(), offer: OfferId("pack".into()), locale: "ja".into() }
}

/// As a new process does it, which knows no offers yet.
async fn open(world: &World, caller: AccountSession, wish: &Wish) -> Result<Opened, Failure> {
    // Other ids each time.
    let randomness = SeededRandomness::new(world.faults.calls().len() as u64);
    let offers = Offers::of(&world.merchant, &*world.clock);
    let open = OpenCheckout {
        offers: &offers,
        sales: &world.merchant,
        checkouts: &world.orders,
        clock: &*world.clock,
        randomness: &randomness,
        site: "https://nigao.example",
    };
    open.run(caller, wish).await
}

fn reason(outcome: Result<Opened, Failure>) -> Option<Reason> {
    match outcome {
        Err(Failure::Invalid(problem) | Failure::Missing(problem) | Failure::Denied(problem) | Failure::Conflict(problem)) => {
            Some(problem.reason)
        }
        Err(Failure::Busy { problem, .. }) => Some(problem.reason),
        _ => None,
    }
}

#[tokio::test]
async fn one_key_is_one_order_with_one_page() {
    let world = World::new(1);
    let caller = world.customer();
    let opened = open(&world, caller, &wish("key")).await.unwrap();
    assert_eq!(open(&world, caller, &wish("key")).await.unwrap(), opened);
    assert_eq!((world.database.rows().orders.len(), world.faults.count("merchant.open")), (1, 1));
    assert_eq!(world.find(opened.order).checkout, Some(opened.checkout.clone()));
    let other = open(&world, caller, &wish("another key")).await.unwrap();
    assert_ne!(other.order, opened.order);
    let stranger = open(&world, world.customer(), &wish("key")).await.unwrap();
    assert_ne!(stranger.order, opened.order, "a key is its caller's own");
}

#[tokio::test]
async fn what_is_not_for_sale_leaves_no_order() {
    let world = World::new(2);
    let caller = world.customer();
    let gone = Wish { offer: OfferId("gone".into()), ..wish("key") };
    assert_eq!(reason(open(&world, caller, &gone).await), Some(Reason::FieldInvalid));
    assert!(world.database.rows().orders.is_empty());
}

#[tokio::test]
async fn a_closed_session_opens_nothing() {
    let world = World::new(3);
    let caller = world.customer();
    world.database.rows().sessions.clear();
    assert_eq!(reason(open(&world, caller, &wish("key")).await), Some(Reason::SignedOut));
    assert_eq!(world.faults.count("merchant.open"), 0);
}

#[tokio::test]
async fn an_order_that_is_paid_opens_no_other_page() {
    let world = World::new(4);
    let caller = world.customer();
    let opened = open(&world, caller, &wish("key")).await.unwrap();
    let theirs = world.merchant.books().orders[0].id.clone();
    world.merchant.pay(&theirs);
    world.deliver().await;
    assert_eq!(world.find(opened.order).checkout, None);
    assert_eq!(reason(open(&world, caller, &wish("key")).await), Some(Reason::NotFound));
}

/// Killed or failed at each of its calls, before and after its effect.
#[tokio::test]
async fn a_checkout_that_dies_anywhere_leaves_nothing_or_an_order_that_its_repetition_finishes() {
    let calls = {
        let world = World::new(5);
        open(&world, world.customer(), &wish("key")).await.unwrap();
        world.faults.calls().len()
    };
    assert_eq!(calls, 4, "the offers, the order, the page and its note");
    for nth in 0..calls {
        for when in [When::Before, When::After] {
            for kind in [Kind::Crash, Kind::Busy, Kind::Broken] {
                let world = World::new(5);
                let caller = world.customer();
                world.faults.fail(nth, when, kind);
                let first = survive(open(&world, caller, &wish("key"))).await;
                world.faults.clear();
                assert!(!matches!(first, Ok(Ok(_))), "{nth} {when:?} {kind:?}");
                assert!(world.database.rows().orders.len() <= 1);
                let opened = open(&world, caller, &wish("key")).await.unwrap();
                assert_eq!(open(&world, caller, &wish("key")).await.unwrap(), opened);
                assert_eq!(world.database.rows().orders.len(), 1, "{nth} {when:?} {kind:?}");
                assert_eq!(world.find(opened.order).checkout, Some(opened.checkout));
            }
        }
    }
}

#[tokio::test]
async fn repetitions_at_once_show_one_page() {
    for seed in 0..50 {
        let world = World::new(6);
        let caller = world.customer();
        world.faults.interleave(seed);
        let wish = wish("key");
        let (one, two, three) = tokio::join!(open(&world, caller, &wish), open(&world, caller, &wish), open(&world, caller, &wish));
        let pages: Vec<_> = [one, two, three].into_iter().map(|opened| opened.unwrap()).collect();
        assert!(pages.iter().all(|page| *page == pages[0]), "{pages:?}");
        assert_eq!(world.database.rows().orders.len(), 1);
    }
}

#[tokio::test]
async fn an_69_a_customer_opens_so_many_in_an_hour() {
    let world = World::new(7);
    let caller = world.customer();
    for number in 0..kernel::limits::CHECKOUTS_PER_HOUR.most {
        open(&world, caller, &wish(&format!("key {number}"))).await.unwrap();
    }
    assert_eq!(reason(open(&world, caller, &wish("one more")).await), Some(Reason::RateLimited));
    assert!(open(&world, caller, &wish("key 0")).await.is_ok(), "a repetition is not counted");
}
