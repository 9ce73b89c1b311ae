//! The screener: scores for the policy to judge, and failures that let nothing pass.

use std::collections::BTreeMap;
use std::time::Duration;

use egress::{Client, Reach, Secret};
use kernel::Failure;
use screening::{Candidate, Screener};
use serde_json::{Value, json};
use stand_ins::OpenAiStandIn;
use stand_ins::openai::Scenario;
use via_openai::OpenAi;

use super::{account, is_discreet, selfie, vendor};

type Scores = Result<BTreeMap<String, f64>, Failure>;

async fn score_at(vendor: &OpenAiStandIn, words: Option<&str>) -> Scores {
    let screener = account(&vendor.base_url()).screener(OpenAi::MODERATION_MODEL).unwrap().within(Duration::from_secs(60));
    let png = selfie();
    screener.score(Candidate { png: &png, width: 64, height: 80, words }).await
}

async fn score(scenario: Scenario) -> Scores {
    let vendor = vendor().await;
    vendor.next(scenario);
    let scores = score_at(&vendor, Some("Zebras at noon")).await;
    assert_eq!(vendor.requests().len(), 1, "it asks once");
    if let Err(why) = &scores {
        is_discreet(why);
    }
    scores
}

#[tokio::test]
async fn an_harmless_picture_scores_low_in_every_category() {
    let vendor = vendor().await;
    for words in [None, Some("Zebras at noon")] {
        let scores = score_at(&vendor, words).await.unwrap();
        assert_eq!(scores.len(), 13);
        assert!(scores.values().all(|score| *score < 0.01), "{scores:?}");
    }
}

#[tokio::test]
async fn an_26_what_is_flagged_scores_high_in_its_category_and_as_flagged() {
    for category in ["sexual", "violence/graphic", "self-harm/intent", "hate/threatening", "sexual/minors"] {
        let scores = score(Scenario::ModerationFlagged(category.to_owned())).await.unwrap();
        assert!(scores[category] > 0.9 && scores["flagged"] >= 1.0, "{scores:?}");
        assert_eq!(scores.values().filter(|score| **score > 0.5).count(), 2);
    }
}

#[tokio::test]
async fn an_26_what_the_vendor_flags_never_passes_by_its_scores_alone() {
    let scores = score(Scenario::ModerationFlaggedLow).await.unwrap();
    assert!(scores["flagged"] >= 1.0, "{scores:?}");
}

#[tokio::test]
async fn the_highest_score_of_several_results_counts() {
    let scores = score(Scenario::ModerationTwoResults).await.unwrap();
    assert!(scores["violence"] > 0.9 && scores["flagged"] >= 1.0, "{scores:?}");
}

#[tokio::test]
async fn a_category_that_does_not_apply_has_no_score() {
    let scores = score(Scenario::ModerationNulls).await.unwrap();
    assert!(!scores.contains_key("illicit") && scores.contains_key("violence"), "{scores:?}");
}

#[tokio::test]
async fn an_70_a_vendor_that_cannot_judge_now_is_busy_and_nothing_passes() {
    for (scenario, seconds) in [(Scenario::ModerationRateLimited, 2), (Scenario::ModerationServerError, 5), (Scenario::ModerationCut, 5)] {
        let failure = score(scenario.clone()).await.unwrap_err();
        let Failure::Busy { retry_after, .. } = failure else { panic!("{scenario:?}: {failure:?}") };
        assert_eq!(retry_after, Duration::from_secs(seconds), "{scenario:?}");
    }
}

#[tokio::test]
async fn an_70_a_vendor_that_hangs_is_busy_when_time_is_up() {
    let vendor = vendor().await;
    vendor.next(Scenario::ModerationHang);
    let screener = account(&vendor.base_url()).screener(OpenAi::MODERATION_MODEL).unwrap().within(Duration::from_secs(2));
    let png = selfie();
    let scores = screener.score(Candidate { png: &png, width: 64, height: 80, words: None }).await;
    assert!(matches!(scores, Err(Failure::Busy { .. })), "{scores:?}");
}

#[tokio::test]
async fn an_70_an_answer_without_a_judgement_is_broken_and_nothing_passes() {
    for scenario in [Scenario::ModerationNoResults, Scenario::ModerationNoScores, Scenario::ModerationNotJson] {
        let scores = score(scenario.clone()).await;
        assert!(matches!(scores, Err(Failure::Broken(_))), "{scenario:?}: {scores:?}");
    }
}

#[tokio::test]
async fn an_70_what_is_ours_to_mend_is_broken_and_nothing_passes() {
    let vendor = vendor().await;
    let screener = account(&vendor.base_url()).screener("text-moderation-of-old").unwrap();
    let png = selfie();
    let scores = screener.score(Candidate { png: &png, width: 64, height: 80, words: None }).await;
    assert!(matches!(scores, Err(Failure::Broken(_))), "{scores:?}");
    let screener = account(&vendor.base_url()).screener(OpenAi::MODERATION_MODEL).unwrap();
    for png in [&b"this is no picture"[..], &vec![0; 20 * 1024 * 1024 + 1]] {
        let scores = screener.score(Candidate { png, width: 64, height: 80, words: None }).await;
        assert!(matches!(scores, Err(Failure::Broken(_))), "{scores:?}");
    }
}

/// The vendor takes one picture a request, so the screener never sends two.
#[tokio::test]
async fn two_pictures_in_one_request_are_refused_by_the_vendor() {
    let vendor = vendor().await;
    let endpoint = Client::new(Reach::ListedAndLoopback).unwrap().endpoint(&vendor.base_url()).unwrap();
    let key = Secret::new("sk-test").header("Bearer ").unwrap();
    let picture = json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } });
    let body = json!({ "model": OpenAi::MODERATION_MODEL, "input": [picture, picture] });
    let call = endpoint.post("moderations", Duration::from_secs(60)).header("authorization", key).json(&body);
    let answer = egress::send(call).await.unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    let answer: Value = serde_json::from_slice(&egress::receive(answer, 10_000).await.unwrap()).unwrap();
    let error = json!({
        "message": "Number of images (2) exceeds maximum of 1", "type": "invalid_request_error", "param": "input", "code": "too_many_images",
    });
    assert_eq!(answer["error"], error);
}

#[test]
fn it_sees_in_pictures_what_the_vendor_scores_in_pictures_and_no_minors() {
    let client = Client::new(Reach::ListedAndLoopback).unwrap();
    let screener =
        OpenAi::new(&client, "http://127.0.0.1:9/v1", &Secret::new("sk-test")).unwrap().screener("omni-moderation-latest").unwrap();
    assert_eq!(screener.sees(), ["self-harm", "self-harm/instructions", "self-harm/intent", "sexual", "violence", "violence/graphic"]);
    assert_eq!(screener.name(), "openai");
}
