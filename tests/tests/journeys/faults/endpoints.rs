//! Endpoints, jobs and the listener to SES's events, killed in the middle of their work and called again.

use local_cloud::{Action, Cloud, Fault};
use serde_json::json;

use super::{TIMEOUT, assert_delivered_once, settle, sweep};
use crate::harness::pictures::{blocked, small};
use crate::harness::store::{keys, rows_of};
use crate::harness::{Person, TestCloud, ledger_and_inventory, mailbox, run, until};
use crate::promises::catalogue::{Differences, differences};

/// More calls than any of these functions makes.
const MOST_CALLS: u32 = 20;

/// Kills the function before its `nth` call.
fn die(cloud: &Cloud, function: &str, nth: u32) {
    cloud.inject(Fault::new(Action::KillBefore).of(function).nth(nth));
}

#[test]
fn a_sign_in_that_dies_opens_one_account_with_one_grant() {
    run(async {
        let cloud = TestCloud::start().await;
        for nth in 1..=3 {
            let mut person = Person::visitor(&cloud);
            person.ask_for_code().await;
            die(&cloud, "auth-sessions-create", nth);
            assert!(person.send_code(&person.mailed_code().await).await.status.is_server_error());
            assert_eq!(cloud.clear_faults(), 0);
            assert_eq!(person.send_code(&person.mailed_code().await).await.status, 201, "the code is not used up");
            person.sign_in().await;
            assert_eq!(person.wallet().await, (3, 0));
        }
        let mut person = Person::visitor(&cloud);
        person.ask_for_code().await;
        cloud.inject(Fault::new(Action::KillAfter).of("auth-sessions-create").nth(3));
        assert!(person.send_code(&person.mailed_code().await).await.status.is_server_error());
        person.sign_in().await;
        assert_eq!(person.wallet().await, (3, 0), "the account was open already, and got nothing twice");
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn a_deletion_that_dies_is_finished_by_the_next() {
    run(async {
        let cloud = TestCloud::rich().await;
        cloud.pause_queue("DrawingReady").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let mut deaths = 0;
        for nth in 1..=MOST_CALLS {
            let generation = person.quick_generation().await;
            person.reaches(&generation, &["finishing"]).await;
            let path = format!("/v1/generations/{generation}");
            die(&cloud, "generations-delete", nth);
            let first = person.delete(&path).await;
            let lived = cloud.clear_faults() == 1;
            let second = person.delete(&path).await;
            assert!(second.status == 204 || second.status == 404, "{}", second.status);
            // Its one drawing was made: it is paid, once.
            assert_eq!(ledger_and_inventory::entries(&cloud, "capture", &generation).await, 1, "after {nth} calls");
            assert_eq!(ledger_and_inventory::entries(&cloud, "release", &generation).await, 0, "after {nth} calls");
            assert_eq!(person.wallet().await, (1000 - u64::from(nth), 0));
            assert_eq!(keys(&cloud, "generated/").await, Vec::<String>::new(), "after {nth} calls");
            if lived {
                assert_eq!(first.status, 204);
                break;
            }
            deaths += 1;
        }
        assert!((3..MOST_CALLS).contains(&deaths), "{deaths}");
        cloud.resume_queue("DrawingReady").unwrap();
        cloud.settle(TIMEOUT).await.unwrap();
        sweep(&cloud, 20).await;
        assert_eq!(rows_of(&cloud, "StudioTable", "generation").await.len(), 0);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn the_hourly_deletion_may_die_anywhere_and_the_next_hour_ends_it() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        person.journey(&blocked()).await;
        person.upload(&small()).await;
        person.quick_journey().await;
        settle(&cloud).await;
        let function = "on-rows-due";
        let kinds = [("s3", "DeleteObjects"), ("dynamodb", "DeleteItem"), ("dynamodb", "Query")];
        let (mut deaths, mut days) = (0, 0);
        // Its message comes again, and deletes what the run that died left: so each death needs something new to delete.
        for nth in [1, 2, 3, 17] {
            for (service, operation) in kinds {
                let person = Person::signed_in(&cloud).await;
                for _ in 0..6 {
                    person.upload(&small()).await;
                }
                days += 90;
                cloud.set_clock_offset(days * 86_400);
                cloud.inject(Fault::new(Action::KillBefore).of(function).on(service, operation).nth(nth));
                crate::harness::delete_expired(&cloud).await;
                deaths += 1 - cloud.clear_faults();
                assert!(differences(&cloud).await.stray.is_empty(), "the row goes last");
            }
        }
        assert!(deaths >= 8, "{deaths}");
        assert_eq!((keys(&cloud, "uploads/").await.len(), keys(&cloud, "quarantine/").await.len()), (0, 0));
        assert_eq!(rows_of(&cloud, "ScreeningTable", "moderation-record").await.len(), 0);
        assert_eq!(differences(&cloud).await, Differences::default());
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn the_sweeper_may_die_anywhere_and_the_next_minute_goes_on() {
    run(async {
        let cloud = TestCloud::rich().await;
        cloud.pause_queue("GenerationQueued").await.unwrap();
        let person = Person::signed_in(&cloud).await;
        let generation = person.quick_generation().await;
        // Restarted twice and then ended, each time by a sweeper after one that died.
        for minutes in [16, 32, 48] {
            // Its message is lost: what only waits is not given up.
            cloud.clients().sqs.purge_queue().queue_url(&cloud.queues()["GenerationQueued"].url).send().await.unwrap();
            cloud.set_clock_offset(minutes * 60);
            // The first and the last look at three queues and at sixteen shards of two lanes, and what follows.
            for nth in [1, 3, 4, 35, 36, 37, 38] {
                die(&cloud, "every-minute-end-stuck", nth);
                cloud.fire_schedule("every-minute-end-stuck").await.unwrap();
                cloud.clear_faults();
            }
            sweep(&cloud, minutes).await;
        }
        let ended = person.generation(&generation).await;
        assert_eq!((&ended["state"], &ended["reason"]), (&json!("failed"), &json!("timed-out")), "{ended}");
        assert_eq!(ledger_and_inventory::entries(&cloud, "release", &generation).await, 1);
        cloud.resume_queue("GenerationQueued").unwrap();
        cloud.settle(TIMEOUT).await.unwrap();
        sweep(&cloud, 64).await;
        assert_eq!(differences(&cloud).await, Differences::default());
        assert_eq!((person.wallet().await, mailbox::ready(&cloud, &generation).await), ((1000, 0), 0));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_02_what_listens_to_the_mail_service_may_die_anywhere() {
    run(async {
        let cloud = TestCloud::rich().await;
        let person = Person::signed_in(&cloud).await;
        // The worker dies after SES accepted the mail and before recording it; the event confirms it, and its listener dies as well.
        for nth in 1..=2 {
            cloud.inject(Fault::new(Action::KillAfter).of("on-drawing-ready").on("sesv2", "SendEmail"));
            die(&cloud, "on-mail-sent", nth);
            let generation = person.quick_generation().await;
            until("the mail being noted", async || {
                let rows = rows_of(&cloud, "StudioTable", "generation").await;
                rows.iter().any(|row| row.text("sk").ends_with(&generation) && row.text("mail") == "sent").then_some(())
            })
            .await;
            settle(&cloud).await;
            assert_eq!(cloud.clear_faults(), 0);
            sweep(&cloud, 11).await;
            settle(&cloud).await;
            cloud.set_clock_offset(0);
            assert_delivered_once(&cloud, &person, &generation).await;
        }
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
