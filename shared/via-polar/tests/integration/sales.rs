//! Offers and checkouts.

use kernel::{Failure, Reason, SignedDuration};
use payments::{OfferId, Sales};

use super::World;

#[tokio::test]
async fn an_35_offers_are_the_packs_with_the_prices_that_the_merchant_says() {
    let world = World::new().await;
    let offers = world.polar.offers().await.unwrap();
    let shown: Vec<_> =
        offers.iter().map(|offer| (offer.name.as_str(), offer.credits, offer.price.minor, offer.price.currency())).collect();
    assert_eq!(shown, [("10 credits", 10, 500, "USD"), ("50 credits", 50, 2_000, "USD"), ("200 credits", 200, 6_000, "USD")]);
    assert_eq!(world.polar.offers().await.unwrap(), offers, "in the same order each time");
}

#[tokio::test]
async fn all_pages_of_products_are_read() {
    let world = World::new().await;
    {
        let mut books = world.merchant.vendor().books();
        let pack = books.products[0].clone();
        for number in 0..250_u32 {
            let id = format!("00000000-0000-4000-8000-{number:012}");
            books.products.push(stand_ins::polar::Product { id, credits: Some((number + 1).to_string()), ..pack.clone() });
        }
    }
    assert_eq!(world.polar.offers().await.unwrap().len(), 253);
    assert_eq!(world.merchant.asked(), 3);
}

#[tokio::test]
async fn a_page_is_opened_for_the_order_and_the_account_and_comes_back_here() {
    let world = World::new().await;
    let request = world.request();
    let opened = world.polar.open(&request).await.unwrap();
    assert!(opened.url.starts_with(world.merchant.origin()));
    assert_eq!(opened.expires_at.duration_since(kernel::Clock::now(&*world.clock)), SignedDuration::from_hours(24));
    let kept = world.merchant.vendor().books().checkout(&opened.id).unwrap().clone();
    assert_eq!(kept.product, request.offer.0);
    assert_eq!(kept.success_url.as_deref(), Some("https://nigao.example/orders/ord_1"));
    assert_eq!(kept.external_customer_id, Some(request.account.to_string()));
    assert_eq!(kept.metadata["order_id"], request.order.to_string());
    assert_eq!(kept.metadata["account_id"], request.account.to_string());
    assert_eq!(kept.locale.as_deref(), Some("ja"));
}

#[tokio::test]
async fn a_language_that_the_merchant_does_not_know_costs_no_sale() {
    let world = World::new().await;
    let request = payments::CheckoutRequest { locale: "zz-Latn".into(), ..world.request() };
    let opened = world.polar.open(&request).await.unwrap();
    assert_eq!(world.merchant.vendor().books().checkout(&opened.id).unwrap().locale, None);
    assert_eq!(world.merchant.asked(), 2);
}

#[tokio::test]
async fn an_offer_that_is_gone_is_invalid() {
    let world = World::new().await;
    let archived = world.merchant.vendor().books().products[3].id.clone();
    for id in [archived.as_str(), "00000000-0000-4000-8000-000000000000", "no id"] {
        let request = payments::CheckoutRequest { offer: OfferId(id.into()), ..world.request() };
        let refused = world.polar.open(&request).await.unwrap_err();
        assert!(matches!(&refused, Failure::Invalid(problem) if problem.reason == Reason::FieldInvalid), "{id}: {refused:?}");
    }
    assert!(world.merchant.vendor().books().checkouts.is_empty());
}
