//! What browsers do, and messages to the operator, on the local endpoints.

use dynamo::Database;
use kernel::{Clock, SignedDuration};
use policy::Class;
use policy::deletion::DueRows;
use testkit::contract::insights::{self, message};
use testkit::contract::{Insights, Stores};
use via_dynamodb_insights::{DynamoDays, DynamoInbox, DynamoUsage};

use crate::contract::{stores, table};

fn database() -> Database {
    Database::new(&testkit::cloud::config())
}

fn inbox() -> DynamoInbox {
    DynamoInbox::new(database(), table("FleetingTable"), table("InsightsTable"))
}

fn ports() -> Insights {
    Insights {
        usage: Box::new(DynamoUsage::new(database(), table("FleetingTable"), table("InsightsTable"))),
        days: Box::new(DynamoDays::new(database(), table("InsightsTable"))),
        inbox: Box::new(inbox()),
    }
}

#[tokio::test]
async fn an_17_an_18_what_browsers_do() {
    insights::days_of_browsers(&stores(70), &ports()).await;
    insights::whose_browsers(&stores(71), &ports()).await;
    insights::refused_browsers(&stores(72), &ports()).await;
}

#[tokio::test]
async fn an_69_how_often_browsers_may_tell() {
    insights::limits_of_events(&stores(73), &ports()).await;
}

#[tokio::test]
async fn numbers_of_days_are_those_of_the_latest_count() {
    // A month that no other test has.
    let stores = stores(74);
    stores.clock.advance(SignedDuration::from_hours(-24 * 400));
    insights::numbers_of_days(&stores, &ports()).await;
    let day = stores.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let kept = DynamoDays::new(database(), table("InsightsTable")).of_month(day).await.unwrap();
    assert_eq!(kept.iter().map(|counts| (counts.day, counts.persons)).collect::<Vec<_>>(), [(day, Some(9))]);
}

/// Writes rows of every class.
pub(crate) async fn everything(stores: &Stores) {
    insights::refused_browsers(stores, &ports()).await;
    insights::a_linked_browser(stores, &ports()).await;
    insights::numbers_of_days(stores, &ports()).await;
    insights::feedback(stores, &ports()).await;
}

async fn due(stores: &Stores, class: Class, after: SignedDuration) -> usize {
    let due_by = stores.clock.now() + after;
    let mut rows = 0;
    for shard in 0..16 {
        rows += stores.expired.page(&DueRows { class, shard, due_by }, None, 1_000).await.unwrap().rows.len();
    }
    rows
}

#[tokio::test]
async fn an_08_messages_are_read_and_end() {
    let sent = insights::feedback(&stores(75), &ports()).await;
    // Longer ago than those of any other test: these alone are due then.
    let stores = stores(76);
    stores.clock.advance(SignedDuration::from_hours(-24 * 1_000));
    let written = message(&stores);
    ports().inbox.put(&written).await.unwrap();
    let read = inbox().messages().await.unwrap();
    assert!(read.len() > sent.len() && read.is_sorted_by_key(|message| message.at));
    let first = &read[0];
    assert_eq!((first.at, first.words.as_str(), first.contact.as_deref()), (written.at, "A moon.", Some("grace@example.org")));
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    assert_eq!(due(&stores, Class::Feedback, days(180) - SignedDuration::from_secs(1)).await, 0);
    assert_eq!(due(&stores, Class::Feedback, days(180)).await, 1);
}
