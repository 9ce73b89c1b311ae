//! Gemini's images.

use serde_json::Value;
use stand_ins::Sent;
use stand_ins::gemini::Scenario;

use super::{End, GIVEN_UP, REFUSED, Studio, everything, outcomes, worker_dies_twice};
use crate::harness::pictures::selfie_rotated_gps;
use crate::harness::{PROMPT, Person, run};

/// A generation under this scenario, repeated `times` times; returns its end and the number of calls to the vendor.
async fn outcome(studio: &Studio, person: &Person<'_>, scenario: Scenario, times: usize) -> (End, usize) {
    let before = studio.gemini.requests().len();
    studio.gemini.next_times(scenario, times);
    let (_, end) = studio.start(person).await;
    studio.close_circuits().await;
    (end, studio.gemini.requests().len() - before)
}

#[test]
fn whatever_is_blocked_comes_with_200_and_ends_the_generation() {
    run(async {
        let studio = Studio::of("gemini", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        for scenario in [Scenario::BlockedPrompt("SAFETY".into()), Scenario::Finish("IMAGE_SAFETY".into())] {
            assert_eq!(outcome(&studio, &person, scenario.clone(), 1).await, (REFUSED, 1), "{scenario:?}");
        }
        assert_eq!(person.wallet().await, (1000, 0), "a refusal costs nothing");
        studio.stop().await;
    });
}

#[test]
fn what_the_vendor_is_not_able_to_do_now_is_asked_again_later() {
    run(async {
        let studio = Studio::of("gemini", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        for scenario in [Scenario::RateLimited, Scenario::Unavailable, Scenario::BadKey] {
            assert_eq!(outcome(&studio, &person, scenario.clone(), 1).await, (End::Drawn, 2), "{scenario:?}");
        }
        studio.stop().await;
    });
}

#[test]
fn a_quota_that_is_used_up_is_not_asked_about_again_for_the_same_drawing() {
    run(async {
        let studio = Studio::of("gemini", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        assert_eq!(outcome(&studio, &person, Scenario::QuotaOfTheDay, 1).await, (GIVEN_UP, 1));
        assert_eq!(person.wallet().await, (1000, 0), "what could not be drawn costs nothing");
        studio.stop().await;
    });
}

#[test]
fn what_may_have_to_be_paid_is_asked_once_more_and_no_more() {
    run(async {
        let studio = Studio::of("gemini", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        for scenario in [Scenario::DeadlineExceeded, Scenario::CutMidway] {
            assert_eq!(outcome(&studio, &person, scenario.clone(), 1).await, (End::Drawn, 2), "{scenario:?}");
        }
        assert_eq!(outcome(&studio, &person, Scenario::TruncatedBase64, 2).await, (GIVEN_UP, 2));
        studio.stop().await;
    });
}

/// Invariant: A drawing is paid for twice at most, whoever dies.
#[test]
fn a_worker_that_is_killed_while_the_vendor_hangs_costs_one_more_call_at_most() {
    run(async {
        let studio = Studio::of("gemini", "offline").await;
        studio.gemini.next_times(Scenario::Hang, 5);
        worker_dies_twice(&studio, async |calls| studio.gemini.has_been_asked(calls).await).await;
        assert_eq!(studio.gemini.requests().len(), 2);
        studio.stop().await;
    });
}

#[test]
fn a_picture_in_any_form_becomes_the_deliverables() {
    run(async {
        let studio = Studio::of("gemini", "offline").await;
        studio.cloud.resume_queue("DrawingReady").unwrap();
        let person = Person::signed_in(&studio.cloud).await;
        for scenario in [Scenario::Jpeg, Scenario::WebP] {
            studio.gemini.next(scenario.clone());
            let (generation, _) = studio.start(&person).await;
            assert_eq!(person.settled(&generation).await["state"], "done", "{scenario:?}");
        }
        studio.stop().await;
    });
}

#[test]
fn an_31_the_vendor_gets_the_picture_and_the_prompt_and_is_told_to_keep_nothing() {
    run(async {
        let studio = Studio::of("gemini", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        let picture = selfie_rotated_gps();
        let generation = person.start(&person.upload(&picture).await).await;
        person.reaches(&generation, &["finishing", "done"]).await;
        let requests = studio.gemini.requests();
        assert_eq!(requests.len(), 1);
        let Sent::Json(body) = &requests[0].sent else { panic!("JSON") };
        assert_eq!(body["store"], Value::Bool(false));
        let mut known: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        known.sort_unstable();
        assert_eq!(known, ["contents", "generationConfig", "safetySettings", "store"]);
        let told = everything(&requests);
        for secret in [person.email.as_str(), &person.account, &generation, "selfie", "Nigao"] {
            assert!(!told.contains(secret), "the vendor was sent {secret:?}");
        }
        assert!(told.contains(PROMPT) && !studio.cloud.logs("on-screening-passed").contains(PROMPT), "the prompt is in no log");
        assert_eq!(outcomes(&studio.attempts(&generation).await), ["drawn"]);
        studio.stop().await;
    });
}
