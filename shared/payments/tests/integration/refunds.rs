//! A customer asks for the money back.

use futures_util::future::join_all;
use kernel::{AccountSession, Failure, OrderId, Reason, SignedDuration};
use payments::{CustomerNotice, Money, Order, RefundReason, RefundState, RequestState};
use testkit::Kind;

use crate::world::{CREDITS, POLICY, PRICE, World};

async fn ask(world: &World, caller: AccountSession, id: OrderId) -> Result<Order, Failure> {
    world.request().run(&caller.into(), id, RefundReason::ChangedMyMind).await
}

fn state(world: &World, id: OrderId) -> Option<RequestState> {
    world.find(id).refund.map(|refund| refund.state)
}

fn reason<T>(outcome: Result<T, Failure>) -> Option<Reason> {
    match outcome {
        Err(Failure::Conflict(problem) | Failure::Missing(problem) | Failure::Denied(problem)) => Some(problem.reason),
        _ => None,
    }
}

#[tokio::test]
async fn an_74_unused_credits_go_back_at_once_and_once_an_order() {
    let world = World::new(21);
    let caller = world.customer();
    let (id, theirs) = world.bought(caller).await;
    let asked = ask(&world, caller, id).await.unwrap();
    assert_eq!(asked.refund.map(|refund| refund.state), Some(RequestState::Begun));
    assert_eq!(world.available(caller.account), 0, "nobody spends them while their price is on its way back");
    // AN-35: the merchant is asked for what its books say is left, and adds the tax.
    let refunds: Vec<_> = world.merchant.books().refunds.iter().map(|refund| (refund.order.clone(), refund.net.minor)).collect();
    assert_eq!(refunds, [(theirs.clone(), PRICE)]);
    ask(&world, caller, id).await.unwrap();
    world.deliver().await;
    assert_eq!(state(&world, id), Some(RequestState::Begun), "it is pending at the bank");
    let refund = world.merchant.books().refunds[0].id.clone();
    world.merchant.refund_becomes(&refund, RefundState::Succeeded);
    world.deliver().await;
    ask(&world, caller, id).await.unwrap();
    assert_eq!((state(&world, id), world.available(caller.account)), (Some(RequestState::Done), 0));
    assert_eq!(world.merchant.books().refunds.len(), 1);
    let net = Money { minor: PRICE, currency: *b"USD" };
    assert_eq!(world.told(id)[1..], [CustomerNotice::Refunded { order: id, credits: CREDITS, net }]);
    world.check_books();
}

#[tokio::test]
async fn an_74_used_credits_and_old_orders_wait_for_somebody() {
    let world = World::new(22);
    let (spender, late) = (world.customer(), world.customer());
    let ((used, _), (old, _)) = (world.bought(spender).await, world.bought(late).await);
    world.spend(spender.account, 1);
    world.clock.advance(SignedDuration::from_hours(24 * i64::from(POLICY.days)) + SignedDuration::from_secs(1));
    for (caller, id, left) in [(spender, used, CREDITS - 1), (late, old, CREDITS)] {
        ask(&world, caller, id).await.unwrap();
        ask(&world, caller, id).await.unwrap();
        assert_eq!((state(&world, id), world.available(caller.account)), (Some(RequestState::Waiting), i64::from(left)));
        assert_eq!(world.told(id)[1..], [CustomerNotice::RefundWaits { order: id }]);
        assert!(world.database.rows().waiting_refunds.contains(&id));
    }
    assert!(world.merchant.books().refunds.is_empty());
    // Somebody gives it back at the merchant's: it waits no longer.
    let theirs = world.find(used).payment.unwrap().merchant_order;
    world.merchant.give_back(&theirs, PRICE, RefundState::Succeeded);
    world.deliver().await;
    assert_eq!((state(&world, used), world.available(spender.account)), (Some(RequestState::Done), -1));
    assert!(!world.database.rows().waiting_refunds.contains(&used));
}

#[tokio::test]
async fn on_the_last_day_it_still_goes_back_at_once() {
    let world = World::new(23);
    let caller = world.customer();
    let (id, _) = world.bought(caller).await;
    world.clock.advance(SignedDuration::from_hours(24 * i64::from(POLICY.days)));
    ask(&world, caller, id).await.unwrap();
    assert_eq!(state(&world, id), Some(RequestState::Begun));
}

#[tokio::test]
async fn there_is_nothing_to_give_back_for_what_is_unpaid_given_back_or_anothers() {
    let world = World::new(24);
    let (caller, other) = (world.customer(), world.customer());
    let (unpaid, _) = world.order(caller).await;
    assert_eq!(reason(ask(&world, caller, unpaid).await), Some(Reason::RefundRefused));
    let (id, theirs) = world.bought(caller).await;
    assert_eq!(reason(ask(&world, other, id).await), Some(Reason::NotFound));
    world.merchant.give_back(&theirs, PRICE, RefundState::Succeeded);
    world.deliver().await;
    assert_eq!(reason(ask(&world, caller, id).await), Some(Reason::RefundRefused));
    let mut closed = caller;
    closed.session = builders_session(&world);
    assert_eq!(reason(ask(&world, closed, id).await), Some(Reason::SignedOut));
}

fn builders_session(world: &World) -> kernel::SessionId {
    kernel::SessionId::new(&*world.clock, &kernel::SeededRandomness::new(99))
}

/// The payment is disputed, or the merchant refuses for another reason: the credits are there again and somebody looks at it.
#[tokio::test]
async fn what_the_merchant_refuses_waits_for_somebody() {
    let world = World::new(25);
    let caller = world.customer();
    let (id, _) = world.bought(caller).await;
    world.merchant.books().refuses = true;
    ask(&world, caller, id).await.unwrap();
    assert_eq!((state(&world, id), world.available(caller.account)), (Some(RequestState::Waiting), i64::from(CREDITS)));
    assert_eq!(world.told(id)[1..], [CustomerNotice::RefundWaits { order: id }]);
    world.check_books();
}

#[tokio::test]
async fn a_refund_that_fails_at_the_bank_waits_for_somebody() {
    let world = World::new(26);
    let caller = world.customer();
    let (id, _) = world.bought(caller).await;
    ask(&world, caller, id).await.unwrap();
    let refund = world.merchant.books().refunds[0].id.clone();
    for (becomes, left) in [(RefundState::Succeeded, 0), (RefundState::Failed, i64::from(CREDITS))] {
        world.merchant.refund_becomes(&refund, becomes);
        world.deliver().await;
        assert_eq!(world.available(caller.account), left);
    }
    assert_eq!(state(&world, id), Some(RequestState::Waiting));
    assert_eq!(world.merchant.books().refunds.len(), 1, "nobody asks again by themselves");
    world.check_books();
}

#[tokio::test]
async fn one_that_fails_before_it_succeeded_waits_for_somebody_too() {
    let world = World::new(27);
    let caller = world.customer();
    let (id, theirs) = world.bought(caller).await;
    ask(&world, caller, id).await.unwrap();
    let refund = world.merchant.books().refunds[0].id.clone();
    world.merchant.refund_becomes(&refund, RefundState::Failed);
    // Nothing is left to ask for in these books: the merchant takes the order back to where it was.
    world.merchant.books().refuses = true;
    world.settled(&theirs).await;
    assert_eq!((state(&world, id), world.available(caller.account)), (Some(RequestState::Waiting), i64::from(CREDITS)));
}

/// The merchant is asked once, whoever asks it, and does not pay twice.
#[tokio::test]
async fn twenty_requests_at_once_are_one_refund() {
    let world = World::new(28);
    world.faults.interleave(28);
    let caller = world.customer();
    let (id, _) = world.bought(caller).await;
    join_all((0..20).map(|_| ask(&world, caller, id))).await;
    world.faults.clear();
    ask(&world, caller, id).await.unwrap();
    assert_eq!(world.merchant.books().refunds.iter().map(|refund| refund.net.minor).sum::<i64>(), PRICE);
    assert_eq!((world.available(caller.account), world.told(id).len()), (0, 2));
}

#[tokio::test]
async fn a_request_that_was_interrupted_is_finished_within_the_hour() {
    let world = World::new(29);
    let caller = world.customer();
    let (id, _) = world.bought(caller).await;
    world.faults.down("merchant.refund", Kind::Busy);
    assert!(matches!(ask(&world, caller, id).await, Err(Failure::Busy { .. })));
    assert_eq!((world.available(caller.account), world.merchant.books().refunds.len()), (0, 0), "the request stands");
    world.faults.clear();
    world.reconcile().await;
    assert_eq!((world.merchant.books().refunds.len(), world.told(id).len()), (1, 2));
}
