//! Notices, from the merchant's pen to the facts.

use kernel::{Clock, SignedDuration};
use payments::{MerchantOrderState, PaymentEvent, PaymentFact, RefundState};
use stand_ins::polar::{self, Letter, NewRefund, RefundStatus, Signing};
use via_polar::{Delivery, NotVerified, WebhookVerifier};

use super::World;

/// What is read of a letter that was signed now.
fn read(world: &World, letter: &Letter, signing: Signing) -> Result<PaymentEvent, NotVerified> {
    let now = world.clock.now();
    let signature = polar::signature(polar::SECRET, signing, &letter.id, now.as_second(), &letter.body);
    let timestamp = now.as_second().to_string();
    let delivery = Delivery { id: &letter.id, timestamp: &timestamp, signature: &signature, body: letter.body.as_bytes() };
    WebhookVerifier::new(polar::SECRET).unwrap().verify(&delivery, now)
}

fn facts(world: &World) -> Vec<(String, PaymentFact)> {
    let letters = world.merchant.vendor().books().letters.all().to_vec();
    letters.iter().map(|letter| (letter.kind.clone(), read(world, letter, Signing::Decoded).unwrap().fact)).collect()
}

#[tokio::test]
async fn a_sale_its_refund_and_its_failure_are_read_from_what_is_told_of_them() {
    let world = World::new().await;
    let order = world.sold().await;
    let now = world.clock.now();
    {
        let mut books = world.merchant.vendor().books();
        let refund = books.give_back(&NewRefund::of(&order.id, 200), now).unwrap();
        books.settle(&refund.id, RefundStatus::Failed, now).unwrap();
    }
    let told = facts(&world);
    let of = |kind: &str| told.iter().find(|(known, _)| known == kind).map(|(_, fact)| fact.clone()).unwrap();
    assert!(matches!(of("checkout.created"), PaymentFact::Other));
    assert!(matches!(of("order.created"), PaymentFact::Order(order) if order.state == MerchantOrderState::Pending));
    assert!(matches!(of("order.updated"), PaymentFact::Order(order) if order.state == MerchantOrderState::Paid));
    let PaymentFact::Paid(paid) = of("order.paid") else { panic!("not paid") };
    assert_eq!((paid.id.as_str(), paid.net.minor), (order.id.as_str(), 500));
    let PaymentFact::Order(refunded) = of("order.refunded") else { panic!("not refunded") };
    assert_eq!((refunded.refunded.minor, refunded.refundable.minor, refunded.state), (200, 300, MerchantOrderState::PartiallyRefunded));
    assert!(matches!(of("refund.created"), PaymentFact::Refund(refund) if refund.state == RefundState::Succeeded));
    assert!(matches!(of("refund.updated"), PaymentFact::Refund(refund) if refund.state == RefundState::Failed));
}

#[tokio::test]
async fn both_ways_of_signing_are_believed_and_a_letter_that_was_kept_is_not() {
    let world = World::new().await;
    world.sold().await;
    let letter = world.merchant.vendor().books().letters.all()[3].clone();
    assert_eq!(read(&world, &letter, Signing::Decoded), read(&world, &letter, Signing::Text));
    let signature = polar::signature(polar::SECRET, Signing::Decoded, &letter.id, world.clock.now().as_second(), &letter.body);
    let timestamp = world.clock.now().as_second().to_string();
    world.clock.advance(SignedDuration::from_secs(301));
    let kept = Delivery { id: &letter.id, timestamp: &timestamp, signature: &signature, body: letter.body.as_bytes() };
    assert_eq!(WebhookVerifier::new(polar::SECRET).unwrap().verify(&kept, world.clock.now()), Err(NotVerified::Stale));
}

#[tokio::test]
async fn an_22_what_the_merchant_knows_of_a_buyer_is_in_no_fact() {
    let world = World::new().await;
    let buyer = polar::Buyer { name: "4242 4242 4242 4242".into(), email: "4242424242424242@card.example".into() };
    let checkout = payments::Sales::open(&world.polar, &world.request()).await.unwrap();
    world.merchant.vendor().books().pay(&checkout.id, buyer, world.clock.now()).unwrap();
    for (kind, fact) in facts(&world) {
        let shown = format!("{fact:?}").replace([' ', '-'], "");
        assert!(!shown.contains("4242424242424242") && !shown.contains("card.example"), "{kind}: {shown}");
    }
}
