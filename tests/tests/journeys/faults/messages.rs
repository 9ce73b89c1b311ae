//! Messages that come twice, early, late, or are invalid.

use super::{assert_delivered_once, settle, sweep};
use crate::harness::pictures::small;
use crate::harness::store::tell;
use crate::harness::{Person, TestCloud, ledger_and_inventory, run};
use crate::promises::catalogue::{Differences, differences};

const QUEUES: [&str; 3] = ["GenerationQueued", "ScreeningPassed", "DrawingReady"];

#[test]
fn an_02_every_message_twice_and_out_of_order_is_one_delivery() {
    run(async {
        let cloud = TestCloud::rich().await;
        for queue in QUEUES {
            cloud.pause_queue(queue).await.unwrap();
        }
        let person = Person::signed_in(&cloud).await;
        let generations = [person.start(&person.upload(&small()).await).await, person.quick_generation().await];
        for generation in &generations {
            // The last step's message first, and each of them twice.
            for queue in QUEUES.iter().rev().chain(&QUEUES) {
                tell(&cloud, queue, &person.account, generation).await;
            }
        }
        for queue in QUEUES.iter().rev() {
            cloud.resume_queue(queue).unwrap();
        }
        settle(&cloud).await;
        // The sweeper queues again the generations whose message was given up because of competing workers.
        sweep(&cloud, 31).await;
        settle(&cloud).await;
        for generation in &generations {
            assert_delivered_once(&cloud, &person, generation).await;
        }
        // Once more, after the end.
        for (generation, queue) in generations.iter().flat_map(|generation| QUEUES.map(|queue| (generation, queue))) {
            tell(&cloud, queue, &person.account, generation).await;
        }
        settle(&cloud).await;
        for generation in &generations {
            assert_delivered_once(&cloud, &person, generation).await;
        }
        assert_eq!(differences(&cloud).await, Differences::default());
        assert_eq!(person.wallet().await, (998, 0));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

/// Invariant: A poison message fails alone.
#[test]
fn a_poisonous_message_is_given_up_alone() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        let unknown = "gen_019aa6104c507e32b5d69fa012345678";
        for queue in QUEUES {
            let url = cloud.queues()[queue].url.clone();
            for body in [
                "{",
                "{}",
                r#"{"version":2}"#,
                &crate::harness::store::message(&person.account, unknown).replace("\"version\":1", "\"version\":2"),
            ] {
                cloud.clients().sqs.send_message().queue_url(&url).message_body(body).send().await.unwrap();
            }
            // A missing generation is no fault: there is nothing to do.
            tell(&cloud, queue, &person.account, unknown).await;
        }
        person.quick_journey().await;
        settle(&cloud).await;
        for queue in QUEUES {
            assert_eq!(cloud.backlog(&format!("{queue}Dlq")).await.unwrap(), 4, "{queue}");
        }
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
