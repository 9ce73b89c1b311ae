//! Whole requests, headers and body.

use egress::{Client, Reach, Secret};
use payments::{MerchantBooks, Money, Refunder, Sales};
use stand_ins::Request;
use via_polar::{Polar, Server};

use super::{TOKEN, World};

/// The headers without those that differ from run to run.
fn headers(request: &Request) -> Vec<String> {
    let differs = |name: &str| ["host", "content-length"].contains(&name);
    let shown = request.headers.iter().filter(|(name, _)| !differs(name)).map(|(name, value)| format!("{name}: {value}"));
    let mut shown: Vec<_> = shown.collect();
    shown.sort();
    shown
}

#[tokio::test]
async fn an_31_the_merchant_is_told_two_pseudonyms_a_pack_and_where_to_come_back() {
    let world = World::new().await;
    let request = world.request();
    world.polar.open(&request).await.unwrap();
    let asked = &world.merchant.requests()[0];
    assert_eq!((asked.method.as_str(), asked.path.as_str(), asked.query.as_deref()), ("POST", "/v1/checkouts/", None));
    let expected =
        ["accept: */*", "authorization: Bearer polar_oat_of-a-test-0123456789", "content-type: application/json", "polar-version: 2026-10"];
    assert_eq!(headers(asked), expected);
    let body = serde_json::json!({
        "products": [request.offer.0], "external_customer_id": request.account, "success_url": request.success_url, "locale": "ja",
        "metadata": { "order_id": request.order, "account_id": request.account },
    });
    assert_eq!(*asked.json(), body);
}

#[tokio::test]
async fn a_slash_at_the_end_is_part_of_a_path_and_the_version_goes_with_every_call() {
    let world = World::new().await;
    let order = world.sold().await;
    world.polar.offers().await.unwrap();
    world.polar.orders("2026-11-21T11:00:00Z".parse().unwrap(), 2).await.unwrap();
    world.polar.order(&order.id).await.unwrap();
    world.polar.refunds_of(&order.id).await.unwrap();
    world.polar.refunds(order.created_at, 1).await.unwrap();
    world.polar.receipt(&order.id).await.unwrap();
    world.polar.refund(&order.id, Money::of(1, "usd").unwrap(), world.request().order).await.unwrap();
    let asked = world.merchant.requests();
    let lines: Vec<String> = asked
        .iter()
        .map(|request| format!("{} {}?{}", request.method, request.path, request.query.as_deref().unwrap_or_default()))
        .collect();
    let id = &order.id;
    let expected = [
        "POST /v1/checkouts/?".to_owned(),
        "GET /v1/products/?is_archived=false&is_recurring=false&limit=100&page=1".to_owned(),
        "GET /v1/orders/?created_after=2026-11-21T11:00:00Z&sorting=created_at&limit=100&page=2".to_owned(),
        format!("GET /v1/orders/{id}?"),
        format!("GET /v1/refunds/?order_id={id}&sorting=created_at&limit=100&page=1"),
        "GET /v1/refunds/?sorting=-created_at&limit=100&page=1".to_owned(),
        format!("GET /v1/orders/{id}/receipt?"),
        "POST /v1/refunds/?".to_owned(),
    ];
    assert_eq!(lines, expected);
    assert!(asked.iter().all(|request| request.header("polar-version") == Some("2026-10")));
}

#[tokio::test]
async fn the_token_is_shown_nowhere_and_an_empty_one_is_refused() {
    let world = World::new().await;
    assert!(!format!("{:?}", world.polar).contains(TOKEN));
    let client = Client::new(Reach::ListedAndLoopback).unwrap();
    assert!(Polar::new(&client, &world.merchant.base_url(), &Secret::new(" ")).is_err());
}

#[test]
fn rt_08_the_base_url_leads_to_the_merchant_or_nowhere() {
    let client = Client::new(Reach::Listed).unwrap();
    for server in [Server::Sandbox, Server::Production] {
        assert!(Polar::new(&client, server.base_url(), &Secret::new(TOKEN)).is_ok());
    }
    for base in ["https://polar.example.com/v1", "http://api.polar.sh/v1", "http://127.0.0.1:8080/v1", "https://polar.sh/v1"] {
        assert!(Polar::new(&client, base, &Secret::new(TOKEN)).is_err(), "{base}");
    }
    assert!("staging".parse::<Server>().is_err());
}
