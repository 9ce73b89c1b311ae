//! The stores pass the contract suites of their ports on the local endpoints.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::sync::Arc;

use dynamo::{Database, Item};
use kernel::{AccountSession, Clock, Failure, FixedClock, Language, SeededRandomness, SignedDuration};
use outreach::{Audience, Subscribers};
use policy::Class;
use testkit::builders;
use testkit::contract::outreach::{self as contract, OutreachStores};
use via_dynamodb_accounts::keys;
use via_dynamodb_outreach::*;

fn table(logical_id: &str) -> String {
    (*testkit::cloud::cloud().tables().get(logical_id).unwrap_or_else(|| panic!("template.yaml has no {logical_id}"))).to_owned()
}

fn database() -> Database {
    Database::new(&testkit::cloud::config())
}

/// The stores, with ids of their own for each seed.
fn stores(seed: u64) -> OutreachStores {
    let (accounts, fleeting) = (table("AccountsTable"), table("FleetingTable"));
    OutreachStores {
        clock: Arc::new(FixedClock::at(builders::midnight())),
        randomness: SeededRandomness::new(seed),
        subscriptions: Box::new(DynamoSubscriptions::new(database(), accounts.clone()).changing(table("RightsTable"))),
        suppressions: Box::new(DynamoSuppressions::new(database(), fleeting.clone())),
        standings: Box::new(DynamoStandings::new(database(), fleeting.clone(), accounts)),
        campaigns: Box::new(DynamoCampaigns::new(database(), fleeting.clone())),
        mails: Box::new(DynamoCampaignMails::new(database(), fleeting)),
    }
}

#[tokio::test]
async fn an_04_an_05_subscriptions_and_standings() {
    contract::subscriptions(&stores(1)).await;
    contract::standings(&stores(2)).await;
}

#[tokio::test]
async fn an_72_campaigns() {
    contract::campaigns(&stores(3)).await;
    contract::claims(&stores(4)).await;
}

async fn open_account(caller: &AccountSession, name: &str, locale: &str) {
    let profile = Item::new(Class::Account.id(), keys::profile(caller.account))
        .text("email", builders::email(name).as_str())
        .text("locale", locale)
        .text("created_at", builders::midnight().to_string());
    let wallet = Item::new(Class::Wallet.id(), keys::wallet(caller.owner())).number("available", 0).number("held", 0);
    for row in [profile, wallet] {
        drop(database().write(row.put(&table("AccountsTable"))).await.unwrap());
    }
}

/// Everybody is on a page once, though most rows are no people, and pages may be empty.
#[tokio::test]
async fn an_72_the_audience_is_everybody_with_an_account() {
    let (clock, randomness) = (FixedClock::at(builders::midnight()), SeededRandomness::new(5));
    let mut expected = BTreeSet::new();
    for number in 0..30 {
        let caller = builders::caller(&clock, &randomness);
        let (name, locale) = (caller.account.to_string(), if number % 2 == 0 { "ja-JP" } else { "fr" });
        open_account(&caller, &name, locale).await;
        expected.insert((builders::email(&name).as_str().to_owned(), Language::of(locale).tag()));
    }
    let audience = DynamoAudience::new(database(), table("AccountsTable"));
    let (mut seen, mut place, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = audience.page(place.as_deref()).await.unwrap();
        pages += 1;
        if let Some(middle) = page.people.get(page.people.len() / 2) {
            // From behind somebody in the middle of a page, the others follow.
            let rest = audience.page(Some(&middle.place)).await.unwrap();
            let behind: Vec<_> = page.people.iter().skip(page.people.len() / 2 + 1).collect();
            assert!(behind.iter().all(|person| rest.people.contains(person)));
        }
        seen.extend(page.people.iter().map(|person| (person.recipient.email.as_str().to_owned(), person.recipient.language.tag())));
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    let ours: BTreeSet<_> = seen.iter().filter(|one| expected.contains(*one)).cloned().collect();
    assert_eq!((ours.len(), seen.iter().filter(|one| expected.contains(*one)).count()), (30, 30), "each once");
    assert!(pages > 1);
}

#[tokio::test]
async fn an_25_the_address_is_that_of_an_open_session() {
    let (clock, randomness) = (Arc::new(FixedClock::at(builders::midnight())), SeededRandomness::new(6));
    let (caller, fleeting) = (builders::caller(&*clock, &randomness), table("FleetingTable"));
    let store = DynamoSubscribers::new(database(), fleeting.clone(), table("AccountsTable"), clock.clone());
    assert!(matches!(store.email(&caller).await, Err(Failure::Denied(_))));
    open_account(&caller, "signed-in", "en").await;
    assert!(matches!(store.email(&caller).await, Err(Failure::Denied(_))), "an account without the session");
    let ends = clock.now() + SignedDuration::from_hours(1);
    let session = Item::new(Class::Session.id(), keys::session(&caller)).due(dynamo::EXPIRY, ends);
    drop(database().write(session.put(&fleeting)).await.unwrap());
    assert_eq!(store.email(&caller).await.unwrap(), builders::email("signed-in"));
    clock.advance(SignedDuration::from_hours(1));
    assert!(matches!(store.email(&caller).await, Err(Failure::Denied(_))), "its time is over");
}
