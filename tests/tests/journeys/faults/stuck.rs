//! Stuck generations: restarted, then ended, with their credits released and the reason recorded.

use futures_util::future::join_all;
use local_cloud::{Action, Fault};

use super::{TIMEOUT, assert_nothing_waits, sweep};
use crate::harness::pictures::small;
use crate::harness::store::{keys, rows_of};
use crate::harness::{Person, TestCloud, ledger_and_inventory, mailbox, run};
use crate::promises::catalogue::{Differences, differences};

#[test]
fn a_generation_stuck_in_any_state_ends_with_its_credits_released() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        let mut stuck = Vec::new();
        // From the last step back, so that each generation stops at its own.
        for (queue, state) in [("DrawingReady", "finishing"), ("ScreeningPassed", "drawing"), ("GenerationQueued", "queued")] {
            cloud.pause_queue(queue).await.unwrap();
            let generation = person.quick_generation().await;
            person.reaches(&generation, &[state]).await;
            stuck.push(generation);
        }
        assert_eq!(person.wallet().await, (997, 3));
        for (minutes, messages) in [(31, 2), (62, 3)] {
            sweep(&cloud, minutes).await;
            assert_eq!(person.wallet().await, (997, 3), "set going again, not ended");
            for queue in ["DrawingReady", "ScreeningPassed", "GenerationQueued"] {
                assert_eq!(cloud.backlog(queue).await.unwrap(), messages, "{queue} tells the step again");
            }
        }
        sweep(&cloud, 93).await;
        assert_eq!(keys(&cloud, "generated/").await, Vec::<String>::new(), "no worker came: the sweeper removed the drawings");
        for generation in &stuck {
            let ended = person.generation(generation).await;
            assert_eq!((&ended["state"], &ended["reason"]), (&"failed".into(), &"timed-out".into()), "{ended}");
            assert_eq!(ledger_and_inventory::entries(&cloud, "release", generation).await, 1);
        }
        assert_eq!(person.wallet().await, (1000, 0));

        // Every message, the first and those of the sweeper, comes after the end: it changes nothing.
        for queue in ["DrawingReady", "ScreeningPassed", "GenerationQueued"] {
            cloud.resume_queue(queue).unwrap();
        }
        cloud.settle(TIMEOUT).await.unwrap();
        sweep(&cloud, 109).await;
        assert_nothing_waits(&cloud).await;
        assert_eq!(keys(&cloud, "generated/").await, Vec::<String>::new());
        assert_eq!(person.wallet().await, (1000, 0));
        assert_eq!(differences(&cloud).await, Differences::default());
        let mails = join_all(stuck.iter().map(|generation| mailbox::ready(&cloud, generation))).await;
        assert_eq!(mails, [0, 0, 0]);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn a_generation_that_kills_every_worker_ends_too() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        cloud.inject(Fault::new(Action::KillBefore).of("on-generation-queued").on("s3", "PutObject").times(1000));
        let generation = person.start(&person.upload(&small()).await).await;
        cloud.settle(TIMEOUT).await.unwrap();
        assert_eq!(person.generation(&generation).await["state"], "screening");
        for minutes in [16, 32, 48] {
            sweep(&cloud, minutes).await;
            cloud.settle(TIMEOUT).await.unwrap();
        }
        let ended = person.generation(&generation).await;
        assert_eq!((&ended["state"], &ended["reason"]), (&"failed".into(), &"timed-out".into()), "{ended}");
        assert_eq!(person.wallet().await, (3, 0));
        assert_eq!(cloud.backlog("GenerationQueuedDlq").await.unwrap(), 3, "one message a try, each given up after its deliveries");
        assert_eq!(rows_of(&cloud, "ScreeningTable", "moderation-record").await.len(), 0);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
