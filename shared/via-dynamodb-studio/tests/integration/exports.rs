//! Exports pass the contract suites of their ports on the local endpoints; and rows are read from where they are.

use dynamo::{Database, EXPIRY, Item, Key};
use exports::Rows;
use exports::layout::Range;
use jiff::civil::date;
use kernel::{AccountId, Clock, DeviceId, SignedDuration, Timestamp};
use policy::{Class, Expiring, Table};
use testkit::contract::exports::{self as contract, ExportStores};
use via_dynamodb_exports::*;
use via_dynamodb_insights::keys::device_day;

use crate::contract::{stores, table};

fn database() -> Database {
    Database::new(&testkit::cloud::config())
}

fn export_stores(seed: u64) -> ExportStores {
    let (stores, fleeting, rights) = (stores(seed), table("FleetingTable"), table("RightsTable"));
    ExportStores {
        requests: Box::new(DynamoExportRequests::new(database(), fleeting.clone(), rights.clone())),
        exports: Box::new(DynamoExports::new(database(), rights.clone())),
        mails: Box::new(DynamoExports::new(database(), rights.clone())),
        views: Box::new(DynamoExportViews::new(database(), fleeting, rights, stores.clock.clone())),
        stores,
    }
}

/// Requests and volumes, with the ids of this seed.
pub(crate) async fn everything(seed: u64) {
    contract::requests(&export_stores(seed)).await;
    contract::work(&export_stores(seed + 1)).await;
    contract::views(&export_stores(seed + 2)).await;
}

#[tokio::test]
async fn an_54_exports() {
    everything(301).await;
}

fn rows() -> DynamoRows {
    DynamoRows::new(
        database(),
        Tables {
            accounts: table("AccountsTable"),
            studio: table("StudioTable"),
            screening: table("ScreeningTable"),
            insights: table("InsightsTable"),
            leads: table("LeadsTable"),
            rights: table("RightsTable"),
        },
    )
}

async fn put(table_id: &str, class: Class, key: Key, more: (&str, &str)) {
    drop(database().write(Item::new(class.id(), key).text(more.0, more.1).put(&table(table_id))).await.unwrap());
}

/// A row of a class that ends, as the suites of what is stored want it.
async fn put_due(class: Expiring, key: Key, now: Timestamp, with: impl FnOnce(Item) -> Item) {
    let row = with(Item::new(class.class().id(), key)).due(EXPIRY, class.expires_at(now));
    drop(database().write(row.put(&table("InsightsTable"))).await.unwrap());
}

#[tokio::test]
async fn an_54_all_rows_of_a_range_are_read_page_by_page() {
    let filler = "x".repeat(300_000);
    for number in 0..5 {
        put("StudioTable", Class::Generation, Key::new("ACC#rows", format!("GEN#gen_{number}")), ("style", &filler)).await;
    }
    put("StudioTable", Class::Deliverables, Key::new("ACC#rows", "DEL#gen_1"), ("bundle", "{}")).await;
    let range = Range { table: Table::Studio, pk: "ACC#rows".into(), sk: "GEN#".into() };
    let (mut after, mut found, mut pages) = (None, Vec::new(), 0);
    loop {
        let page = rows().page(&range, after.as_deref()).await.unwrap();
        found.extend(page.rows.iter().map(|row| row.text("sk").to_owned()));
        (after, pages) = (found.last().cloned(), pages + 1);
        if !page.more {
            break;
        }
    }
    assert_eq!(found, ["GEN#gen_0", "GEN#gen_1", "GEN#gen_2", "GEN#gen_3", "GEN#gen_4"]);
    assert!(pages > 1);
}

#[tokio::test]
async fn an_54_the_days_of_a_browser_are_found_by_its_link() {
    let stores = stores(304);
    let now = stores.clock.now();
    let (mine, other) = (DeviceId::new(&*stores.clock, &stores.randomness), DeviceId::new(&*stores.clock, &stores.randomness));
    let days = [date(2030, 1, 1), date(2029, 12, 31), date(2029, 10, 3), date(2029, 10, 1)];
    for day in days {
        put_due(Class::DEVICE_DAY, device_day(day, mine), now, |row| row.text("actions", day.to_string())).await;
        put_due(Class::DEVICE_DAY, device_day(day, other), now, |row| row.text("actions", "other")).await;
    }
    let owner = format!("ACC#{}", AccountId::new(&*stores.clock, &stores.randomness));
    let range = Range { table: Table::Insights, pk: owner.clone(), sk: "DEV#".into() };
    put_due(Class::DEVICE_LINK, Key::new(owner, format!("DEV#{mine}")), now, |row| row).await;
    let link = rows().page(&range, None).await.unwrap().rows.remove(0);
    let since = now.checked_sub(SignedDuration::from_hours(24 * 90)).unwrap();
    let found = rows().linked(Class::DeviceDay, &link, since, now).await.unwrap();
    assert_eq!(found.iter().map(|row| row.text("actions")).collect::<Vec<_>>(), ["2029-10-03", "2029-12-31", "2030-01-01"]);
    assert!(rows().linked(Class::Lead, &link, since, now).await.is_err());
}
