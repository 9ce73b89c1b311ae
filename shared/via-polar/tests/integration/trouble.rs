//! A merchant that refuses, breaks off and talks nonsense.

use kernel::Failure;
use payments::{MerchantBooks, Sales};
use stand_ins::polar;

use super::{TOKEN, World, polar_at};

/// What becomes of a list of offers and of a new page under this failure, and that neither shows a word of the merchant or the token.
async fn outcome(failure: polar::Failure) -> Vec<Failure> {
    let world = World::new().await;
    world.merchant.next_times(failure.into(), 2);
    let failures = vec![world.polar.offers().await.unwrap_err(), world.polar.open(&world.request()).await.unwrap_err()];
    assert_eq!(world.merchant.asked(), 2, "an adapter asks once");
    let shown = format!("{failures:?}");
    for word in ["Internal Server Error", "scope", "Too many", "html", "hello", "127.0.0.1", TOKEN] {
        assert!(!shown.contains(word), "{word:?} in {shown}");
    }
    failures
}

fn wait(failure: &Failure) -> u64 {
    let Failure::Busy { retry_after, .. } = failure else { panic!("{failure:?}") };
    retry_after.as_secs()
}

#[tokio::test]
async fn a_merchant_that_is_busy_is_asked_again_when_it_says() {
    for (failure, seconds) in [
        (polar::Failure::RateLimited, 7),
        (polar::Failure::RateLimitedSilent, 10),
        (polar::Failure::Unavailable, 3),
        (polar::Failure::ServerError, 10),
        (polar::Failure::BadGateway, 10),
        (polar::Failure::Cut, 10),
    ] {
        for failure in outcome(failure).await {
            assert_eq!(wait(&failure), seconds);
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_something_else_is_no_answer() {
    for failure in [polar::Failure::NotJson, polar::Failure::OtherJson] {
        for failure in outcome(failure).await {
            assert_eq!(wait(&failure), 10);
        }
    }
}

#[tokio::test]
async fn a_wrong_token_and_a_version_that_has_ended_are_faults_of_ours() {
    for failure in [polar::Failure::WrongToken, polar::Failure::NotPermitted, polar::Failure::VersionEnded, polar::Failure::Redirect] {
        for failure in outcome(failure).await {
            assert!(matches!(failure, Failure::Broken(_)), "{failure:?}");
        }
    }
}

#[tokio::test]
async fn a_version_that_has_ended_is_not_an_order_that_is_not_there() {
    let world = World::new().await;
    let order = world.sold().await;
    world.merchant.next_times(polar::Failure::VersionEnded.into(), 2);
    assert!(matches!(world.polar.order(&order.id).await, Err(Failure::Broken(_))));
    assert!(matches!(world.polar.receipt(&order.id).await, Err(Failure::Broken(_))));
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    let world = World::new().await;
    world.merchant.next(polar::Failure::Padded(5_000_000).into());
    assert!(matches!(world.polar.offers().await, Err(Failure::Busy { .. })));
    world.merchant.next(polar::Failure::Padded(100_000).into());
    assert_eq!(world.polar.offers().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_merchant_that_is_not_there_is_busy() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}/v1", taken.local_addr().unwrap());
    drop(taken);
    assert!(matches!(polar_at(&closed).offers().await, Err(Failure::Busy { .. })));
}
