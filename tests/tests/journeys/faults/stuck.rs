//! Stuck generations: restarted, then ended, with their credits released and the reason recorded.

use futures_util::future::join_all;
use local_cloud::{Action, Cloud, Fault};

use super::{TIMEOUT, assert_nothing_waits, sweep};
use crate::harness::pictures::small;
use crate::harness::store::{keys, rows_of, tell};
use crate::harness::{Person, TestCloud, ledger_and_inventory, mailbox, run};
use crate::promises::catalogue::{Differences, differences};

const QUEUES: [&str; 3] = ["DrawingReady", "ScreeningPassed", "GenerationQueued"];

/// Every message of every queue is lost.
async fn lose_messages(cloud: &Cloud) {
    for queue in QUEUES {
        cloud.clients().sqs.purge_queue().queue_url(&cloud.queues()[queue].url).send().await.unwrap();
    }
}

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
        // A message that waits is not lost, however long.
        sweep(&cloud, 62).await;
        for queue in QUEUES {
            assert_eq!(cloud.backlog(queue).await.unwrap(), 1, "{queue} is not told again");
        }
        for minutes in [93, 124] {
            lose_messages(&cloud).await;
            sweep(&cloud, minutes).await;
            assert_eq!(person.wallet().await, (997, 3), "set going again, not ended");
            for queue in QUEUES {
                assert_eq!(cloud.backlog(queue).await.unwrap(), 1, "{queue} tells the step again");
            }
        }
        lose_messages(&cloud).await;
        sweep(&cloud, 155).await;
        assert_eq!(keys(&cloud, "generated/").await, Vec::<String>::new(), "no worker came: the sweeper removed the drawings");
        for generation in &stuck {
            let ended = person.generation(generation).await;
            assert_eq!((&ended["state"], &ended["reason"]), (&"failed".into(), &"timed-out".into()), "{ended}");
            assert_eq!(ledger_and_inventory::entries(&cloud, "release", generation).await, 1);
        }
        assert_eq!(person.wallet().await, (1000, 0));

        // Messages that come after the end change nothing.
        for queue in QUEUES {
            for generation in &stuck {
                tell(&cloud, queue, &person.account, generation).await;
            }
            cloud.resume_queue(queue).unwrap();
        }
        cloud.settle(TIMEOUT).await.unwrap();
        sweep(&cloud, 171).await;
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
