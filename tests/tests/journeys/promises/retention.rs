//! Retentions: through the real deletion job, at another time.

use local_cloud::{Action, Cloud, Fault};
use serde_json::json;

use crate::faults::without_retries;
use crate::harness::person::{expect, new_key, text};
use crate::harness::pictures::{blocked, small};
use crate::harness::store::{all_rows, keys, rows_of};
use crate::harness::visitor::Visitor;
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, run};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Runs the hourly job at this offset, and the deletions it tells; returns whether one of them was given up.
async fn delete_expired(cloud: &Cloud, later: i64) -> bool {
    cloud.set_clock_offset(later);
    let given_up = async || cloud.backlog("RowsDueDlq").await.unwrap();
    let before = given_up().await;
    crate::harness::delete_expired(cloud).await;
    given_up().await > before
}

#[test]
fn an_01_a_code_nobody_used_is_deleted_after_ten_minutes() {
    run(async {
        let cloud = TestCloud::start().await;
        assert_eq!(Person::visitor(&cloud).ask_for_code().await.status, 202);
        let count = async || rows_of(&cloud, "FleetingTable", "sign-in-code").await.len();

        assert!(!delete_expired(&cloud, 9 * MINUTE).await);
        assert_eq!(count().await, 1);
        assert!(!delete_expired(&cloud, 10 * MINUTE).await);
        assert_eq!(count().await, 0);
        cloud.stop().await;
    });
}

/// The counts of networks and the salt that leads to them end with their day; that a mailbox had its first credits stays for a year.
#[test]
fn an_52_a_day_later_no_count_of_a_network_and_no_salt_is_left() {
    run(async {
        let cloud = TestCloud::start().await;
        Person::signed_in(&cloud).await;
        let count = async |class| rows_of(&cloud, "FleetingTable", class).await.len();
        assert!(count("network-counter").await >= 6 && count("network-salt").await == 1);
        let left = DAY - jiff::Timestamp::now().as_second().rem_euclid(DAY);

        assert!(!delete_expired(&cloud, left + HOUR + MINUTE).await);
        assert_eq!((count("network-counter").await, count("network-salt").await, count("rate-counter").await), (0, 0, 0));
        assert!(!delete_expired(&cloud, 364 * DAY).await);
        assert_eq!(count("mailbox-grant").await, 1);
        assert!(!delete_expired(&cloud, 365 * DAY).await);
        assert_eq!(count("mailbox-grant").await, 0);
        cloud.stop().await;
    });
}

#[test]
fn an_40_a_selfie_is_there_at_29_days_23_hours_and_gone_at_30_days() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        person.quick_journey().await;
        assert_eq!(keys(&cloud, "uploads/").await.len(), 1);

        assert!(!delete_expired(&cloud, 30 * DAY - HOUR).await);
        assert_eq!((keys(&cloud, "uploads/").await.len(), rows_of(&cloud, "StudioTable", "upload").await.len()), (1, 1));
        assert!(!delete_expired(&cloud, 30 * DAY).await);
        assert_eq!((keys(&cloud, "uploads/").await.len(), rows_of(&cloud, "StudioTable", "upload").await.len()), (0, 0));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_40_an_upload_nobody_used_is_gone_after_a_day() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        person.upload(&small()).await;
        person.open_upload("image/png", 5).await;
        let count = async || (keys(&cloud, "uploads/").await.len(), rows_of(&cloud, "StudioTable", "upload-unused").await.len());

        assert!(!delete_expired(&cloud, DAY - HOUR).await);
        assert_eq!(count().await, (1, 2));
        assert!(!delete_expired(&cloud, DAY).await);
        assert_eq!(count().await, (0, 0));
        cloud.stop().await;
    });
}

/// Everything of a trial is there for 23 hours and gone after a day: by the sweeper, and by the hourly deletion.
#[test]
fn an_73_a_trial_is_gone_a_day_after_it_began() {
    run(async {
        let cloud = TestCloud::start().await;
        let (visitor, _) = Visitor::done(&cloud).await;
        visitor.mailed_link(&visitor.person.email, true).await;
        let sweep = async |later| {
            cloud.set_clock_offset(later);
            assert!(!cloud.fire_schedule("every-minute-end-stuck").await.unwrap().failed);
        };
        let of_trials = async || {
            let rows = all_rows(&cloud).await;
            rows.iter().filter(|row| row.text("class").starts_with("trial")).map(|row| row.text("class").to_owned()).collect::<Vec<_>>()
        };
        sweep(23 * HOUR).await;
        assert!(!delete_expired(&cloud, 23 * HOUR).await);
        assert_eq!((keys(&cloud, "uploads/").await.len(), visitor.view().await["generation"]["state"].as_str()), (1, Some("done")));
        // The proof, whose challenge is long over, is gone by now.
        assert_eq!(of_trials().await.len(), 6, "{:?}", of_trials().await);

        sweep(DAY - 29 * MINUTE).await;
        assert_eq!(keys(&cloud, "generated/").await, Vec::<String>::new());
        sweep(DAY - 10 * MINUTE).await;
        assert!(!delete_expired(&cloud, DAY).await);
        assert_eq!((keys(&cloud, "").await, of_trials().await), (Vec::<String>::new(), Vec::<String>::new()));
        assert_eq!(visitor.call(http::Method::GET, "", None).await.status, 401);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_42_a_blocked_selfie_is_gone_five_days_from_the_decision() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        for _ in 0..2 {
            assert_eq!(person.journey(&blocked()).await["state"], "blocked");
        }
        let count = async || (keys(&cloud, "quarantine/").await.len(), rows_of(&cloud, "ScreeningTable", "quarantine").await.len());

        assert!(!delete_expired(&cloud, 5 * DAY - HOUR).await);
        assert_eq!(count().await, (2, 2));

        // A failed one keeps its row, and its message comes again.
        without_retries(&cloud, "on-rows-due");
        cloud.inject(Fault::new(Action::Refuse).of("on-rows-due").on("s3", "DeleteObjects"));
        assert!(!delete_expired(&cloud, 5 * DAY).await);
        assert_eq!((count().await, cloud.clear_faults()), ((0, 0), 0));
        cloud.stop().await;
    });
}

#[test]
fn an_42_a_blocked_selfie_of_a_trial_is_gone_five_days_from_the_decision() {
    run(async {
        let cloud = TestCloud::start().await;
        let visitor = Visitor::new(&cloud).await;
        let opened = visitor.post("/uploads", &json!({ "content_type": "image/png", "bytes": blocked().bytes.len() })).await;
        let opened = expect(opened, 201);
        assert!(visitor.person.post_form(&opened, &[], &blocked().bytes).await.status.is_success());
        expect(visitor.start(&text(&opened, "upload_id")).await, 202);
        assert_eq!(visitor.settled().await["generation"]["state"], "blocked");
        let count = async || (keys(&cloud, "quarantine/").await.len(), rows_of(&cloud, "ScreeningTable", "quarantine").await.len());
        assert_eq!(count().await, (1, 1));
        assert!(!delete_expired(&cloud, 5 * DAY).await);
        assert_eq!(count().await, (0, 0));
        cloud.stop().await;
    });
}

#[test]
fn an_48_a_moderation_record_is_gone_after_ninety_days() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        person.journey(&blocked()).await;
        let count = async || rows_of(&cloud, "ScreeningTable", "moderation-record").await.len();
        assert!(!delete_expired(&cloud, 90 * DAY - HOUR).await);
        assert_eq!(count().await, 1);
        assert!(!delete_expired(&cloud, 90 * DAY).await);
        assert_eq!(count().await, 0);
        cloud.stop().await;
    });
}

#[test]
fn an_46_what_was_generated_stays_while_the_account_does() {
    run(async {
        let cloud = TestCloud::start().await;
        let person = Person::signed_in(&cloud).await;
        person.quick_journey().await;
        cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
        let (rows, objects) = (all_rows(&cloud).await.len(), keys(&cloud, "").await);
        assert!(!delete_expired(&cloud, 0).await);
        assert_eq!((all_rows(&cloud).await.len(), keys(&cloud, "").await), (rows, objects), "nothing is due yet");

        let before = keys(&cloud, "generated/").await;
        assert!(!delete_expired(&cloud, 3650 * DAY).await);
        assert_eq!(keys(&cloud, "generated/").await, before);
        assert!(!before.is_empty());

        let bucket = crate::harness::store::bucket(&cloud);
        let lifecycle = cloud.clients().s3.get_bucket_lifecycle_configuration().bucket(bucket).send().await.unwrap();
        let mut expiring: Vec<&str> = lifecycle
            .rules()
            .iter()
            .filter(|rule| rule.expiration().is_some())
            .map(|rule| rule.filter().and_then(|filter| filter.prefix()).unwrap_or(""))
            .collect();
        expiring.sort_unstable();
        assert_eq!(expiring, ["exports/", "quarantine/", "uploads/"], "no lifecycle ends what was generated");
        cloud.stop().await;
    });
}

#[test]
fn what_the_deletion_is_late_with_reads_as_absent() {
    run(async {
        let cloud = TestCloud::start().await;
        let mut person = Person::signed_in(&cloud).await;
        let upload = person.upload(&small()).await;
        let body = json!({ "upload_id": upload, "style": "soft-anime", "count": 1 });

        // No job has deleted the rows: their expiry alone makes them absent.
        cloud.set_clock_offset(DAY + MINUTE);
        assert_problem(&person.start_as(&new_key(), &body).await, 404, "not-found");
        assert_eq!(rows_of(&cloud, "StudioTable", "upload-unused").await.len(), 1);

        cloud.set_clock_offset(30 * DAY + MINUTE);
        assert_problem(&person.get("/v1/me").await, 401, "signed-out");
        assert_eq!(rows_of(&cloud, "FleetingTable", "session").await.len(), 1);
        person.sign_in().await;
        assert_eq!(person.wallet().await, (3, 0));

        assert!(!delete_expired(&cloud, 30 * DAY + MINUTE).await);
        let sessions = rows_of(&cloud, "FleetingTable", "session").await;
        assert_eq!(sessions.len(), 1, "the old session is gone, the new one stays");
        assert_eq!(person.get("/v1/me").await.status, 200);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
