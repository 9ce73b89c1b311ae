//! AWS services that refuse, are slow, or whose answers are lost.

use local_cloud::{Action, Cloud, Fault};
use serde_json::json;

use super::{assert_delivered_once, assert_no_dead_letters, settle, sweep, without_retries};
use crate::harness::person::{expect, new_key, text};
use crate::harness::pictures::small;
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, run};

const CONSUMERS: [&str; 3] = ["on-generation-queued", "on-screening-passed", "on-drawing-ready"];

#[test]
fn a_generation_whose_message_could_not_be_sent_is_accepted_and_the_sweeper_sends_it() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let upload = person.upload(&small()).await;
        without_retries(&cloud, "generations-create");
        cloud.inject(Fault::new(Action::Refuse).of("generations-create").service("sqs"));
        let body = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });
        let generation = text(&expect(person.start_as(&new_key(), &body).await, 202), "generation_id");
        cloud.clear_faults();
        person.lend_drawing(&generation).await;
        assert_eq!((person.generation(&generation).await["state"].clone(), person.wallet().await), (json!("queued"), (2, 1)));

        sweep(&cloud, 14).await;
        assert_eq!(person.generation(&generation).await["state"], "queued", "it is not late yet");
        sweep(&cloud, 16).await;
        person.settled(&generation).await;
        settle(&cloud).await;
        assert_delivered_once(&cloud, &person, &generation).await;
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

/// A journey with faults on every consumer, injected anew for each.
async fn journey_with(cloud: &Cloud, person: &Person<'_>, fault: impl Fn(&str) -> Fault) {
    for function in CONSUMERS {
        cloud.inject(fault(function));
    }
    let generation = person.quick_journey().await;
    settle(cloud).await;
    let unused = cloud.clear_faults();
    assert_eq!(unused, 0, "every fault hits");
    assert_delivered_once(cloud, person, &generation).await;
    assert_no_dead_letters(cloud).await;
    ledger_and_inventory::assert_ledger_and_inventory(cloud).await;
}

#[test]
fn workers_outlive_throttling_and_errors_and_slowness() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        for function in CONSUMERS {
            without_retries(&cloud, function);
        }
        let refuse =
            |service: &'static str, nth: u32| move |function: &str| Fault::new(Action::Refuse).of(function).service(service).nth(nth);
        journey_with(&cloud, &person, refuse("dynamodb", 1)).await;
        journey_with(&cloud, &person, refuse("dynamodb", 2)).await;
        journey_with(&cloud, &person, refuse("s3", 1)).await;
        journey_with(&cloud, &person, |function| Fault::new(Action::Delay { milliseconds: 150 }).of(function).service("s3").times(2)).await;
        journey_with(&cloud, &person, |function| Fault::new(Action::CutAfter).of(function).service("dynamodb").nth(2)).await;
        cloud.stop().await;
    });
}

#[test]
fn a_step_that_cannot_tell_the_next_is_told_again() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        for function in ["on-generation-queued", "on-screening-passed"] {
            without_retries(&cloud, function);
            cloud.inject(Fault::new(Action::Refuse).of(function).service("sqs"));
        }
        let generation = person.quick_journey().await;
        settle(&cloud).await;
        assert_eq!(cloud.clear_faults(), 0);
        assert_delivered_once(&cloud, &person, &generation).await;
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_02_the_ready_mail_goes_once_whatever_the_mail_service_does() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        for action in [Action::Refuse, Action::CutAfter, Action::CutBefore] {
            cloud.inject(Fault::new(action.clone()).of("on-drawing-ready").service("sesv2"));
            let generation = person.quick_journey().await;
            settle(&cloud).await;
            assert_eq!(cloud.clear_faults(), 0, "{action:?}");
            // A mail with a lost answer is sent again after the time for SES's event.
            sweep(&cloud, 11).await;
            settle(&cloud).await;
            cloud.set_clock_offset(0);
            assert_delivered_once(&cloud, &person, &generation).await;
        }
        assert_no_dead_letters(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_endpoint_under_load_says_so_and_changes_nothing_twice() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let upload = person.upload(&small()).await;
        let (key, body) = (new_key(), json!({ "upload_id": upload, "style": "soft-anime", "count": 1 }));
        let throttle = |function: &str| {
            without_retries(&cloud, function);
            cloud.inject(Fault::new(Action::Refuse).of(function).service("dynamodb"));
        };

        throttle("me-get");
        let busy = person.get("/v1/me").await;
        assert_problem(&busy, 503, "unavailable");
        assert!(busy.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1));
        cloud.clear_faults();

        throttle("generations-create");
        assert_problem(&person.start_as(&key, &body).await, 503, "unavailable");
        cloud.clear_faults();
        assert_eq!(person.wallet().await, (3, 0));

        // The answer of the transaction is lost: the SDK asks again, and there is one generation.
        cloud.set_env("generations-create", "AWS_MAX_ATTEMPTS", "3").unwrap();
        cloud.inject(Fault::new(Action::CutAfter).of("generations-create").on("dynamodb", "TransactWriteItems"));
        let generation = text(&expect(person.start_as(&key, &body).await, 202), "generation_id");
        person.lend_drawing(&generation).await;
        assert_eq!(text(&expect(person.start_as(&key, &body).await, 202), "generation_id"), generation);
        assert_eq!(person.settled(&generation).await["state"], "done");
        assert_eq!(person.wallet().await, (2, 0));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_endpoint_killed_in_the_middle_can_be_asked_again_with_the_same_key() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        let mut placed = 0;
        for (action, nth) in [(Action::KillBefore, 1), (Action::KillBefore, 2), (Action::KillBefore, 3), (Action::KillAfter, 3)] {
            let (key, body) = (new_key(), json!({ "upload_id": person.upload(&small()).await, "style": "soft-anime", "count": 1 }));
            cloud.inject(Fault::new(action.clone()).of("generations-create").nth(nth));
            let reply = person.start_as(&key, &body).await;
            assert!(reply.status.is_server_error(), "{action:?} {nth}: {}", reply.status);
            assert_eq!(cloud.clear_faults(), 0);
            person.lend_drawing(&text(&expect(person.start_as(&key, &body).await, 202), "generation_id")).await;
            placed += 1;
        }
        let all = expect(person.get("/v1/generations").await, 200);
        assert_eq!(all["generations"].as_array().map(Vec::len), Some(placed));
        // Generations whose message was lost with the endpoint wait for the sweeper, which finds that no message waits.
        settle(&cloud).await;
        sweep(&cloud, 16).await;
        settle(&cloud).await;
        for generation in expect(person.get("/v1/generations").await, 200)["generations"].as_array().unwrap() {
            assert_delivered_once(&cloud, &person, &text(generation, "generation_id")).await;
        }
        assert_eq!(person.wallet().await, (1000 - placed as u64, 0));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
