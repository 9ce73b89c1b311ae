//! Mails to many people, and what listens to the mail service, killed at every call.

use std::collections::BTreeMap;

use local_cloud::{Action, Call, Fault};
use serde_json::json;

use super::TIMEOUT;
use crate::harness::store::rows_of;
use crate::harness::{Person, TestCloud, ledger_and_inventory, mailbox, run, until};
use crate::journeys::mail::{operate, opt_in, state, words};

/// The mails of campaigns that each of these people got.
async fn mailed(cloud: &TestCloud, people: &[Person<'_>]) -> BTreeMap<String, usize> {
    let mails = mailbox::all(cloud).await;
    let of =
        |person: &Person<'_>| mails.iter().filter(|mail| mail.to == [person.email.as_str()] && mail.subject.contains("policy")).count();
    people.iter().map(|person| (person.email.clone(), of(person))).collect()
}

/// One delivery of a campaign's message: whether the worker lived. What it and the tool sent to the queue, which is paused, is lost: this delivers instead.
async fn deliver(cloud: &TestCloud, name: &str) -> bool {
    let body = json!({ "version": 1, "campaign_id": name }).to_string();
    let lived = cloud.deliver("CampaignDue", &[body]).await.is_ok_and(|failed| failed.is_empty());
    cloud.clients().sqs.purge_queue().queue_url(&cloud.queues()["CampaignDue"].url).send().await.unwrap();
    cloud.settle(TIMEOUT).await.unwrap();
    lived
}

#[test]
fn an_02_an_72_a_mail_to_many_people_may_die_at_every_call_and_each_has_it_once() {
    run(async {
        let cloud = TestCloud::start().await;
        let mut people = Vec::new();
        for _ in 0..3 {
            people.push(Person::signed_in(&cloud).await);
        }
        cloud.pause_queue("CampaignDue").await.unwrap();
        let (words, function) = (words(&cloud), "on-campaign-due");
        let (mut nth, mut minutes, mut calls) = (0, 0, 1);
        // The first one lives, and says how many calls there are.
        while nth <= calls {
            let name = format!("policy-{nth}");
            operate(&cloud, &["count", &name, "--notice", "2030-02-01T00:00:00Z", &words]).await.unwrap();
            assert!(deliver(&cloud, &name).await);
            assert_eq!(state(&cloud, &name).await, "counted");
            operate(&cloud, &["start", &name]).await.unwrap();
            cloud.reset_calls();
            if nth > 0 {
                cloud.inject(Fault::new(Action::KillBefore).of(function).nth(nth));
            }
            for _ in 0..8 {
                if state(&cloud, &name).await == "done" {
                    break;
                }
                deliver(&cloud, &name).await;
                minutes += 16;
                cloud.set_clock_offset(minutes * 60);
            }
            assert_eq!((state(&cloud, &name).await.as_str(), cloud.clear_faults()), ("done", 0), "killed at call {nth}");
            if nth == 0 {
                let made: Vec<Call> = cloud.calls().into_iter().filter(|call| call.function.as_deref() == Some(function)).collect();
                calls = u32::try_from(made.len()).unwrap();
                assert!(calls >= 13, "{calls}");
            }
            nth += 1;
            let wanted = people.iter().map(|person| (person.email.clone(), usize::try_from(nth).unwrap())).collect();
            assert_eq!(mailed(&cloud, &people).await, wanted, "killed at call {} of {calls}", nth - 1);
        }
        // SES refuses for the moment: that mail certainly did not go, and it and the others go later.
        let name = "policy-busy";
        operate(&cloud, &["count", name, "--notice", "2030-02-01T00:00:00Z", &words]).await.unwrap();
        deliver(&cloud, name).await;
        operate(&cloud, &["start", name]).await.unwrap();
        cloud.inject(Fault::new(Action::Refuse).of(function).on("sesv2", "SendEmail").nth(2));
        assert!(deliver(&cloud, name).await && state(&cloud, name).await == "mailing");
        assert!(deliver(&cloud, name).await && state(&cloud, name).await == "done");
        let wanted = people.iter().map(|person| (person.email.clone(), usize::try_from(nth).unwrap() + 1)).collect();
        assert_eq!((mailed(&cloud, &people).await, cloud.clear_faults()), (wanted, 0));
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

#[test]
fn an_36_what_hears_of_bounces_may_die_anywhere() {
    run(async {
        let cloud = TestCloud::start().await;
        for nth in 1..=4 {
            let mut person = Person::visitor(&cloud);
            person.email = format!("complaint+{:08x}@simulator.amazonses.com", rand::random::<u32>());
            cloud.hold_events();
            person.sign_in().await;
            opt_in(&person).await;
            cloud.inject(Fault::new(Action::KillBefore).of("on-mail-event").nth(nth));
            cloud.release_events();
            until("the complaint being noted", async || {
                let ended = rows_of(&cloud, "AccountsTable", "marketing-consent").await;
                let ended = ended.iter().filter(|row| row.text("ended_by") == "mail-service").count();
                let suppressed = rows_of(&cloud, "FleetingTable", "mail-suppression").await.len();
                (ended == nth as usize && suppressed == nth as usize).then_some(())
            })
            .await;
            cloud.settle(TIMEOUT).await.unwrap();
            // A code belongs to no campaign: there is no fourth call to die at.
            assert_eq!(cloud.clear_faults(), usize::from(nth == 4));
        }
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}
