//! Faults: workers die, messages come twice, services refuse, requests compete. Ledger and balances match after each.

mod crowds;
mod endpoints;
mod kills;
mod leftovers;
mod mail;
mod messages;
mod payments;
mod services;
mod stuck;
mod trials;

use std::collections::BTreeSet;
use std::time::Duration;

use local_cloud::Cloud;
use serde_json::{Value, json};

use crate::harness::person::text;
use crate::harness::store::{keys, message, rows_of};
use crate::harness::{Person, ledger_and_inventory, mailbox, until};

/// Maximum time until all queues are empty.
const TIMEOUT: Duration = Duration::from_secs(90);

/// Asserts that a generation was drawn, paid, delivered and mailed exactly once.
async fn assert_delivered_once(cloud: &Cloud, person: &Person<'_>, generation: &str) {
    let done = person.generation(generation).await;
    assert_eq!(done["state"], "done", "{done}");
    let entries =
        [ledger_and_inventory::entries(cloud, "hold", generation).await, ledger_and_inventory::entries(cloud, "capture", generation).await];
    assert_eq!((entries, ledger_and_inventory::entries(cloud, "release", generation).await), ([1, 1], 0), "{generation}");
    let folder = person.generation_folder(generation);
    let mut expected: BTreeSet<String> =
        done["deliverables"].as_array().unwrap().iter().map(|file| folder.clone() + &text(file, "name")).collect();
    expected.insert(folder.clone() + "bundle.zip");
    assert_eq!(keys(cloud, &folder).await.into_iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(mailbox::ready(cloud, generation).await, 1, "mails for {generation}");
}

/// Asserts that every message was handled and none went to a dead-letter queue.
async fn assert_no_dead_letters(cloud: &Cloud) {
    for queue in ["GenerationQueuedDlq", "ScreeningPassedDlq", "DrawingReadyDlq"] {
        assert_eq!(cloud.backlog(queue).await.unwrap(), 0, "{queue}");
    }
}

/// Turns the retries of a function's SDK off, so that a fault reaches our code at once.
pub(crate) fn without_retries(cloud: &Cloud, function: &str) {
    cloud.set_env(function, "AWS_MAX_ATTEMPTS", "1").unwrap();
}

/// Waits until only the sweeper has work left: the queues are empty, and SES's events are handled.
async fn settle(cloud: &Cloud) {
    cloud.settle(TIMEOUT).await.unwrap();
    until("every mail that went being noted", async || {
        for generation in rows_of(cloud, "StudioTable", "generation").await {
            if generation.text("mail") == "sending" && mailbox::ready(cloud, generation.text("sk").trim_start_matches("GEN#")).await > 0 {
                return None;
            }
        }
        Some(())
    })
    .await;
}

/// Runs the sweeper this many minutes from now; the clock stays there.
async fn sweep(cloud: &Cloud, minutes: i64) {
    cloud.set_clock_offset(minutes * 60);
    assert!(!cloud.fire_schedule("every-minute-end-stuck").await.unwrap().failed);
}

/// Asserts that the sweeper has nothing left to do.
async fn assert_nothing_waits(cloud: &Cloud) {
    for generation in rows_of(cloud, "StudioTable", "generation").await {
        assert!(!generation.attributes.contains_key("deadline_shard") && !generation.attributes.contains_key("deadline"), "{generation:?}");
    }
}

/// The event of one message from its event source.
pub(crate) fn delivery(account: &str, generation: &str) -> Value {
    json!({ "Records": [{
        "messageId": format!("message-of-{generation}"),
        "receiptHandle": "none",
        "body": message(account, generation),
        "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "0", "SenderId": "x", "ApproximateFirstReceiveTimestamp": "0" },
        "messageAttributes": {},
        "md5OfBody": "0",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:any",
        "awsRegion": "us-east-1",
    }] })
}
