//! A backup of accounts that is brought back (docs/decisions/restoring.md).

use aws_sdk_dynamodb::Client;
use dynamo::{Answer, Attributes, Database, Item, Key, Query, Read, text};
use testkit::contract::restoring::Drill;
use via_dynamodb_accounts::keys;
use via_dynamodb_outreach::DynamoSubscriptions;
use via_dynamodb_rights::{DynamoRestoring, Restored, RestoringTables, Segment};

use crate::contract::{create_table, stores, table};

fn database() -> Database {
    Database::new(&testkit::cloud::config())
}

/// Every row of the table of accounts that is somebody's of the drill.
async fn rows_of(drill: &Drill) -> Vec<Attributes> {
    let owners = drill.everybody().map(|person| keys::profile(person.session.account).pk);
    let addresses = drill.addresses().into_iter().map(|key| keys::email(&key).pk);
    let mut rows = Vec::new();
    for pk in owners.chain(addresses) {
        let query = Query::of(&table("AccountsTable"), "pk = :pk").value(":pk", text(pk)).consistently();
        rows.extend(database().query_all(query).await.unwrap());
    }
    rows
}

fn key_of(row: &Attributes) -> Key {
    Key::new(row.required_text("pk").unwrap(), row.required_text("sk").unwrap())
}

/// A table with these rows, as one that was restored.
async fn restored(name: &str, rows: Vec<Attributes>) {
    create_table(name).await;
    for row in rows {
        let written = database().write(Item::stored(row).unwrap().put_new(name)).await.unwrap();
        assert!(matches!(written, Answer::Written(_)));
    }
}

/// Brings everything back; `most` pages at most, and none goes on then.
async fn bring_back(backup: &str, most: usize) -> Restored {
    let [accounts, fleeting, rights] = ["AccountsTable", "FleetingTable", "RightsTable"].map(table);
    let tables = RestoringTables { backup: backup.to_owned(), accounts, fleeting, rights };
    let restoring = DynamoRestoring::new(database(), tables);
    let mut all = Restored::default();
    for number in 0..4 {
        let mut place = None;
        for _ in 0..most {
            let (restored, next) = restoring.page(Segment { number, of: 4 }, place).await.unwrap();
            all += restored;
            place = next;
            if place.is_none() {
                break;
            }
        }
    }
    all
}

/// AN-49, and rights.md: back up, erase fifty people, restore, and find nothing; nor is a withdrawal, an objection or a change of address undone.
#[tokio::test]
async fn an_49_a_restored_backup_brings_back_nobody_who_was_erased_and_undoes_no_choice() {
    let (stores, backup) = (stores(270), "accounts-restored");
    let subscriptions = DynamoSubscriptions::new(database(), table("AccountsTable")).changing(table("RightsTable"));
    let drill = Drill::begin(&stores, &subscriptions).await;
    restored(backup, rows_of(&drill).await).await;
    drill.go_on(&stores, &subscriptions).await;
    // All is lost, also what the erasures left so far.
    let client = Client::new(&testkit::cloud::config());
    for row in rows_of(&drill).await {
        client.delete_item().table_name(table("AccountsTable")).set_key(Some(key_of(&row).attributes())).send().await.unwrap();
    }
    let first = bring_back(backup, usize::MAX).await;
    let again = bring_back(backup, usize::MAX).await;
    let session = drill.verify(&stores, &subscriptions).await;
    bring_back(backup, usize::MAX).await;
    stores.profiles.me(&session).await.expect("who was not lost stays signed in");
    assert_eq!((again.read, again.written, again.left), (first.read, 0, first.left), "it may be done again");
    assert_eq!(again.there, first.written + first.there);
    assert!(first.left >= 200 && first.written >= 20, "{first:?}");
}
