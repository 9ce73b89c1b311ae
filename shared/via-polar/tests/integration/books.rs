//! The merchant's books.

use kernel::{Clock, SignedDuration};
use payments::{MerchantBooks, MerchantOrderState, RefundState};
use stand_ins::polar::{NewRefund, RefundStatus};

use super::World;

#[tokio::test]
async fn an_order_is_what_the_books_say_and_is_known_by_its_id_alone() {
    let world = World::new().await;
    let sold = world.sold().await;
    let order = world.polar.order(&sold.id).await.unwrap().unwrap();
    assert_eq!((order.net.minor, order.total.minor, order.refundable.minor), (500, 550, 500));
    assert_eq!((order.state, order.created_at), (MerchantOrderState::Paid, sold.created_at));
    let request = world.request();
    assert_eq!(order.offer, Some(request.offer));
    assert_eq!(order.ours.map(|id| id.to_string()).as_deref(), sold.metadata["order_id"].as_str());
    assert_eq!(order.account.map(|id| id.to_string()), sold.external_customer_id);
    for stranger in ["00000000-0000-4000-8000-000000000000", "", "../refunds/", "x?y=1"] {
        assert_eq!(world.polar.order(stranger).await.unwrap(), None, "{stranger}");
    }
}

#[tokio::test]
async fn orders_since_a_time_come_oldest_first_and_each_once() {
    let world = World::new().await;
    let first = world.sold().await;
    let mut all = Vec::new();
    for _ in 0..210 {
        all.push(world.sold().await.id);
    }
    let mut read = Vec::new();
    for page in 1.. {
        let orders = world.polar.orders(first.created_at, page).await.unwrap();
        read.extend(orders.items.into_iter().map(|order| order.id));
        if !orders.more {
            assert_eq!(page, 3);
            break;
        }
    }
    assert_eq!(read, all, "the first one was created at that time, not after it");
    let none = world.polar.orders(world.clock.now() + SignedDuration::from_hours(1), 1).await.unwrap();
    assert!(none.items.is_empty() && !none.more);
}

#[tokio::test]
async fn refunds_are_found_by_their_order_and_by_their_time() {
    let world = World::new().await;
    let (one, other) = (world.sold().await, world.sold().await);
    let mut made = Vec::new();
    for (order, amount) in [(&one, 100), (&other, 200), (&one, 50)] {
        world.clock.advance(SignedDuration::from_hours(1));
        let now = world.clock.now();
        made.push(world.merchant.vendor().books().give_back(&NewRefund::of(&order.id, amount), now).unwrap());
    }
    world.merchant.vendor().books().settle(&made[2].id, RefundStatus::Failed, world.clock.now()).unwrap();
    let of_one = world.polar.refunds_of(&one.id).await.unwrap();
    let shown: Vec<_> = of_one.iter().map(|refund| (refund.net.minor, refund.state)).collect();
    assert_eq!(shown, [(100, RefundState::Succeeded), (50, RefundState::Failed)]);
    assert!(world.polar.refunds_of("nothing").await.unwrap().is_empty());
    let since = world.polar.refunds(made[1].created_at, 1).await.unwrap();
    assert_eq!(since.items.iter().map(|refund| refund.id.as_str()).collect::<Vec<_>>(), [&made[2].id, &made[1].id]);
    assert!(!since.more, "what is older ends the list");
}

#[tokio::test]
async fn many_refunds_are_read_page_by_page_until_one_is_older() {
    let world = World::new().await;
    let order = world.sold().await;
    let mut since = order.created_at;
    for number in 0..230 {
        world.clock.advance(SignedDuration::from_secs(1));
        let now = world.clock.now();
        world.merchant.vendor().books().give_back(&NewRefund::of(&order.id, 1), now).unwrap();
        if number == 30 {
            since = now;
        }
    }
    let mut read = 0;
    for page in 1.. {
        let refunds = world.polar.refunds(since, page).await.unwrap();
        read += refunds.items.len();
        if !refunds.more {
            break;
        }
    }
    assert_eq!(read, 200);
}

#[tokio::test]
async fn a_dispute_shows_in_the_refund_that_the_merchant_made_of_it() {
    let world = World::new().await;
    let order = world.sold().await;
    world.merchant.vendor().books().dispute(&order.id, world.clock.now()).unwrap();
    let refunds = world.polar.refunds_of(&order.id).await.unwrap();
    assert!(refunds[0].disputed && refunds[0].net.minor == 500);
    assert_eq!(world.polar.order(&order.id).await.unwrap().unwrap().state, MerchantOrderState::Refunded);
}

#[tokio::test]
async fn a_receipt_is_a_link_or_there_is_none() {
    let world = World::new().await;
    let order = world.sold().await;
    assert!(world.polar.receipt(&order.id).await.unwrap().unwrap().ends_with(".pdf"));
    for stranger in ["00000000-0000-4000-8000-000000000000", "x/../.."] {
        assert_eq!(world.polar.receipt(stranger).await.unwrap(), None);
    }
}
