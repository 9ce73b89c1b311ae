//! The ledger and the merchant's books, after many payments and a bad line.

use kernel::SignedDuration;
use payments::{MerchantOrderState, PaymentEvent, PaymentNotice, RefundState};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use crate::world::{PRICE, World};

const ORDERS: usize = 1_000;
const DELIVERIES: usize = 10_000;

/// AN-27: of 1,000 orders, some given back in part or in all, some of that failing, 10,000 notices arrive in any order, many of them twice, and one in
/// twenty never. Then the hourly comparison makes the ledger equal to the books, to the cent.
#[tokio::test]
async fn an_27_ten_thousand_deliveries_and_what_was_lost_of_them_lead_to_the_merchants_books() {
    let (world, mut rng) = (World::new(51), StdRng::seed_from_u64(51));
    let customers: Vec<_> = (0..100).map(|_| world.customer()).collect();
    for index in 0..ORDERS {
        let (_, theirs) = world.order(customers[index % customers.len()]).await;
        world.clock.advance(SignedDuration::from_secs(1));
        happen(&world, &theirs, &mut rng);
    }
    let told = world.events();
    // Of one paid order nothing arrives at all.
    let unheard = world.merchant.books().orders.iter().find(|order| order.state == MerchantOrderState::Paid).unwrap().id.clone();
    let is_about_it = |event: &PaymentEvent| PaymentNotice::of(event).is_some_and(|notice| notice.merchant_order_id == unheard);
    let kept: Vec<&PaymentEvent> = told.iter().filter(|event| !rng.random_ratio(1, 20) && !is_about_it(event)).collect();
    let mut deliveries: Vec<&PaymentEvent> = kept.iter().copied().cycle().take(DELIVERIES).collect();
    deliveries.shuffle(&mut rng);
    assert_eq!(deliveries.len(), DELIVERIES);
    for (index, event) in deliveries.into_iter().enumerate() {
        world.take(event).await;
        if index % 97 == 0 {
            world.work().await;
        }
    }
    world.work().await;
    world.check_sums();
    let first = world.reconcile().await;
    assert!(first.healed > 0 && first.drift == 0 && first.errors == 0 && !first.more, "{first:?}");
    world.check_books();
    let second = world.reconcile().await;
    assert_eq!((second.healed, second.drift, second.errors), (0, 0, 0));
    let receipts = world.told.told().len();
    let paid = world.merchant.books().orders.iter().filter(|order| order.state != MerchantOrderState::Pending).count();
    assert_eq!(receipts, paid, "one receipt each");
}

/// One of the lives of an order.
fn happen(world: &World, theirs: &str, rng: &mut StdRng) {
    let fate = rng.random_range(0..10);
    if fate == 0 {
        return;
    }
    world.merchant.pay(theirs);
    let part = rng.random_range(1..PRICE);
    match fate {
        1 => drop(world.merchant.give_back(theirs, PRICE, RefundState::Succeeded)),
        2 => drop(world.merchant.give_back(theirs, part, RefundState::Succeeded)),
        3 => {
            world.merchant.give_back(theirs, part, RefundState::Succeeded);
            world.merchant.give_back(theirs, PRICE - part, RefundState::Succeeded);
        }
        4 => {
            let refund = world.merchant.give_back(theirs, part, RefundState::Succeeded);
            world.merchant.refund_becomes(&refund.id, RefundState::Failed);
        }
        5 => drop(world.merchant.give_back(theirs, part, RefundState::Failed)),
        _ => {}
    }
}

/// A refund of an order that is older than the comparison looks back is found by the list of refunds.
#[tokio::test]
async fn an_27_a_lost_notice_of_an_old_orders_refund_is_made_good() {
    let world = World::new(52);
    let caller = world.customer();
    let (_, theirs) = world.bought(caller).await;
    world.clock.advance(SignedDuration::from_hours(24 * 20));
    world.merchant.give_back(&theirs, PRICE, RefundState::Succeeded);
    world.events();
    assert_eq!(world.reconcile().await.healed, 1);
    assert_eq!(world.available(caller.account), 0);
    world.check_books();
}

/// AN-27: what cannot be put right is counted, each time until it is.
#[tokio::test]
async fn an_27_what_does_not_agree_with_the_books_is_counted() {
    let world = World::new(53);
    let caller = world.customer();
    let (id, _) = world.bought(caller).await;
    assert_eq!(world.reconcile().await.drift, 0);
    // Books that say something else with an earlier date: nobody follows them.
    let before = world.merchant.books().orders[0].clone();
    world.merchant.books().orders[0].refunded.minor = 100;
    world.merchant.books().orders[0].modified_at = before.created_at;
    assert_eq!(world.reconcile().await.drift, 1);
    assert_eq!(world.reconcile().await.drift, 1);
    world.merchant.books().orders[0] = before;
    assert_eq!(world.reconcile().await.drift, 0);
    assert_eq!(world.find(id).payment.unwrap().taken_back, 0);
}
