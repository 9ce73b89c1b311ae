//! OpenAI's images.

use http::Method;
use serde_json::json;
use stand_ins::openai::Scenario;
use stand_ins::{Request, Sent};

use super::{End, GIVEN_UP, REFUSED, Studio, everything, outcomes, worker_dies_twice};
use crate::alarms::ringing;
use crate::harness::person::expect;
use crate::harness::pictures::{selfie_rotated_gps, small};
use crate::harness::{PROMPT, Person, run};

fn edits(studio: &Studio) -> Vec<std::sync::Arc<Request>> {
    studio.openai.requests().into_iter().filter(|request| request.path.ends_with("/images/edits")).collect()
}

/// A generation under this scenario, repeated `times` times; returns its end and the number of calls to the vendor.
async fn outcome(studio: &Studio, person: &Person<'_>, scenario: Scenario, times: usize) -> (End, usize) {
    let before = edits(studio).len();
    studio.openai.next_times(scenario, times);
    let (_, end) = studio.start(person).await;
    studio.close_circuits().await;
    (end, edits(studio).len() - before)
}

#[test]
fn a_safety_refusal_ends_the_generation_and_is_never_asked_again() {
    run(async {
        let studio = Studio::of("openai", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        for scenario in [Scenario::BlockedInput, Scenario::StreamBlocked] {
            assert_eq!(outcome(&studio, &person, scenario.clone(), 1).await, (REFUSED, 1), "{scenario:?}");
        }
        assert_eq!(person.wallet().await, (1000, 0), "a refusal costs nothing");
        studio.stop().await;
    });
}

#[test]
fn what_the_vendor_is_not_able_to_do_now_is_asked_again_later() {
    run(async {
        let studio = Studio::of("openai", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        for scenario in [Scenario::RateLimited, Scenario::Overloaded, Scenario::WrongKey] {
            assert_eq!(outcome(&studio, &person, scenario.clone(), 1).await, (End::Drawn, 2), "{scenario:?}");
        }
        studio.stop().await;
    });
}

#[test]
fn an_empty_account_is_never_asked_again_for_the_same_drawing_nor_by_others_soon() {
    run(async {
        let studio = Studio::of("openai", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        assert_eq!(outcome(&studio, &person, Scenario::QuotaUsedUp, 1).await, (GIVEN_UP, 1));
        assert_eq!(person.wallet().await, (1000, 0), "what could not be drawn costs nothing");

        studio.openai.next(Scenario::QuotaUsedUp);
        let asked = edits(&studio).len() + 1;
        let first = person.start(&person.upload(&small()).await).await;
        assert_eq!(person.reaches(&first, &["failed"]).await["reason"], "drawing-failed");
        let second = person.start(&person.upload(&small()).await).await;
        person.reaches(&second, &["drawing"]).await;
        for _ in 0..3 {
            studio.tell_again(&person, &second).await;
        }
        assert_eq!(edits(&studio).len(), asked, "the circuit is open");
        assert_eq!(person.generation(&second).await["state"], "drawing");
        studio.stop().await;
    });
}

#[test]
fn what_may_have_to_be_paid_is_asked_once_more_and_no_more() {
    run(async {
        let studio = Studio::of("openai", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        for scenario in [Scenario::ServerError, Scenario::StreamEnds] {
            assert_eq!(outcome(&studio, &person, scenario.clone(), 1).await, (End::Drawn, 2), "{scenario:?}");
        }
        let held = person.wallet().await;
        assert_eq!(outcome(&studio, &person, Scenario::CutMidway, 2).await, (GIVEN_UP, 2));
        assert_eq!(person.wallet().await, held, "what could not be drawn costs nothing");
        studio.stop().await;
    });
}

#[test]
fn a_worker_that_is_killed_while_the_vendor_hangs_costs_one_more_call_at_most() {
    run(async {
        let studio = Studio::of("openai", "offline").await;
        studio.openai.next_times(Scenario::Hang, 5);
        worker_dies_twice(&studio, async |calls| studio.openai.has_been_asked(calls).await).await;
        assert_eq!(edits(&studio).len(), 2);
        studio.stop().await;
    });
}

#[test]
fn the_vendors_own_credentials_are_the_parent_of_what_is_made_of_its_drawing() {
    run(async {
        let studio = Studio::of("openai", "offline").await;
        studio.cloud.resume_queue("DrawingReady").unwrap();
        let person = Person::signed_in(&studio.cloud).await;
        studio.openai.next(Scenario::Signed);
        let generation = person.start(&person.upload(&small()).await).await;
        let done = person.settled(&generation).await;
        let files = done["deliverables"].as_array().unwrap();
        let avatars: Vec<_> = files.iter().filter(|file| file["kind"] == "avatar").collect();
        assert!(avatars.len() >= 9, "{done}");
        for avatar in avatars {
            let bytes = person.download(avatar["url"].as_str().unwrap()).await;
            let verified = person.send(Method::POST, "/v1/verifications", &[("content-type", "application/octet-stream")], bytes).await;
            let credentials = expect(verified, 200)["credentials"].take();
            assert_eq!(credentials["state"], "trusted", "{credentials}");
            let (ingredients, actions) = (credentials["ingredients"].as_array().unwrap(), credentials["actions"].as_array().unwrap());
            assert_eq!(ingredients.len(), 1, "{credentials}");
            assert_eq!((&actions[0]["action"], &actions[1]["action"]), (&json!("c2pa.opened"), &json!("c2pa.edited")));
        }
        studio.stop().await;
    });
}

#[test]
fn a_model_that_ends_soon_is_warned_of() {
    run(async {
        let studio = Studio::of("openai", "openai").await;
        let looks = async |day: &str| {
            let noon: jiff::Timestamp = format!("{day}T12:00:00Z").parse().unwrap();
            studio.cloud.set_clock_offset(noon.as_second() - jiff::Timestamp::now().as_second());
            let outcome = studio.cloud.fire_schedule("every-day-check-models").await.unwrap();
            (outcome.failed, studio.cloud.logs("every-day-check-models").contains("gpt-image-1.5"))
        };
        assert_eq!(looks("2026-11-01").await, (false, false), "the model in use has no end");
        studio.cloud.set_env("every-day-check-models", "OPENAI_IMAGE_MODEL", "gpt-image-1.5").unwrap();
        assert_eq!(looks("2026-11-01").await, (false, true), "a month is left");
        assert!(ringing(&studio.cloud).await.contains("StudioModelsEnding"));
        assert_eq!(looks("2026-12-01").await, (true, true), "it is gone: the alarm counts failures");
        assert!(ringing(&studio.cloud).await.contains("EveryDayCheckModelsErrors"));
        studio.stop().await;
    });
}

#[test]
fn an_31_the_vendor_gets_the_picture_the_prompt_and_a_pseudonym_and_each_attempt_is_on_record() {
    run(async {
        let studio = Studio::of("openai", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        let picture = selfie_rotated_gps();
        let generation =
            person.start_with(&person.upload(&picture).await, "ink-manga", 1, json!({ "bubble": { "text": "Zanzibar" } })).await;
        person.reaches(&generation, &["finishing", "done"]).await;
        let requests = edits(&studio);
        assert_eq!(requests.len(), 1);
        let Sent::Parts(parts) = &requests[0].sent else { panic!("multipart") };
        let names: std::collections::BTreeSet<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let known =
            ["image[]", "prompt", "model", "n", "size", "quality", "output_format", "background", "user", "stream", "partial_images"];
        assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
        let told = everything(&requests);
        for secret in [person.email.as_str(), &person.account, &generation, "127.0.0.1:", "Exif", "GPS", "selfie", "Zanzibar", "Nigao"] {
            let host = told.matches("127.0.0.1:").count();
            let found = told.contains(secret) && !(secret == "127.0.0.1:" && host == 1);
            assert!(!found, "the vendor was sent {secret:?}");
        }
        assert!(told.contains(PROMPT) && !studio.cloud.logs("on-screening-passed").contains(PROMPT), "the prompt is in no log");
        let attempts = studio.attempts(&generation).await;
        assert_eq!(outcomes(&attempts), ["drawn"]);
        assert_eq!(attempts[0]["artist"], "openai");
        assert!(attempts[0]["latency_ms"].is_u64() && attempts[0]["micro_dollars"].is_u64(), "{}", attempts[0]);
        studio.stop().await;
    });
}
