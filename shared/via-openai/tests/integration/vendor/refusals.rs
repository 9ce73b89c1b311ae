//! The meaning of the vendor's failures.

use std::time::Duration;

use stand_ins::openai::Scenario;
use studio::NotDrawn;

use super::{account, artist, draw, refusal, vendor};

fn reasons(why: NotDrawn) -> Vec<String> {
    let NotDrawn::Refused(reasons) = why else { panic!("{why:?}") };
    reasons
}

#[tokio::test]
async fn a_refusal_for_safety_names_its_stage_and_its_categories() {
    assert_eq!(reasons(refusal(Scenario::BlockedInput).await), ["stage:input", "sexual"]);
    assert_eq!(reasons(refusal(Scenario::BlockedOutput).await), ["stage:output", "violence"]);
    assert_eq!(reasons(refusal(Scenario::BlockedUnknown).await), ["stage:unknown"]);
    assert_eq!(reasons(refusal(Scenario::BlockedWithoutDetails).await), ["stage:unknown", "self-harm", "violence"]);
}

fn wait(why: NotDrawn) -> Option<u128> {
    let NotDrawn::Busy { retry_after } = why else { panic!("{why:?}") };
    retry_after.map(|wait| wait.as_millis())
}

#[tokio::test]
async fn a_rate_limit_is_busy_for_as_long_as_the_vendor_says() {
    assert_eq!(wait(refusal(Scenario::RateLimited).await), Some(7000));
    assert_eq!(wait(refusal(Scenario::RateLimitedMs).await), Some(1500));
    assert_eq!(wait(refusal(Scenario::RateLimitedResetOnly).await), Some(360_000));
    assert_eq!(wait(refusal(Scenario::RateLimitedSilent).await), None);
    assert_eq!(wait(refusal(Scenario::OverloadedFor3s).await), Some(3000));
    assert_eq!(wait(refusal(Scenario::ConflictRetry).await), None);
}

#[tokio::test]
async fn an_account_without_money_is_exhausted_and_not_busy() {
    for scenario in [Scenario::QuotaUsedUp, Scenario::BillingLimit] {
        let why = refusal(scenario).await;
        assert!(matches!(why, NotDrawn::Exhausted), "{why:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_a_misconfiguration() {
    for scenario in [Scenario::WrongKey, Scenario::Unverified, Scenario::BadParameter, Scenario::Redirect] {
        let why = refusal(scenario).await;
        assert!(matches!(why, NotDrawn::Misconfigured(_)), "{why:?}");
    }
}

#[tokio::test]
async fn a_model_or_a_quality_that_the_vendor_does_not_know_is_a_misconfiguration() {
    let vendor = vendor().await;
    for (model, quality) in [("gpt-image-1", "medium"), ("gpt-image-2", "max"), ("gpt-image-2.6-flare", "best")] {
        let artist = account(&vendor.base_url()).artist(model, quality).unwrap();
        let why = draw(&artist).await.unwrap_err();
        assert!(matches!(why, NotDrawn::Misconfigured(_)), "{model}, {quality}: {why:?}");
    }
    assert!(account(&vendor.base_url()).artist("a model", "medium").is_err());
}

#[tokio::test]
async fn a_vendor_that_says_it_is_overloaded_is_down() {
    let why = refusal(Scenario::Overloaded).await;
    assert!(matches!(why, NotDrawn::Down(_)), "{why:?}");
}

#[tokio::test]
async fn a_vendor_that_cannot_be_reached_is_down() {
    let gone = vendor().await;
    let artist = artist(&gone);
    // The listener has gone, and its port is not reused yet.
    let address = gone.origin().trim_start_matches("http://").to_owned();
    drop(gone);
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let why = draw(&artist).await.unwrap_err();
    assert!(matches!(why, NotDrawn::Down(_)), "{why:?}");
}

#[tokio::test]
async fn what_may_have_been_made_and_billed_is_unclear() {
    let scenarios = [
        Scenario::ServerError,
        Scenario::ServerErrorFinal,
        Scenario::BadGateway,
        Scenario::GatewayTimeout,
        Scenario::Cut,
        Scenario::CutMidway,
        Scenario::TruncatedBase64,
        Scenario::InvalidBase64,
        Scenario::TruncatedPicture,
        Scenario::NoImage,
        Scenario::NotJson,
    ];
    for scenario in scenarios {
        let why = refusal(scenario.clone()).await;
        assert!(matches!(why, NotDrawn::Unclear(_)), "{scenario:?}: {why:?}");
    }
}

#[tokio::test]
async fn a_vendor_that_hangs_is_unclear_when_time_is_up() {
    for scenario in [Scenario::Hang, Scenario::HangMidway] {
        let vendor = vendor().await;
        vendor.next(scenario.clone());
        let impatient = artist(&vendor).within(Duration::from_secs(3));
        let why = draw(&impatient).await.unwrap_err();
        assert!(matches!(why, NotDrawn::Unclear(_)), "{scenario:?}: {why:?}");
        assert_eq!(vendor.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_without_a_picture_is_no_picture() {
    let why = refusal(Scenario::NoData).await;
    assert!(matches!(why, NotDrawn::NoPicture), "{why:?}");
}
