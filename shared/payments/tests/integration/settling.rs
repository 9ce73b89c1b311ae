//! What the merchant tells becomes so, once.

use futures_util::future::join_all;
use kernel::{Failure, SignedDuration};
use payments::{CustomerNotice, MerchantOrderState, Money, Order, OrderState, PaymentFact, RefundState, Settled};
use proptest::prelude::*;
use testkit::Kind;
use wallet::Kind as Movement;

use crate::world::{CREDITS, PRICE, World};

#[tokio::test]
async fn a_paid_order_is_credited_once_and_receipted_once() {
    let world = World::new(1);
    let caller = world.customer();
    let (id, theirs) = world.order(caller).await;
    world.deliver().await;
    assert_eq!((world.find(id).state, world.available(caller.account)), (OrderState::Pending, 0), "an order alone is no payment");
    world.merchant.pay(&theirs);
    let events = world.events();
    for event in events.iter().chain(&events).rev() {
        world.take(event).await;
    }
    world.work().await;
    let order = world.find(id);
    assert_eq!((order.state, world.available(caller.account)), (OrderState::Credited, i64::from(CREDITS)));
    let receipts = world.told(id);
    // AN-35: the total, which has the tax in it, is the merchant's.
    let total = Money { minor: PRICE + PRICE / 10, currency: *b"USD" };
    let link = Some(format!("https://merchant.example/receipts/{theirs}"));
    assert_eq!(receipts, [CustomerNotice::Receipt { order: id, credits: CREDITS, total, at: world.now(), link }]);
    assert_eq!(order.checkout, None, "where it could be paid is of no use any more");
    world.check_books();
}

#[tokio::test]
async fn fifty_notices_at_once_are_one_grant() {
    let world = World::new(2);
    world.faults.interleave(2);
    let caller = world.customer();
    let (id, theirs) = world.order(caller).await;
    world.merchant.pay(&theirs);
    let settle = world.settle();
    join_all((0..50).map(|_| settle.run(&theirs))).await;
    world.settled(&theirs).await;
    assert_eq!((world.available(caller.account), world.told(id).len()), (i64::from(CREDITS), 1));
    world.check_books();
}

/// AN-74: what is taken back follows from the sum that was given back, so it is taken once, however often and in whichever order it is told.
#[tokio::test]
async fn an_74_a_refund_takes_its_credits_back_once_and_a_full_one_takes_all() {
    let world = World::new(3);
    let caller = world.customer();
    let (_, theirs) = world.bought(caller).await;
    let mut taken = Vec::new();
    for cents in [1, 32, 1, 99, 100] {
        world.merchant.give_back(&theirs, cents, RefundState::Succeeded);
        let events = world.events();
        for event in events.iter().rev().chain(&events) {
            world.take(event).await;
        }
        world.work().await;
        world.check_books();
        taken.push(i64::from(CREDITS) - world.available(caller.account));
    }
    assert_eq!(taken, [0, 0, 1, 3, 6], "a part of a credit stays");
    world.merchant.give_back(&theirs, PRICE - 233, RefundState::Succeeded);
    world.deliver().await;
    assert_eq!(world.available(caller.account), 0);
    world.check_books();
}

#[tokio::test]
async fn an_74_credits_that_were_used_leave_the_wallet_below_zero() {
    let world = World::new(4);
    let caller = world.customer();
    let (_, theirs) = world.bought(caller).await;
    world.spend(caller.account, 8);
    let refund = world.merchant.give_back(&theirs, PRICE, RefundState::Succeeded);
    world.deliver().await;
    assert_eq!(world.available(caller.account), -8);
    // It fails at the bank, of which the merchant tells by the refund alone.
    world.merchant.refund_becomes(&refund.id, RefundState::Failed);
    assert_eq!(world.merchant.books().events.len(), 1);
    world.deliver().await;
    assert_eq!(world.available(caller.account), 2);
    world.merchant.refund_becomes(&refund.id, RefundState::Succeeded);
    world.deliver().await;
    assert_eq!(world.available(caller.account), -8);
    let (_, again) = world.bought(caller).await;
    assert_eq!(world.available(caller.account), 2, "what is bought next makes up for it");
    assert_eq!(world.settled(&again).await, Settled::Already);
    world.check_books();
}

/// A lost `order.paid`, and the refund is the first that is heard of the order.
#[tokio::test]
async fn an_order_that_is_given_back_before_it_is_heard_of_is_both() {
    let world = World::new(5);
    let caller = world.customer();
    let (id, theirs) = world.order(caller).await;
    world.merchant.pay(&theirs);
    world.merchant.give_back(&theirs, PRICE, RefundState::Succeeded);
    world.events();
    assert_eq!(world.settled(&theirs).await, Settled::Moved);
    let kinds: Vec<_> = world.database.rows().ledger.iter().map(|(_, entry)| entry.kind()).collect();
    assert_eq!(kinds, [Movement::Grant, Movement::ClawBack]);
    assert_eq!((world.find(id).state, world.available(caller.account)), (OrderState::Credited, 0));
    world.check_books();
}

/// Books that were read before others were followed change nothing.
#[tokio::test]
async fn older_books_are_not_followed() {
    let world = World::new(6);
    let caller = world.customer();
    let (id, theirs) = world.bought(caller).await;
    let before = world.merchant.books().orders[0].clone();
    world.merchant.give_back(&theirs, 100, RefundState::Succeeded);
    world.deliver().await;
    let order = world.find(id);
    assert_eq!(order.follow(&before, world.now()), Ok(None));
    assert!(!order.agrees(&before));
}

#[tokio::test]
async fn a_payment_of_nobody_is_named_until_its_money_went_back() {
    let world = World::new(7);
    let caller = world.customer();
    let (id, theirs) = world.order(caller).await;
    world.merchant.pay(&theirs);
    let ledger = world.database.rows().ledger.len();
    // The account is being erased: its wallet is gone, then its orders are.
    world.database.rows().wallets.remove(&caller.owner());
    assert_eq!(world.settled(&theirs).await, Settled::Ownerless);
    assert_eq!((world.find(id).state, world.told(id).len()), (OrderState::Paid, 0));
    assert_eq!(world.reconcile().await.drift, 1);
    world.database.rows().orders.clear();
    assert_eq!(world.settled(&theirs).await, Settled::Ownerless);
    assert_eq!(world.reconcile().await.drift, 1);
    world.merchant.give_back(&theirs, PRICE, RefundState::Succeeded);
    world.deliver().await;
    assert_eq!(world.reconcile().await.drift, 0);
    assert_eq!(world.database.rows().ledger.len(), ledger, "nothing was written for it");
}

#[tokio::test]
async fn an_order_that_was_not_begun_here_or_is_paid_twice_is_named() {
    let world = World::new(8);
    let caller = world.customer();
    let (id, _) = world.bought(caller).await;
    let second = world.merchant.order_for(caller.account, id, PRICE);
    world.merchant.pay(&second);
    assert_eq!(world.settled(&second).await, Settled::Ownerless);
    assert_eq!(world.available(caller.account), i64::from(CREDITS), "credits come once an order");
    let stranger = world.merchant.order_for(caller.account, id, PRICE);
    world.merchant.books().orders[2].ours = None;
    world.merchant.pay(&stranger);
    assert_eq!(world.settled(&stranger).await, Settled::Ownerless);
    assert_eq!(world.reconcile().await.drift, 2);
    for theirs in [&second, &stranger] {
        world.merchant.give_back(theirs, PRICE, RefundState::Succeeded);
    }
    world.deliver().await;
    assert_eq!(world.reconcile().await.drift, 0);
    assert_eq!(world.available(caller.account), i64::from(CREDITS));
}

#[tokio::test]
async fn an_order_that_was_given_up_may_still_be_paid() {
    let world = World::new(9);
    let caller = world.customer();
    let (id, theirs) = world.order(caller).await;
    world.merchant.books().orders[0].state = MerchantOrderState::Void;
    world.settled(&theirs).await;
    assert_eq!(world.find(id).state, OrderState::Void);
    world.merchant.pay(&theirs);
    world.deliver().await;
    assert_eq!((world.find(id).state, world.available(caller.account)), (OrderState::Credited, i64::from(CREDITS)));
}

/// The merchant has no such order (yet), or does not answer: the message comes again.
#[tokio::test]
async fn what_the_merchant_cannot_say_comes_again() {
    let world = World::new(10);
    assert!(matches!(world.settle().run("0190a7c2-0000-4000-8000-000000000fff").await, Err(Failure::Busy { .. })));
    let (_, theirs) = world.order(world.customer()).await;
    world.faults.down("merchant.order", Kind::Busy);
    assert!(matches!(world.settle().run(&theirs).await, Err(Failure::Busy { .. })));
}

/// A mail that certainly did not go is due again; nothing else is done twice with it.
#[tokio::test]
async fn a_receipt_that_could_not_be_sent_is_sent_later() {
    let world = World::new(11);
    let caller = world.customer();
    let (id, theirs) = world.order(caller).await;
    world.merchant.pay(&theirs);
    world.faults.down("customer_notices.tell", Kind::Busy);
    assert!(world.settle().run(&theirs).await.is_err());
    world.faults.clear();
    assert_eq!(world.settled(&theirs).await, Settled::Already);
    assert_eq!((world.told(id).len(), world.available(caller.account)), (1, i64::from(CREDITS)));
    world.clock.advance(SignedDuration::from_hours(1));
    world.settled(&theirs).await;
    assert_eq!(world.told(id).len(), 1);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever the merchant does and whichever of its notices arrive, in whichever order and however often: the ledger is its books, and an order has
    /// only the states it may have.
    #[test]
    fn any_deliveries_lead_to_the_books(steps in prop::collection::vec((0_usize..3, 0_u8..6, 1_i64..200), 1..30), seed: u64) {
        runtime().block_on(async {
            let world = World::new(seed);
            let caller = world.customer();
            let mut orders = Vec::new();
            for _ in 0..3 { orders.push(world.order(caller).await); }
            let mut states: Vec<Order> = orders.iter().map(|(id, _)| world.find(*id)).collect();
            for (index, step, cents) in steps {
                let (id, theirs) = &orders[index];
                let left = world.merchant.books().orders[index].refundable.minor;
                let is_paid = world.merchant.books().orders[index].state != MerchantOrderState::Pending;
                match step {
                    0 if !is_paid => world.merchant.pay(theirs),
                    1 if is_paid && left > 0 => drop(world.merchant.give_back(theirs, cents.min(left), RefundState::Succeeded)),
                    2 => {
                        let last = world.merchant.books().refunds.iter().rev().find(|refund| refund.order == *theirs).cloned();
                        if let Some(refund) = last.filter(|refund| refund.state == RefundState::Succeeded) {
                            world.merchant.refund_becomes(&refund.id, RefundState::Failed);
                        }
                    }
                    3 => {
                        let events = world.events();
                        for event in events.iter().rev() { world.take(event).await; }
                        world.work().await;
                    }
                    4 => drop(world.events()),
                    _ => drop(world.settle().run(theirs).await),
                }
                world.check_sums();
                let after = world.find(*id);
                prop_assert!(states[index].state.allows(after.state));
                prop_assert!(after.version >= states[index].version);
                states[index] = after;
            }
            world.reconcile().await;
            world.check_books();
            prop_assert_eq!(world.reconcile().await.healed, 0);
            Ok(())
        })?;
    }
}

/// What is told of an unpaid order leads to no message, so that nothing is asked for it.
#[tokio::test]
async fn an_unpaid_order_is_no_news() {
    let world = World::new(12);
    world.order(world.customer()).await;
    let events = world.events();
    assert!(matches!(&events[..], [event] if matches!(event.fact, PaymentFact::Order(_))));
    world.take(&events[0]).await;
    assert!(world.queue.queue().is_empty());
}
