//! Brings the accounts of a backup back, by whoever runs the service, with their own AWS credentials (`make restore FROM=… AT=…`; docs/operations.md):
//! `cargo run -p via-dynamodb-rights --example restore -- TABLE INSTANT`, where TABLE was restored from the backup and has the state of that instant.
//!
//! `ACCOUNTS_TABLE`, `FLEETING_TABLE` and `RIGHTS_TABLE` name the tables that serve. It may be stopped and begun again at any time.

use std::error::Error;

use dynamo::Database;
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Clock, SystemClock, Timestamp};
use policy::Table;
use via_dynamodb_rights::{DynamoRestoring, Restored, RestoringTables, Segment};

/// Parts of the table that are read at the same time.
const SEGMENTS: u16 = 8;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [backup, at] = &arguments[..] else { return Err("say the restored table and the instant whose state it has".into()) };
    refuse_old(at.parse()?)?;
    let [accounts, fleeting, rights] = ["ACCOUNTS_TABLE", "FLEETING_TABLE", "RIGHTS_TABLE"].map(table);
    let tables = RestoringTables { backup: backup.clone(), accounts: accounts?, fleeting: fleeting?, rights: rights? };
    let database = Database::new(&aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await);
    let restoring = DynamoRestoring::new(database, tables);
    let segments = stream::iter(0..SEGMENTS).map(|number| bring_back(&restoring, Segment { number, of: SEGMENTS }));
    let each: Vec<Restored> = segments.buffer_unordered(SEGMENTS.into()).try_collect().await?;
    let mut all = Restored::default();
    each.into_iter().for_each(|restored| all += restored);
    say(&format!("done: {} rows read, {} brought back, {} there already, {} left out", all.read, all.written, all.there, all.left));
    Ok(())
}

/// Whose erasure is done is known no more: a backup that may have them is none.
fn refuse_old(at: Timestamp) -> Result<(), Box<dyn Error>> {
    let kept = policy::inventory().backup(Table::Accounts).ok_or("the inventory has no backup of accounts")?;
    let age = SystemClock::default().now().duration_since(at);
    match age <= kept && !age.is_negative() {
        true => Ok(()),
        false => {
            Err(format!("a backup is at most {} hours old: an older one may have people whose erasure is done", kept.as_hours()).into())
        }
    }
}

fn table(name: &'static str) -> Result<String, Box<dyn Error>> {
    std::env::var(name).map_err(|_| format!("{name} is not set: it names a table of your stack").into())
}

async fn bring_back(restoring: &DynamoRestoring, segment: Segment) -> Result<Restored, Box<dyn Error>> {
    let (mut all, mut place) = (Restored::default(), None);
    loop {
        let (restored, next) = restoring.page(segment, place).await?;
        all += restored;
        say(&format!("part {} of {}: {} rows read, {} brought back", segment.number + 1, segment.of, all.read, all.written));
        place = next;
        if place.is_none() {
            return Ok(all);
        }
    }
}

#[allow(clippy::print_stdout, reason = "a program for a person")]
fn say(line: &str) {
    println!("{line}");
}
