//! Copies of everything: how soon a small one is ready, and how long the plan and each volume of a full account take, with their memory.
//!
//! Everything runs through the local cloud: the functions are the real binaries, S3 and DynamoDB are the emulator, whose time is in the figures. A full account is
//! 2,000 generations, written straight into the table and the bucket as the functions write them: a row, a list of files and eight attempts each, and
//! objects of more than a gibibyte together.

use super::cost::{self, Bill};
use super::figure::Figure;
use super::vendors::{logged, logged_since};
use super::{Group, Plan};
use anyhow::{Context, Result};
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use demo::{Journey, Picture};
use kernel::{AccountId, GenerationId, Owner, SystemClock, SystemRandomness};
use local_cloud::terminal::say;
use local_cloud::{Cloud, HttpClient, Options};
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};
use studio::object_keys;

/// The longest that a small copy, and a volume of 1 GiB, may take, in seconds; and the most memory, in MiB.
const MOST_SMALL: f64 = 30.0;
const MOST_VOLUME: f64 = 120.0;
const MOST_MEMORY: f64 = 256.0;
/// The generations of a full account.
const GENERATIONS: usize = 2_000;
/// The files of each beside its bundle, and their bytes: seven avatars of 32 KiB and a bundle of 416 KiB make 640 KiB, and all together 1.2 GiB.
const FILES: usize = 7;
const FILE: usize = 32 << 10;
const BUNDLE: usize = 416 << 10;
/// The longest time to wait for a copy.
const TIMEOUT: Duration = Duration::from_secs(1_800);
/// Requests of one copy: asking, and five looks at it.
const REQUESTS: f64 = 6.0;
/// Objects that are stored at once.
const AT_ONCE: usize = 16;
const WORKER: &str = "on-export-due";
const MIB: f64 = 1_048_576.0;

/// Measures the group of the plan.
pub(super) async fn figures(root: &Path, plan: &Plan) -> Result<Vec<Figure>> {
    if !Group::Export.is_in(plan.only) {
        return Ok(Vec::new());
    }
    let picture = Picture::read(&root.join("shared/testkit/fixtures/selfie.jpg"))?;
    let state = plan.state_dir.join("bench-exports");
    drop(std::fs::remove_dir_all(&state));
    let mut options = Options::new(&state)?;
    options.binaries.clone_from(&plan.binaries);
    let cloud = Cloud::start(options).await?;
    let outcome = async {
        let mut figures = small(&cloud, &picture).await?;
        figures.extend(full(&cloud).await?);
        Ok(figures)
    };
    let outcome = outcome.await;
    cloud.stop().await;
    drop(std::fs::remove_dir_all(&state));
    outcome
}

async fn person(cloud: &Cloud) -> Result<Journey> {
    let mut person = Journey::new(HttpClient::default(), cloud.api_url(), &cloud.mail_url());
    person.sign_in().await?;
    Ok(person)
}

/// A copy of an account with one generation, from asking to being ready, and its cost.
async fn small(cloud: &Cloud, picture: &Picture) -> Result<Vec<Figure>> {
    say("a small copy");
    let person = person(cloud).await?;
    let generation = person.start(&person.upload(picture).await?, "soft-anime", 1, Some(7)).await?;
    person.wait(&generation, |_, _| {}).await?;
    cloud.settle(TIMEOUT).await?;
    let (before, logged) = (cost::worked(cloud)?, logged(cloud));
    cloud.reset_calls();
    let asked = Instant::now();
    let ready = person.export_ready(&person.ask_for_export("bench").await?, TIMEOUT).await?;
    let took = asked.elapsed().as_secs_f64();
    cloud.settle(TIMEOUT).await?;
    let mut bill = Bill::of(cloud, &before, &cloud.calls(), 1.0)?;
    (bill.requests, bill.sent, bill.logged) = (REQUESTS, size(&ready), logged_since(cloud, logged));
    let mut figures = vec![Figure::new("export/small", "s", took, None).at_most(MOST_SMALL)];
    figures.extend(bill.figures("exports", None)?);
    Ok(figures)
}

fn size(export: &Value) -> f64 {
    export["volumes"].as_array().into_iter().flatten().filter_map(|volume| volume["bytes"].as_f64()).sum()
}

/// A copy of a full account: each message by itself, so that each has a time of its own.
async fn full(cloud: &Cloud) -> Result<Vec<Figure>> {
    say(&format!("{GENERATIONS} generations, {} MiB", (GENERATIONS * (FILES * FILE + BUNDLE)) >> 20));
    let person = person(cloud).await?;
    let account: AccountId = person.account().await?.parse()?;
    seed(cloud, account).await?;
    cloud.pause_queue("ExportDue").await?;
    let export = person.ask_for_export("bench").await?;
    let (before, logged) = (cost::worked(cloud)?, logged(cloud));
    cloud.reset_calls();
    let planned = handle(cloud, account, &export, 0).await?;
    let mut figures = vec![Figure::new(format!("export/plan-of-{GENERATIONS}"), "s", planned, None)];
    let mut volumes = 1;
    let mut number = 0;
    while number < volumes {
        number += 1;
        let took = handle(cloud, account, &export, number).await?;
        let looked = person.export(&export).await?;
        volumes = looked["volumes"].as_array().context("a planned export has volumes")?.len();
        let bytes = looked["volumes"][number - 1]["bytes"].as_f64().context("it was written")?;
        let memory = cloud.peak_memory(WORKER)?.context("the worker still runs")? as f64 / MIB;
        say(&format!("  volume {number} of {volumes}: {:.0} MiB in {took:.1} s, {memory:.0} MiB of memory", bytes / MIB));
        // As if it were full, at the same speed.
        let full = if number == 1 { took } else { took * (1 << 30) as f64 / bytes };
        figures.push(Figure::new(format!("export/volume-{number}"), "s", full, None).at_most(MOST_VOLUME));
        figures.push(Figure::new(format!("export/volume-{number}/memory"), "MiB", memory, None).at_most(MOST_MEMORY));
    }
    let mut bill = Bill::of(cloud, &before, &cloud.calls(), 1.0)?;
    (bill.requests, bill.sent, bill.logged) = (REQUESTS, size(&person.export(&export).await?), logged_since(cloud, logged));
    figures.extend(bill.figures("full-exports", None)?);
    Ok(figures)
}

/// Delivers a message to the worker; the seconds it took.
async fn handle(cloud: &Cloud, account: AccountId, export: &str, volume: usize) -> Result<f64> {
    let body = serde_json::json!({ "version": 1, "owner_id": account, "export_id": export, "volume": volume }).to_string();
    let started = Instant::now();
    let failed = cloud.deliver("ExportDue", &[body]).await?;
    anyhow::ensure!(failed.is_empty(), "volume {volume} failed");
    Ok(started.elapsed().as_secs_f64())
}

/// Writes the generations of a full account.
async fn seed(cloud: &Cloud, account: AccountId) -> Result<()> {
    let (file, bundle) = (vec![7_u8; FILE], vec![9_u8; BUNDLE]);
    for some in (0..GENERATIONS).collect::<Vec<_>>().chunks(AT_ONCE) {
        let seeded = some.iter().map(|_| one(cloud, account, &file, &bundle));
        futures_util::future::try_join_all(seeded).await?;
    }
    Ok(())
}

async fn one(cloud: &Cloud, account: AccountId, file: &[u8], bundle: &[u8]) -> Result<()> {
    let id = GenerationId::new(&SystemClock::default(), &SystemRandomness);
    let bucket = cloud.buckets()["Pictures"];
    let put = async |name: String, bytes: Vec<u8>| {
        let key = object_keys::of_generation(Owner::Account(account), id, &name);
        cloud.clients().s3.put_object().bucket(bucket).key(key).body(bytes.into()).send().await
    };
    for number in 0..FILES {
        put(format!("1/avatars/{number}.png"), file.to_vec()).await?;
    }
    put("bundle.zip".to_owned(), bundle.to_vec()).await?;
    let list: Vec<_> = (0..30)
        .map(|number| serde_json::json!({ "name": format!("1/avatars/{number}.png"), "bytes": FILE, "sha256": "ab".repeat(32) }))
        .collect();
    let attempt =
        serde_json::json!([{ "artist": "palette", "model": "palette-1", "at": "2026-11-30T12:00:00Z", "outcome": "drawn" }]).to_string();
    let mut rows = vec![
        row(account, format!("GEN#{id}"), "generation", &[("state", "done"), ("style", "soft-anime")]),
        row(account, format!("DEL#{id}"), "deliverables", &[("deliverables", &serde_json::to_string(&list)?), ("bundle", "{}")]),
    ];
    rows.extend((0..8).map(|index| row(account, format!("ATT#{id}#{index}"), "attempt", &[("attempts", &attempt)])));
    let table = cloud.tables()["StudioTable"].to_owned();
    cloud.clients().dynamodb.batch_write_item().request_items(table, rows).send().await?;
    Ok(())
}

fn row(account: AccountId, sk: String, class: &str, more: &[(&str, &str)]) -> WriteRequest {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let mut item: HashMap<String, AttributeValue> = more.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect();
    item.extend([
        ("pk".to_owned(), text(&format!("ACC#{account}"))),
        ("sk".to_owned(), AttributeValue::S(sk)),
        ("class".to_owned(), text(class)),
    ]);
    #[allow(clippy::expect_used, reason = "it has its item")]
    let put = PutRequest::builder().set_item(Some(item)).build().expect("a request with its item");
    WriteRequest::builder().put_request(put).build()
}
