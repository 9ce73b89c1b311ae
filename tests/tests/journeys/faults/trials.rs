//! The functions of trials, killed before and after every call of theirs.

use local_cloud::{Action, Cloud, Fault};
use serde_json::json;

use super::{TIMEOUT, sweep};
use crate::harness::person::text;
use crate::harness::store::{keys, rows_of};
use crate::harness::visitor::{Visitor, answer, ask};
use crate::harness::{Person, TestCloud, ledger_and_inventory, run};
use crate::promises::catalogue::{Differences, differences};

/// More calls than any of these functions makes.
const MOST_CALLS: u32 = 12;

/// Lets `act` run into the death of `function` at each of its calls, before and after; how often it died. `act` says whether it did, by [`died`].
async fn die_everywhere(cloud: &Cloud, function: &str, mut act: impl AsyncFnMut() -> bool) -> u32 {
    let mut deaths = 0;
    for action in [Action::KillBefore, Action::KillAfter] {
        for nth in 1..=MOST_CALLS {
            cloud.inject(Fault::new(action.clone()).of(function).nth(nth));
            if !act().await {
                break;
            }
            deaths += 1;
        }
    }
    deaths
}

/// Whether the function has died; from now on it lives.
fn died(cloud: &Cloud) -> bool {
    cloud.clear_faults() == 0
}

#[test]
fn an_73_a_function_of_trials_that_dies_anywhere_makes_nothing_twice() {
    run(async {
        let cloud = TestCloud::start().await;
        let begun = die_everywhere(&cloud, "trials-create", async || {
            let (person, answer) = (Person::visitor(&cloud), answer());
            let before = rows_of(&cloud, "FleetingTable", "trial").await.len();
            ask(&person, &answer).await;
            let died = died(&cloud);
            ask(&person, &answer).await;
            assert_eq!(rows_of(&cloud, "FleetingTable", "trial").await.len(), before + 1);
            died
        })
        .await;
        // The first run of a process asks for the salt of the day.
        assert!(begun >= 2, "{begun}");

        let opened = die_everywhere(&cloud, "trial-uploads-create", async || {
            let visitor = Visitor::new(&cloud).await;
            visitor.open_upload().await;
            let died = died(&cloud);
            // Whoever lost the answer gets it once more.
            let upload = visitor.upload().await;
            assert_eq!(visitor.start(&upload).await.status, 202);
            let pk = format!("TRI#{}", visitor.trial);
            assert_eq!(rows_of(&cloud, "StudioTable", "trial-upload").await.iter().filter(|row| row.text("pk") == pk).count(), 1);
            died
        })
        .await;
        let started = die_everywhere(&cloud, "trial-generations-create", async || {
            let (visitor, upload) = Visitor::uploaded(&cloud).await;
            visitor.start(&upload).await;
            let died = died(&cloud);
            let again = visitor.start(&upload).await;
            assert_eq!(again.status, 202);
            let pk = format!("TRI#{}", visitor.trial);
            let own = rows_of(&cloud, "StudioTable", "trial-generation").await;
            assert_eq!(own.iter().filter(|row| row.text("pk") == pk).count(), 1);
            died
        })
        .await;
        let viewed = die_everywhere(&cloud, "trials-get", async || {
            let visitor = Visitor::new(&cloud).await;
            visitor.call(http::Method::GET, "", None).await;
            let died = died(&cloud);
            assert_eq!(visitor.view().await["claimed"], json!(false));
            died
        })
        .await;
        assert!(opened >= 2 && started >= 4 && viewed >= 2, "{opened} {started} {viewed}");
        cloud.settle(TIMEOUT).await.unwrap();
        // What was started and never told is told by the sweeper.
        sweep(&cloud, 16).await;
        cloud.settle(TIMEOUT).await.unwrap();
        assert!(rows_of(&cloud, "StudioTable", "trial-generation").await.iter().all(|row| row.text("state") == "done"));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_73_a_link_that_dies_anywhere_is_mailed_again_and_opens() {
    run(async {
        let cloud = TestCloud::start().await;
        let mailed = die_everywhere(&cloud, "trial-links-create", async || {
            let visitor = Visitor::new(&cloud).await;
            visitor.post("/link", &json!({ "email": visitor.person.email })).await;
            let died = died(&cloud);
            let link = visitor.mailed_link(&visitor.person.email, false).await;
            assert_eq!(Visitor::open(&cloud, &link).await.status, 200);
            died
        })
        .await;
        let opened = die_everywhere(&cloud, "trial-links-open", async || {
            let visitor = Visitor::new(&cloud).await;
            let link = visitor.mailed_link(&visitor.person.email, false).await;
            Visitor::open(&cloud, &link).await;
            let died = died(&cloud);
            assert_eq!(Visitor::open(&cloud, &link).await.status, 200);
            died
        })
        .await;
        assert!(mailed >= 4 && opened >= 4, "{mailed} {opened}");
        let leads = rows_of(&cloud, "LeadsTable", "lead").await.len();
        assert!(leads > 0 && leads <= 16);
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_73_a_claim_that_dies_anywhere_is_one_claim() {
    run(async {
        let cloud = TestCloud::start().await;
        let mut claimed = Vec::new();
        let deaths = die_everywhere(&cloud, "trials-claim", async || {
            let (mut visitor, _) = Visitor::done(&cloud).await;
            visitor.person.sign_in().await;
            visitor.claim().await;
            let died = died(&cloud);
            let again = visitor.claim().await;
            assert_eq!(again.status, 202);
            claimed.push((visitor.person.clone(), text(&again.json(), "generation_id")));
            died
        })
        .await;
        assert!(deaths >= 6, "{deaths}");
        cloud.settle(TIMEOUT).await.unwrap();
        sweep(&cloud, 16).await;
        cloud.settle(TIMEOUT).await.unwrap();
        for (person, own) in &claimed {
            assert_eq!(person.generation(own).await["state"], "done");
            let pk = format!("ACC#{}", person.account);
            assert_eq!(rows_of(&cloud, "StudioTable", "generation").await.iter().filter(|row| row.text("pk") == pk).count(), 1);
        }
        assert_eq!(differences(&cloud).await, Differences::default());
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;

        // A day later the trials are gone, and what was claimed is not.
        let day = 24 * 60;
        sweep(&cloud, day - 29).await;
        sweep(&cloud, day - 10).await;
        cloud.set_clock_offset(day * 60);
        crate::harness::delete_expired(&cloud).await;
        assert_eq!(rows_of(&cloud, "StudioTable", "trial-generation").await.len(), 0);
        assert!(keys(&cloud, "generated/").await.iter().all(|key| key.starts_with("generated/acc_")));
        for (person, own) in &claimed {
            assert!(!keys(&cloud, &person.generation_folder(own)).await.is_empty());
        }
        assert_eq!(differences(&cloud).await, Differences::default());
        cloud.stop().await;
    });
}
