//! An artist that is down or has no capacity is replaced by the next; one that refuses for safety is not.

use serde_json::json;
use stand_ins::{gemini, openai};

use super::{End, REFUSED, Studio, outcomes};
use crate::faults::delivery;
use crate::harness::pictures::small;
use crate::harness::store::rows_of;
use crate::harness::{Person, ledger_and_inventory, run};

#[test]
fn the_next_artist_draws_when_the_first_is_down_or_out_of_capacity() {
    run(async {
        let studio = Studio::of("openai,gemini", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        for scenario in [openai::Scenario::Overloaded, openai::Scenario::QuotaUsedUp] {
            let (first, second) = (studio.openai.requests().len(), studio.gemini.requests().len());
            studio.openai.next(scenario.clone());
            let (generation, end) = studio.start(&person).await;
            studio.close_circuits().await;
            assert_eq!(end, End::Drawn, "{scenario:?}");
            let asked = (studio.openai.requests().len() - first, studio.gemini.requests().len() - second);
            assert_eq!(asked, (1, 1), "{scenario:?}");
            let attempts = studio.attempts(&generation).await;
            let who: Vec<&str> = attempts.iter().map(|attempt| attempt["artist"].as_str().unwrap()).collect();
            assert_eq!((who, outcomes(&attempts)[1]), (vec!["openai", "gemini"], "drawn"));
        }
        studio.stop().await;
    });
}

#[test]
fn nobody_else_is_asked_after_a_safety_refusal() {
    run(async {
        let studio = Studio::of("openai,gemini,palette", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        studio.openai.next(openai::Scenario::BlockedInput);
        assert_eq!(studio.start(&person).await.1, REFUSED);
        assert_eq!(studio.gemini.requests().len(), 0);

        let studio_of_gemini = Studio::of("gemini,openai", "offline").await;
        let person = Person::signed_in(&studio_of_gemini.cloud).await;
        studio_of_gemini.gemini.next(gemini::Scenario::Finish("IMAGE_SAFETY".into()));
        assert_eq!(studio_of_gemini.start(&person).await.1, REFUSED);
        assert_eq!(studio_of_gemini.openai.requests().len(), 0);
        studio_of_gemini.stop().await;
        studio.stop().await;
    });
}

#[test]
fn a_drawing_that_must_wait_is_queued_again_and_its_message_is_handled() {
    run(async {
        let studio = Studio::of("openai", "offline").await;
        studio.cloud.pause_queue("ScreeningPassed").await.unwrap();
        let person = Person::signed_in(&studio.cloud).await;
        studio.openai.next(openai::Scenario::Overloaded);
        let generation = person.start(&person.upload(&small()).await).await;
        person.reaches(&generation, &["drawing"]).await;
        assert_eq!(studio.cloud.backlog("ScreeningPassed").await.unwrap(), 1);
        let answer = studio.cloud.invoke("on-screening-passed", &delivery(&person.account, &generation)).await.unwrap();
        assert_eq!(answer.json()["batchItemFailures"], json!([]), "waiting is no fault of the message");
        assert_eq!(studio.cloud.backlog("ScreeningPassed").await.unwrap(), 2, "another one comes after a delay");
        assert_eq!(person.generation(&generation).await["state"], "drawing");
        studio.stop().await;
    });
}

#[test]
fn a_dead_vendor_is_left_alone_by_every_worker_until_its_circuit_closes() {
    run(async {
        let studio = Studio::of("openai,gemini", "offline").await;
        let person = Person::signed_in(&studio.cloud).await;
        studio.openai.next_times(openai::Scenario::Overloaded, 100);
        for _ in 0..8 {
            let generation = person.start(&person.upload(&small()).await).await;
            person.reaches(&generation, &["finishing"]).await;
        }
        assert_eq!(studio.openai.requests().len(), 5, "five failures open the circuit");
        assert_eq!(studio.gemini.requests().len(), 8);
        ledger_and_inventory::assert_ledger_and_inventory(&studio.cloud).await;

        // A vendor that nobody asks any more is forgotten.
        assert_eq!(rows_of(&studio.cloud, "FleetingTable", "circuit").await.len(), 1);
        studio.cloud.set_clock_offset(25 * 3600);
        crate::harness::delete_expired(&studio.cloud).await;
        assert_eq!(rows_of(&studio.cloud, "FleetingTable", "circuit").await.len(), 0);
        studio.stop().await;
    });
}
