//! OpenAI's moderation: it blocks, it refers to a person, and generations without a judgement wait.

use std::sync::Arc;

use serde_json::json;
use stand_ins::openai::Scenario;
use stand_ins::{Request, Sent};

use super::Studio;
use crate::harness::pictures::small;
use crate::harness::store::{self, rows_of};
use crate::harness::{Person, run, until};

fn asked(studio: &Studio) -> Vec<Arc<Request>> {
    studio.openai.requests().into_iter().filter(|request| request.path.ends_with("/moderations")).collect()
}

/// Waits until the selfie of a generation has passed the screening or was refused, queueing the step again meanwhile.
async fn judged(studio: &Studio, person: &Person<'_>, generation: &str) -> String {
    until(&format!("{generation} being judged"), async || {
        let state = person.generation(generation).await["state"].as_str().unwrap_or_default().to_owned();
        if state == "screening" && studio.cloud.busy("on-generation-queued").unwrap() == 0 {
            studio.cloud.deliver("GenerationQueued", &[store::message(&person.account, generation)]).await.unwrap();
        }
        ["drawing", "finishing", "done", "blocked"].contains(&state.as_str()).then_some(state)
    })
    .await
}

/// The record of a decision and its scores.
async fn record(studio: &Studio, generation: &str) -> store::Row {
    let rows = rows_of(&studio.cloud, "ScreeningTable", "moderation-record").await;
    rows.into_iter().find(|row| row.text("sk").contains(generation)).unwrap()
}

#[test]
fn an_26_what_is_flagged_is_blocked_or_sent_to_a_person_and_never_drawn() {
    run(async {
        let studio = Studio::of("openai", "openai").await;
        let person = Person::signed_in(&studio.cloud).await;
        for (scenario, decision) in
            [(Scenario::ModerationFlagged("sexual".into()), "blocked"), (Scenario::ModerationFlaggedLow, "referred")]
        {
            studio.openai.next(scenario.clone());
            let generation = person.start(&person.upload(&small()).await).await;
            assert_eq!(judged(&studio, &person, &generation).await, "blocked", "{scenario:?}");
            let record = record(&studio, &generation).await;
            assert_eq!((record.text("decision"), record.text("screener")), (decision, "openai"), "{scenario:?}");
            assert!(record.attributes["scores"].as_object().is_some_and(|scores| !scores.is_empty()), "{record:?}");
            assert_eq!(person.generation(&generation).await["reason"], "not-accepted");
        }
        assert_eq!(person.wallet().await, (1000, 0), "credits are back");
        assert!(studio.openai.requests().iter().all(|request| request.path.ends_with("/moderations")), "no artist saw any of them");
        studio.stop().await;
    });
}

#[test]
fn an_70_a_screener_that_is_down_holds_the_generation_and_nothing_passes_until_it_is_back() {
    run(async {
        let studio = Studio::of("palette", "openai").await;
        let person = Person::signed_in(&studio.cloud).await;
        for scenario in [Scenario::ModerationServerError, Scenario::ModerationNoScores] {
            let before = asked(&studio).len();
            studio.openai.next(scenario.clone());
            let generation = person.start(&person.upload(&small()).await).await;
            person.lend_drawing(&generation).await;
            assert_ne!(judged(&studio, &person, &generation).await, "blocked", "{scenario:?}");
            assert!(asked(&studio).len() - before >= 2, "{scenario:?}: nothing passes unjudged");
            assert_eq!(record(&studio, &generation).await.text("decision"), "allowed");
        }
        studio.stop().await;
    });
}

#[test]
fn an_70_a_screener_that_hangs_judges_nothing() {
    run(async {
        let studio = Studio::of("palette", "openai").await;
        let person = Person::signed_in(&studio.cloud).await;
        studio.openai.next(Scenario::ModerationHang);
        let generation = person.start(&person.upload(&small()).await).await;
        studio.openai.has_been_asked(1).await;
        assert_eq!(person.generation(&generation).await["state"], "screening");
        studio.cloud.kill("on-generation-queued").await.unwrap();
        person.lend_drawing(&generation).await;
        // Its message comes again by itself, without help of the test.
        person.reaches(&generation, &["drawing", "finishing", "done"]).await;
        assert_eq!(asked(&studio).len(), 2);
        assert_eq!(record(&studio, &generation).await.text("decision"), "allowed");
        studio.stop().await;
    });
}

#[test]
fn a_category_that_the_vendor_does_not_score_for_pictures_may_be_without_a_score() {
    run(async {
        let studio = Studio::of("palette", "openai").await;
        let person = Person::signed_in(&studio.cloud).await;
        studio.openai.next(Scenario::ModerationNulls);
        let generation = person.start(&person.upload(&small()).await).await;
        person.lend_drawing(&generation).await;
        assert_ne!(judged(&studio, &person, &generation).await, "blocked");
        let scores = record(&studio, &generation).await.attributes["scores"].clone();
        assert!(scores["illicit"].is_null() && scores["violence"].is_number(), "{scores}");
        studio.stop().await;
    });
}

#[test]
fn one_picture_and_the_words_of_the_bubble_are_one_request() {
    run(async {
        let studio = Studio::of("palette", "openai").await;
        let person = Person::signed_in(&studio.cloud).await;
        let generation =
            person.start_with(&person.upload(&small()).await, "soft-anime", 1, json!({ "bubble": { "text": "Zanzibar" } })).await;
        judged(&studio, &person, &generation).await;
        let requests = asked(&studio);
        assert_eq!(requests.len(), 1);
        let Sent::Json(body) = &requests[0].sent else { panic!("JSON") };
        let items = body["input"].as_array().unwrap();
        let of = |kind: &str| items.iter().filter(|item| item["type"] == kind).count();
        assert_eq!((of("image_url"), of("text"), items.len()), (1, 1, 2));
        assert!(items.iter().any(|item| item["text"] == "Zanzibar"));
        studio.stop().await;
    });
}
