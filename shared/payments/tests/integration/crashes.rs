//! Every use case, killed at each of its calls, before and after its effect: a repetition finishes it, and nothing happens twice.

use kernel::{AccountSession, OrderId, SignedDuration};
use payments::{CustomerNotice, RefundReason, RefundState, RequestState, TakeNotice};
use testkit::{Kind, When, survive};

use crate::world::{CREDITS, PRICE, World};

const WHENS: [When; 2] = [When::Before, When::After];
const KINDS: [Kind; 3] = [Kind::Crash, Kind::Busy, Kind::Broken];

/// Runs `scene` with a fault at each of the calls that `work` makes, and then twice again without one.
async fn at_every_call<S>(scene: S)
where
    S: AsyncFn() -> (World, AccountSession, OrderId, String, Work),
{
    let calls = {
        let (world, caller, id, theirs, work) = scene().await;
        let before = world.faults.calls().len();
        run(&world, caller, id, &theirs, work).await;
        world.faults.calls().len() - before
    };
    assert!(calls > 0);
    for nth in 0..calls {
        for (when, kind) in WHENS.into_iter().flat_map(|when| KINDS.map(|kind| (when, kind))) {
            let (world, caller, id, theirs, work) = scene().await;
            world.faults.fail(nth, when, kind);
            let _may_have_died = survive(run(&world, caller, id, &theirs, work)).await;
            let struck = world.faults.clear();
            world.check_sums();
            for _ in 0..2 {
                run(&world, caller, id, &theirs, work).await;
            }
            end(&world, caller, id, work, &format!("{nth} {when:?} {kind:?} {struck:?}"));
        }
    }
}

#[derive(Clone, Copy)]
enum Work {
    Pay,
    GiveBack,
    Ask,
    Refused,
    Reconcile,
}

/// Does the work; a failure of it is what the caller of a function would get.
async fn run(world: &World, caller: AccountSession, id: OrderId, theirs: &str, work: Work) {
    match work {
        Work::Pay | Work::GiveBack => drop(world.settle().run(theirs).await),
        Work::Ask | Work::Refused => drop(world.request().run(&caller.into(), id, RefundReason::Other).await),
        Work::Reconcile => {
            let until = world.now() + SignedDuration::from_mins(10);
            drop(payments::Reconcile { settle: world.settle(), clock: &*world.clock, until }.run().await);
        }
    }
}

fn end(world: &World, caller: AccountSession, id: OrderId, work: Work, what: &str) {
    let (order, available) = (world.find(id), world.available(caller.account));
    let left = match work {
        Work::Pay | Work::Refused | Work::Reconcile => i64::from(CREDITS),
        Work::GiveBack | Work::Ask => 0,
    };
    assert_eq!(available, left, "{what}");
    let refunds = world.merchant.books().refunds.len();
    match work {
        Work::Ask => {
            assert_eq!(order.refund.map(|refund| refund.state), Some(RequestState::Begun), "{what}");
            assert_eq!(refunds, 1, "{what}: money goes back once");
        }
        Work::Refused => assert_eq!(order.refund.map(|refund| refund.state), Some(RequestState::Waiting), "{what}"),
        Work::Pay | Work::GiveBack | Work::Reconcile => world.check_books(),
    }
    world.check_sums();
    // A mail is lost where somebody dies between noting and sending it, and never comes twice.
    let of = |is: fn(&CustomerNotice) -> bool| world.told(id).iter().filter(|notice| is(notice)).count();
    let receipts = of(|notice| matches!(notice, CustomerNotice::Receipt { .. }));
    let confirmations = of(|notice| !matches!(notice, CustomerNotice::Receipt { .. }));
    assert!(receipts <= 1 && confirmations <= 1, "{what}: {:?}", world.told(id));
    let may_be_lost = what.contains("Crash") || what.contains("Broken") || what.contains("orders.change");
    assert!(may_be_lost || receipts == 1, "{what}");
}

#[tokio::test]
async fn a_payment() {
    at_every_call(async || {
        let world = World::new(41);
        let caller = world.customer();
        let (id, theirs) = world.order(caller).await;
        world.merchant.pay(&theirs);
        (world, caller, id, theirs, Work::Pay)
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_the_merchant_began() {
    at_every_call(async || {
        let world = World::new(42);
        let caller = world.customer();
        let (id, theirs) = world.bought(caller).await;
        world.merchant.give_back(&theirs, PRICE, RefundState::Succeeded);
        (world, caller, id, theirs, Work::GiveBack)
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_the_customer_asked_for() {
    at_every_call(async || {
        let world = World::new(43);
        let caller = world.customer();
        let (id, theirs) = world.bought(caller).await;
        (world, caller, id, theirs, Work::Ask)
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_the_merchant_refuses() {
    at_every_call(async || {
        let world = World::new(44);
        let caller = world.customer();
        let (id, theirs) = world.bought(caller).await;
        world.merchant.books().refuses = true;
        (world, caller, id, theirs, Work::Refused)
    })
    .await;
}

#[tokio::test]
async fn a_reconciliation() {
    at_every_call(async || {
        let world = World::new(45);
        let caller = world.customer();
        let (id, theirs) = world.order(caller).await;
        world.merchant.pay(&theirs);
        (world, caller, id, theirs, Work::Reconcile)
    })
    .await;
}

/// A notice that the queue did not take is sent again by the merchant; one that it took although nobody was answered comes twice.
#[tokio::test]
async fn a_notice() {
    for (when, kind) in WHENS.into_iter().flat_map(|when| KINDS.map(|kind| (when, kind))) {
        let world = World::new(46);
        let caller = world.customer();
        let (_, theirs) = world.order(caller).await;
        world.merchant.pay(&theirs);
        let events = world.events();
        world.faults.fail(0, when, kind);
        for _ in 0..2 {
            for event in &events {
                drop(survive(TakeNotice { queue: &world.queue }.run(event)).await);
            }
        }
        world.work().await;
        assert_eq!(world.available(caller.account), i64::from(CREDITS), "{when:?} {kind:?}");
    }
}
