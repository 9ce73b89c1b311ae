//! What the mail service tells.

use kernel::SignedDuration;
use outreach::{CampaignKind, CampaignState, MadeBy, MailEvent, MailEventKind};
use policy::Class;
use proptest::prelude::*;
use serde_json::json;

use crate::world::{FAULTS, World};

fn event(kind: MailEventKind, name: &str, campaign: Option<&str>) -> MailEvent {
    MailEvent { kind, address: Some(World::key(name)), campaign: campaign.map(|name| name.parse().unwrap()) }
}

#[tokio::test]
async fn an_36_mail_that_came_back_or_is_called_spam_is_the_last_for_some_time() {
    for kind in [MailEventKind::Bounce, MailEventKind::Complaint] {
        let world = World::new();
        let (ada, bob) = (world.person("ada", "en"), world.person("bob", "en"));
        world.opt_in(&ada).await;
        world.opt_in(&bob).await;
        for _ in 0..2 {
            world.note(&event(kind, "ada", None)).await.unwrap().unwrap();
        }
        {
            let rows = world.database.rows();
            assert_eq!(rows.suppressions.get(&World::key("ada")), Some(&Class::MAIL_SUPPRESSION.expires_at(world.now())));
            assert_eq!(rows.subscriptions[&World::key("ada")].end().unwrap().0, MadeBy::MailService);
            assert!(!rows.suppressions.contains_key(&World::key("bob")) && rows.subscriptions[&World::key("bob")].end().is_none());
        }
        // A later one begins the time anew.
        world.clock.advance(SignedDuration::from_hours(24));
        world.note(&event(kind, "ada", None)).await.unwrap().unwrap();
        let until = world.database.rows().suppressions[&World::key("ada")];
        assert_eq!(until, Class::MAIL_SUPPRESSION.expires_at(world.now()));
    }
}

#[tokio::test]
async fn an_36_a_mail_that_went_suppresses_nobody() {
    let world = World::new();
    world.note(&event(MailEventKind::Send, "ada", None)).await.unwrap().unwrap();
    world.note(&event(MailEventKind::Send, "ada", Some("winter"))).await.unwrap().unwrap();
    assert!(world.database.rows().suppressions.is_empty());
}

#[tokio::test]
async fn an_36_an_event_whose_worker_dies_comes_again() {
    for (when, kind) in FAULTS {
        for nth in 0..3 {
            let world = World::new();
            let ada = world.person("ada", "en");
            world.opt_in(&ada).await;
            let name = world.open(CampaignKind::Marketing);
            world.change_campaign(|campaign| {
                Some(outreach::Campaign { state: CampaignState::Counted, ..campaign.clone() }.started().unwrap())
            });
            world.settle().await;
            let complaint = event(MailEventKind::Complaint, "ada", Some(&name.to_string()));
            world.faults.fail(nth, when, kind);
            assert!(!matches!(world.note(&complaint).await, Ok(Ok(()))), "{when:?} {kind:?} {nth}");
            world.note(&complaint).await.unwrap().unwrap();
            let rows = world.database.rows();
            assert!(rows.suppressions.contains_key(&World::key("ada")) && rows.subscriptions[&World::key("ada")].end().is_some());
            assert_eq!(rows.campaigns["winter"].counts.complained, 1, "counted once: {when:?} {kind:?} {nth}");
        }
    }
}

#[test]
fn an_event_is_read_without_an_address_and_beside_the_services_own_tags() {
    let key = World::key("ada");
    let own = json!({ "ses:configuration-set": ["nigao-mails"], "ses:caller-identity": ["a", "b"], "kind": ["marketing"] });
    let with = |more: serde_json::Value| {
        let mut tags = own.as_object().unwrap().clone();
        tags.extend(more.as_object().unwrap().clone());
        MailEvent::read(json!({ "kind": "Bounce", "tags": tags }))
    };
    assert_eq!(with(json!({ "address": [key.as_str()] })).unwrap(), event(MailEventKind::Bounce, "ada", None));
    let of_campaign = with(json!({ "address": [key.as_str()], "campaign_id": ["winter"] })).unwrap();
    assert_eq!(of_campaign, event(MailEventKind::Bounce, "ada", Some("winter")));
    assert_eq!(with(json!({})).unwrap().address, None, "a mail of before");
    for wrong in [
        json!({ "address": ["ada@example.org"] }),
        json!({ "address": [key.as_str(), key.as_str()] }),
        json!({ "address": key.as_str() }),
        json!({ "address": [1] }),
        json!({ "address": [key.as_str().to_uppercase()] }),
        json!({ "address": [key.as_str()], "campaign_id": ["A#B"] }),
    ] {
        assert!(with(wrong.clone()).is_err(), "{wrong}");
    }
    for wrong in [
        json!(null),
        json!({}),
        json!({ "kind": "Delivery", "tags": {} }),
        json!({ "kind": "Bounce" }),
        json!({ "kind": "Bounce", "tags": [] }),
    ] {
        assert!(MailEvent::read(wrong.clone()).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_event_is_read_or_refused(kind in "Send|Bounce|Complaint|[a-zA-Z]{0,12}", name in "address|campaign_id|\\PC{0,8}", value in "\\PC{0,80}") {
        let _ = MailEvent::read(json!({ "kind": kind, "tags": { name: [value] } }));
    }
}
