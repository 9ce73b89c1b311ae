//! The rights of a person: a copy, an objection, an appeal, and to have everything erased. The clock moves, everything is looked for, and the receipt is
//! verified offline.

use crate::journey::{Journey, expect, string};
use crate::{DemoOptions, Picture, Steps};
use anyhow::{Context, Result, anyhow, ensure};
use http::Method;
use local_cloud::Cloud;
use local_cloud::terminal::say;
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A picture that the offline screener refuses.
const TOO_SMALL: &[u8] = include_bytes!("../../../shared/testkit/fixtures/too-small.png");

/// The longest that what one schedule told takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Makes a picture, exercises every right there is, and follows an erasure to its receipt.
pub(crate) async fn travel(cloud: &Cloud, options: &DemoOptions, picture: &Picture, steps: &mut Steps) -> Result<()> {
    let mut user = Journey::new(local_cloud::HttpClient::default(), cloud.api_url(), &cloud.mail_url());
    user.sign_in().await?;
    steps.done("signed in with a code from a mail");
    let upload = user.upload(picture).await?;
    let generation = user.start(&upload, &options.style, 1, options.seed).await?;
    user.wait(&generation, |_, _| {}).await?;
    cloud.settle(PATIENCE).await?;
    let (rows, objects) = stored(cloud).await?;
    steps.done(&format!("a drawing made; {rows} rows and {objects} objects are stored"));
    copy(&user, options, steps).await?;
    let objected = user.choose("analytics", "objected").await?;
    steps.done(&format!("objected to being counted: {}, from the next request on", string(&objected, "state")));
    appeal(&user, steps).await?;
    audit(cloud, steps).await?;

    let (key, asked) = user.ask_for_erasure().await?;
    steps.done("asked to have everything erased, with a fresh code");
    say(&format!("     signed out everywhere at once; it may be taken back until {}", string(&asked, "regret_until")));
    ensure!(user.call(Method::GET, "/v1/me", None, &[]).await?.status == 401, "a session outlived the request");
    for (time, what) in [(25 * HOUR, "a day later"), (26 * HOUR, "an hour later"), (10 * DAY, "nine days later")] {
        go_on(cloud, time).await?;
        let now = user.erasure(&key).await?;
        steps.done(&format!("{what}: {}", string(&now, "state")));
    }
    let done = user.erasure(&key).await?;
    for (class, count) in done["erased"].as_object().into_iter().flatten() {
        say(&format!("     {count:>5}  {class}"));
    }
    let receipt = &done["receipt"];
    save(options, receipt)?;
    let [statement, proof, log] = ["statement", "proof", "key"].map(|name| string(receipt, name));
    let verified =
        receipts::verify(proof.as_bytes(), statement.as_bytes(), &log).map_err(|refusal| anyhow!("the receipt is refused: {refusal}"))?;
    steps.done(&format!("receipt verified offline: entry {} of {} in the log", verified.index(), verified.checkpoint().size));
    say(&format!("     it is in {}: statement.json, receipt.tlog-proof, log.vkey", options.out.display()));

    for time in [31 * DAY, 32 * DAY] {
        cloud.set_clock_offset(time);
        cloud.fire_schedule("every-hour-delete-expired").await?;
        cloud.settle(PATIENCE).await?;
    }
    let (left, objects) = residue(cloud).await?;
    ensure!(objects == 0, "{objects} objects are left");
    steps.done("31 days later: everything was looked for");
    left.iter().for_each(|line| say(&format!("     left: {line}")));
    Ok(())
}

/// A copy of everything, in the folder of the results.
async fn copy(user: &Journey, options: &DemoOptions, steps: &mut Steps) -> Result<()> {
    let export = user.ask_for_export(&format!("demo-{:032x}", rand::random::<u128>())).await?;
    let ready = user.export_ready(&export, PATIENCE).await?;
    let volume = &ready["volumes"][0];
    let fetched = user.http.send(Method::GET, &string(volume, "url"), &[], "").await?;
    ensure!(fetched.status == 200, "the copy cannot be downloaded: {}", fetched.status);
    let files = zip::ZipArchive::new(std::io::Cursor::new(&fetched.body)).context("the copy is no zip")?.len();
    std::fs::write(options.out.join("everything.zip"), &fetched.body).context("cannot write everything.zip")?;
    steps.done(&format!("a copy of everything: {files} files, {} kB", fetched.body.len() / 1000));
    say(&format!("     it is in {}: everything.zip, with a page about.html that explains it", options.out.display()));
    Ok(())
}

/// A picture that the program refuses, and a word against that.
async fn appeal(user: &Journey, steps: &mut Steps) -> Result<()> {
    let upload = user.upload(&Picture { bytes: TOO_SMALL.to_vec(), content_type: "image/png" }).await?;
    let generation = user.start(&upload, "soft-anime", 1, None).await?;
    ensure!(user.wait(&generation, |_, _| {}).await.is_err(), "a picture of 40 pixels was drawn from");
    let path = format!("/v1/generations/{generation}");
    let now = expect(&user.call(Method::GET, &path, None, &[]).await?, 200, "asking why")?;
    ensure!(now["state"] == "blocked", "the picture is {}, and not blocked: {}", string(&now, "state"), string(&now, "reason"));
    let blocked = &now["blocked"];
    steps.done(&format!("another picture was blocked: {}", string(blocked, "category")));
    say(&format!(
        "     somebody decides by {}, and the photo is gone by {}",
        string(blocked, "decided_by"),
        string(blocked, "photo_deleted_at")
    ));
    let words = json!({ "text": "It is small, and nothing else." });
    let made = user.call(Method::POST, &format!("{path}/appeals"), Some(words), &[]).await?;
    steps.done(&format!("appealed: {}", string(&expect(&made, 201, "an appeal")?, "appeal")));
    Ok(())
}

/// What the auditor says, which knows nothing of the rows that end things.
async fn audit(cloud: &Cloud, steps: &mut Steps) -> Result<()> {
    let ran = cloud.fire_schedule("every-hour-audit-retention").await?;
    ensure!(!ran.failed, "the audit failed: {}", ran.json());
    let log = cloud.logs("every-hour-audit-retention");
    let stated: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let audited = stated.iter().filter(|line| line["message"] == "audited");
    let late: u64 = audited.clone().map(|line| line["late"].as_u64().unwrap_or_default()).sum();
    ensure!(late == 0, "{late} objects outlived their promise");
    steps.done("audited: nothing outlives its promise");
    audited.for_each(|line| say(&format!("     {:>5}  below {}", line["objects"], string(line, "prefix"))));
    Ok(())
}

/// At this time, what is due goes on, and the log of receipts is signed.
async fn go_on(cloud: &Cloud, time: i64) -> Result<()> {
    cloud.set_clock_offset(time);
    for schedule in ["every-hour-advance-erasures", "every-hour-sign-proofs"] {
        let ran = cloud.fire_schedule(schedule).await?;
        ensure!(!ran.failed, "{schedule} failed: {}", ran.json());
        cloud.settle(PATIENCE).await?;
    }
    Ok(())
}

fn save(options: &DemoOptions, receipt: &Value) -> Result<()> {
    for (name, file) in [("statement", "statement.json"), ("proof", "receipt.tlog-proof"), ("key", "log.vkey")] {
        std::fs::write(options.out.join(file), string(receipt, name)).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(())
}

/// How many rows and objects there are.
async fn stored(cloud: &Cloud) -> Result<(usize, usize)> {
    let mut rows = 0;
    for table in cloud.tables().values() {
        rows += cloud.clients().dynamodb.scan().table_name(table.to_string()).send().await?.items().len();
    }
    Ok((rows, objects(cloud).await?))
}

async fn objects(cloud: &Cloud) -> Result<usize> {
    let mut objects = 0;
    for bucket in cloud.clients().s3.list_buckets().send().await?.buckets() {
        let name = bucket.name().unwrap_or_default();
        objects += cloud.clients().s3.list_objects_v2().bucket(name).send().await?.contents().len();
    }
    Ok(objects)
}

/// What rows are left, by class, and how many objects.
async fn residue(cloud: &Cloud) -> Result<(Vec<String>, usize)> {
    let mut classes = std::collections::BTreeMap::new();
    for table in cloud.tables().values() {
        for row in cloud.clients().dynamodb.scan().table_name(table.to_string()).send().await?.items() {
            let class = row.get("class").and_then(|class| class.as_s().ok()).cloned().unwrap_or_default();
            *classes.entry(class).or_insert(0) += 1;
        }
    }
    Ok((classes.into_iter().map(|(class, count)| format!("{count} {class}")).collect(), objects(cloud).await?))
}

impl Journey {
    /// Asks to have everything of the address erased; returns the key and the request.
    async fn ask_for_erasure(&mut self) -> Result<(String, Value)> {
        let key = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
        let code = self.fresh_code().await?;
        let body = json!({ "email": self.email(), "code": code, "key": key });
        let asked = expect(&self.call(Method::POST, "/v1/erasures", Some(body), &[]).await?, 202, "asking for erasure")?;
        Ok((key, asked))
    }

    /// Chooses for a purpose.
    async fn choose(&self, purpose: &str, state: &str) -> Result<Value> {
        let chosen = self.call(Method::PUT, &format!("/v1/me/choices/{purpose}"), Some(json!({ "state": state })), &[]).await?;
        expect(&chosen, 200, "a choice")
    }

    async fn erasure(&self, key: &str) -> Result<Value> {
        use sha2::{Digest, Sha256};
        let (path, bearer) = (format!("/v1/erasures/{}", hex::encode(Sha256::digest(key))), format!("Bearer {key}"));
        expect(&self.call(Method::GET, &path, None, &[("authorization", &bearer)]).await?, 200, "asking how far the erasure is")
    }
}
