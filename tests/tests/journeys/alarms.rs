//! Each failure happens, and its alarm rings: by the template's own numbers, at the cloud's clock.

use std::collections::BTreeSet;
use std::time::Duration;

use http::Method;
use kernel::{AccountId, Clock, FixedClock, SeededRandomness, SignedDuration, SystemClock, UploadId};
use local_cloud::{Action, Cloud, Fault, HttpClient, State};
use studio::object_keys;

use crate::faults::without_retries;
use crate::harness::person::expect;
use crate::harness::pictures::small;
use crate::harness::{Person, TestCloud, run, store};

/// Invalid for DynamoDB: a fault of ours, which is neither retried nor passed off as load.
fn broken(function: &str, operation: &str) -> Fault {
    Fault::new(Action::Error { status: 400, code: "ValidationException".into() }).of(function).on("dynamodb", operation)
}

pub(crate) async fn ringing(cloud: &Cloud) -> BTreeSet<String> {
    let all = cloud.alarms().await.unwrap();
    all.into_iter().filter(|alarm| alarm.state == State::Alarm).map(|alarm| alarm.name).collect()
}

/// Asserts that these alarms ring and no others.
async fn assert_ringing(cloud: &Cloud, names: &[&str]) {
    assert_eq!(ringing(cloud).await, names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>());
}

/// So much later, with the sweeper at work, all five-minute alarms are quiet again.
async fn calm(cloud: &Cloud, minutes: i64) {
    cloud.set_clock_offset(minutes * 60);
    assert!(!cloud.fire_schedule("every-minute-end-stuck").await.unwrap().failed);
    assert_ringing(cloud, &[]).await;
}

#[test]
fn a_healthy_run_rings_nothing_and_silence_does() {
    run(async {
        let cloud = TestCloud::start().await;
        assert_ringing(&cloud, &[]).await;
        let person = Person::signed_in(&cloud).await;
        person.quick_journey().await;
        for schedule in &cloud.model().schedules {
            assert!(!cloud.fire_schedule(&schedule.function).await.unwrap().failed);
        }
        assert_ringing(&cloud, &[]).await;
        cloud.settle(Duration::from_secs(60)).await.unwrap();
        assert_ringing(&cloud, &[]).await;

        // Whoever fires the schedules stops: first the one of each minute is missed, then that of each hour, then that of each day.
        cloud.set_clock_offset(16 * 60);
        assert_ringing(&cloud, &["EveryMinuteEndStuckSilent"]).await;
        cloud.fire_schedule("every-minute-end-stuck").await.unwrap();
        assert_ringing(&cloud, &[]).await;
        cloud.set_clock_offset(125 * 60);
        assert_ringing(
            &cloud,
            &[
                "EveryMinuteEndStuckSilent",
                "EveryHourAdvanceErasuresSilent",
                "EveryHourAuditRetentionSilent",
                "EveryHourDeleteExpiredSilent",
                "EveryHourReconcilePaymentsSilent",
                "EveryHourSignProofsSilent",
            ],
        )
        .await;
        cloud.set_clock_offset(49 * 3600);
        assert!(ringing(&cloud).await.contains("EveryDayCheckModelsSilent"));
        cloud.stop().await;
    });
}

#[test]
fn an_40_a_selfie_that_no_row_knows_rings_once_it_is_too_old() {
    run(async {
        let cloud = TestCloud::start().await;
        let place = async |days: i64, seed| {
            let clock = FixedClock::at(SystemClock::default().now().checked_sub(SignedDuration::from_hours(days * 24)).unwrap());
            let randomness = SeededRandomness::new(seed);
            let key = object_keys::original(AccountId::new(&clock, &randomness).into(), UploadId::new(&clock, &randomness));
            store::put_object(&cloud, &key, b"a selfie").await;
        };
        place(29, 1).await;
        assert!(!cloud.fire_schedule("every-hour-audit-retention").await.unwrap().failed);
        assert_ringing(&cloud, &[]).await;
        place(31, 2).await;
        assert!(cloud.fire_schedule("every-hour-audit-retention").await.unwrap().failed);
        assert!(ringing(&cloud).await.contains("RightsRetentionBreaches"));
        cloud.stop().await;
    });
}

#[test]
fn an_endpoint_that_fails_or_is_throttled_rings_though_lambda_counts_no_error() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        without_retries(&cloud, "me-get");
        cloud.inject(broken("me-get", "TransactGetItems").times(10));
        cloud.inject(broken("me-get", "BatchGetItem").times(10));
        cloud.inject(broken("me-get", "GetItem").times(10));
        assert_eq!(person.get("/v1/me").await.status, 500);
        // One error is a line to read; three are an API that does not work.
        assert_ringing(&cloud, &["AccountsErrorLines"]).await;
        for _ in 0..2 {
            assert_eq!(person.get("/v1/me").await.status, 500);
        }
        assert_ringing(&cloud, &["AccountsErrorLines", "ApiErrors"]).await;
        cloud.clear_faults();
        calm(&cloud, 6).await;

        cloud.reserve_concurrency("styles-list", Some(0)).unwrap();
        assert_eq!(person.get("/v1/styles").await.status, 503);
        assert_ringing(&cloud, &["Throttled"]).await;
        cloud.reserve_concurrency("styles-list", None).unwrap();
        expect(person.get("/v1/styles").await, 200);
        calm(&cloud, 12).await;

        for (kind, alarm) in [("bounce", "MailBounces"), ("complaint", "MailComplaints")] {
            let mut person = Person::visitor(&cloud);
            person.email = format!("{kind}+1@simulator.amazonses.com");
            expect(person.ask_for_code().await, 202);
            assert!(ringing(&cloud).await.contains(alarm), "{kind}");
        }
        cloud.stop().await;
    });
}

#[test]
fn work_that_fails_waits_or_is_given_up_rings() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        // A poison message: each delivery is an error of ours, and the last one puts it aside. Lambda sees runs that succeed.
        let url = cloud.queues()["GenerationQueued"].url.clone();
        cloud.clients().sqs.send_message().queue_url(url).message_body("{").send().await.unwrap();
        cloud.settle(Duration::from_secs(60)).await.unwrap();
        assert_ringing(&cloud, &["GenerationQueuedDlqDepth", "StudioErrorLines"]).await;
        let dead = cloud.queues()["GenerationQueuedDlq"].url.clone();
        cloud.clients().sqs.purge_queue().queue_url(dead).send().await.unwrap();
        calm(&cloud, 6).await;

        // A worker that dies: Lambda counts that one itself.
        cloud.inject(Fault::new(Action::KillBefore).of("on-generation-queued").service("s3").times(3));
        person.quick_generation().await;
        cloud.settle(Duration::from_secs(60)).await.unwrap();
        assert_ringing(&cloud, &["OnGenerationQueuedErrors"]).await;
        cloud.clear_faults();
        calm(&cloud, 12).await;

        // An event that is given up: of a mail that went.
        cloud.inject(broken("on-mail-sent", "UpdateItem").times(3));
        cloud.inject(broken("on-mail-sent", "GetItem").times(3));
        person.quick_generation().await;
        cloud.settle(Duration::from_secs(60)).await.unwrap();
        cloud.clear_faults();
        assert_ringing(&cloud, &["MailSentDlqDepth", "OnMailSentErrors", "StudioErrorLines"]).await;
        let dead = cloud.queues()["MailSentDlq"].url.clone();
        cloud.clients().sqs.purge_queue().queue_url(dead).send().await.unwrap();
        calm(&cloud, 18).await;

        // Nobody reads the queue.
        cloud.pause_queue("GenerationQueued").await.unwrap();
        person.start(&person.upload(&small()).await).await;
        cloud.set_clock_offset(30 * 60);
        assert!(!ringing(&cloud).await.contains("GenerationQueuedAge"));
        cloud.set_clock_offset(34 * 60);
        assert_ringing(&cloud, &["EveryMinuteEndStuckSilent", "GenerationQueuedAge"]).await;

        // The sweeper finds it late and cannot do anything about it.
        cloud.set_clock_offset(52 * 60);
        without_retries(&cloud, "every-minute-end-stuck");
        cloud.inject(broken("every-minute-end-stuck", "GetItem"));
        assert!(cloud.fire_schedule("every-minute-end-stuck").await.unwrap().failed);
        let rings = ringing(&cloud).await;
        for name in ["EveryMinuteEndStuckErrors", "StudioSweepErrors", "StudioSweeperBacklog"] {
            assert!(rings.contains(name), "{name}: {rings:?}");
        }
        cloud.stop().await;
    });
}

#[test]
fn a_function_url_that_fails_rings() {
    run(async {
        let cloud = TestCloud::with(&[("Profile", "ephemeral")]).await;
        without_retries(&cloud, "instant-create");
        cloud.inject(broken("instant-create", "TransactWriteItems").times(3));
        let url = format!("{}/v1/instant?style=soft-anime", cloud.function_url("instant-create").unwrap());
        let headers = [("provider-consent", "palette"), ("age-attestation", "13+"), ("accept", "image/*"), ("content-type", "image/png")];
        for _ in 0..3 {
            let reply = HttpClient::default().send(Method::POST, &url, &headers, small().bytes).await.unwrap();
            assert_eq!(reply.status, 500, "{}", reply.json());
        }
        assert_ringing(&cloud, &["InstantCreateUrl5xx", "InstantErrorLines"]).await;
        cloud.stop().await;
    });
}

#[test]
fn a_budget_that_is_spent_and_a_deletion_that_is_late_ring() {
    run(async {
        let cloud = TestCloud::with(&[("MailsPerDay", "1")]).await;
        let person = Person::signed_in(&cloud).await;
        assert_eq!(Person::visitor(&cloud).ask_for_code().await.status, 503);
        assert_ringing(&cloud, &["AccountsBudgetSpent", "AccountsErrorLines"]).await;
        calm(&cloud, 6).await;

        // An upload that nobody used is due after a day, and its row cannot be deleted.
        person.upload(&small()).await;
        cloud.set_clock_offset(28 * 3600);
        without_retries(&cloud, "on-rows-due");
        cloud.inject(broken("on-rows-due", "DeleteItem").times(1_000));
        assert!(!cloud.fire_schedule("every-hour-delete-expired").await.unwrap().failed);
        cloud.settle(Duration::from_secs(60)).await.unwrap();
        let rings = ringing(&cloud).await;
        assert!(rings.contains("RightsDeletionBacklog") && rings.contains("RightsErrorLines"), "{rings:?}");
        cloud.stop().await;
    });
}
