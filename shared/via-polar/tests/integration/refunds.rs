//! Refunds.

use kernel::{Clock, Failure, Reason};
use payments::{Money, RefundState, Refunder};
use stand_ins::polar;

use super::World;

fn net(minor: i64) -> Money {
    Money::of(minor, "usd").unwrap()
}

#[tokio::test]
async fn a_part_is_refunded_net_and_the_merchant_adds_the_tax() {
    let world = World::new().await;
    let order = world.sold().await;
    let refund = world.polar.refund(&order.id, net(200), world.request().order).await.unwrap();
    assert_eq!(
        (refund.net, refund.state, refund.order.as_str(), refund.disputed),
        (net(200), RefundState::Succeeded, order.id.as_str(), false)
    );
    let totals = world.merchant.vendor().books().totals()["usd"];
    assert_eq!((totals.refunded, totals.refunded_tax), (200, 20));
}

#[tokio::test]
async fn a_refund_that_takes_its_time_is_pending() {
    let world = World::new().await;
    let order = world.sold().await;
    world.merchant.next(polar::Failure::RefundPending.into());
    let refund = world.polar.refund(&order.id, net(500), world.request().order).await.unwrap();
    assert_eq!(refund.state, RefundState::Pending);
    assert_eq!(world.merchant.vendor().books().order(&order.id).unwrap().refunded, 0);
}

#[tokio::test]
async fn every_refusal_of_the_merchant_is_a_conflict_with_its_reason() {
    let world = World::new().await;
    let now = world.clock.now();
    let (refunded, disputed, blocked, whole) = (world.sold().await, world.sold().await, world.sold().await, world.sold().await);
    {
        let mut books = world.merchant.vendor().books();
        books.give_back(&polar::NewRefund::of(&refunded.id, 500), now).unwrap();
        let refund = books.dispute(&disputed.id, now).unwrap();
        books.settle(&refund.id, polar::RefundStatus::Failed, now).unwrap();
        books.block_refunds(&blocked.id, true);
    }
    let ours = world.request().order;
    for (order, amount, words) in [(&refunded, 1, "already"), (&disputed, 1, "disputed"), (&blocked, 1, "blocked"), (&whole, 501, "More")] {
        let refused = world.polar.refund(&order.id, net(amount), ours).await.unwrap_err();
        assert!(
            matches!(&refused, Failure::Conflict(problem) if problem.reason == Reason::RefundRefused && problem.detail.contains(words)),
            "{words}: {refused:?}"
        );
    }
    world.merchant.next(polar::Failure::RefundPendingCreation.into());
    let refused = world.polar.refund(&whole.id, net(1), ours).await.unwrap_err();
    assert!(matches!(&refused, Failure::Conflict(problem) if problem.detail.contains("being made")));
}

#[tokio::test]
async fn a_refund_of_nothing_or_of_no_order_asks_nobody() {
    let world = World::new().await;
    let ours = world.request().order;
    assert!(matches!(world.polar.refund("no id", net(1), ours).await, Err(Failure::Broken(_))));
    assert!(matches!(world.polar.refund("00000000-0000-4000-8000-000000000000", net(0), ours).await, Err(Failure::Broken(_))));
    assert_eq!(world.merchant.asked(), 0);
    assert!(matches!(world.polar.refund("00000000-0000-4000-8000-000000000000", net(1), ours).await, Err(Failure::Broken(_))));
}

#[tokio::test]
async fn an_answer_that_is_lost_may_have_been_carried_out_and_is_found_in_the_list() {
    use payments::MerchantBooks;
    let world = World::new().await;
    for failure in [polar::Failure::CutAfter, polar::Failure::ServerErrorAfter, polar::Failure::GatewayTimeoutAfter] {
        let order = world.sold().await;
        world.merchant.next(failure.into());
        assert!(matches!(world.polar.refund(&order.id, net(500), world.request().order).await, Err(Failure::Busy { .. })));
        assert_eq!(world.polar.refunds_of(&order.id).await.unwrap().len(), 1);
    }
}
