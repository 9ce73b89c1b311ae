//! The overhead of the service beside a vendor's time, the memory of its artist's function, the time to the first byte of an instant drawing, and the
//! cost of 1,000 generations: through the local cloud, with a stand-in as the vendor.

use super::cost::{self, Bill};
use super::figure::{Figure, median};
use super::{Group, Plan};
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use demo::{Journey, Picture};
use http::Method;
use imaging::Manifest;
use local_cloud::terminal::say;
use local_cloud::{Cloud, HttpClient, Options, StandIns};
use picture_files::Provenance;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// The function that calls the artists.
const ARTIST_FUNCTION: &str = "on-screening-passed";
/// The functions between a generation and its drawing.
const TO_THE_DRAWING: [&str; 3] = ["generations-create", "on-generation-queued", ARTIST_FUNCTION];
/// The function that makes the files of a drawing.
const FINISHING_FUNCTION: &str = "on-drawing-ready";
/// The function of the real-time profile.
const INSTANT: &str = "instant-create";
/// Longest time a generation's last work may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes of the large picture.
const LARGE: usize = 4_000_000;
/// The requests of one generation in the bill: polling and downloads.
const REQUESTS: f64 = 15.0;

/// The most that AWS may take for 1,000 generations with every sticker, in US dollars
const MOST_COST: f64 = 0.6;

/// Measures the groups of the plan.
pub(super) async fn figures(root: &Path, plan: &Plan) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let picture = Picture::read(&root.join("shared/testkit/fixtures/selfie.jpg"))?;
    if Group::Vendor.is_in(plan.only) || Group::Cost.is_in(plan.only) {
        figures.extend(wallet(plan, &picture).await?);
    }
    if Group::Instant.is_in(plan.only) || Group::Cost.is_in(plan.only) {
        figures.extend(instant(plan, &picture).await?);
    }
    Ok(figures)
}

/// A cloud of its own with a stand-in for OpenAI.
async fn cloud(plan: &Plan, parameters: &[(&str, &str)]) -> Result<(Cloud, StandIns)> {
    let state = plan.state_dir.join("bench-vendors");
    drop(std::fs::remove_dir_all(&state));
    let mut options = Options::new(&state)?;
    options.binaries.clone_from(&plan.binaries);
    options.parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let stand_ins = StandIns::start(&mut options).await?;
    Ok((Cloud::start(options).await?, stand_ins))
}

/// Generations of one drawing with every sticker each, one after the other.
async fn wallet(plan: &Plan, picture: &Picture) -> Result<Vec<Figure>> {
    let (cloud, stand_ins) = cloud(plan, &[("Artist", "openai"), ("StarterCredits", "1000")]).await?;
    let outcome = wallet_figures(plan, picture, &cloud, &stand_ins).await;
    cloud.stop().await;
    outcome
}

async fn wallet_figures(plan: &Plan, picture: &Picture, cloud: &Cloud, stand_ins: &StandIns) -> Result<Vec<Figure>> {
    say(&format!("{} generations by a vendor that answers at once", plan.runs));
    let mut user = Journey::new(HttpClient::default(), cloud.api_url(), &cloud.mail_url());
    user.sign_in().await?;
    let signatures = signatures(&generate(&user, picture).await?.bundle)?;
    let (before, logged) = (cost::worked(cloud)?, logged(cloud));
    cloud.reset_calls();
    let (mut overheads, mut finishing, mut sent) = (Vec::new(), Vec::new(), 0.0);
    for _ in 0..plan.runs {
        let (drawing, files) = (time(cloud, &TO_THE_DRAWING)?, time(cloud, &[FINISHING_FUNCTION])?);
        let made = generate(&user, picture).await?;
        // The state is `done` a moment before its worker has ended.
        cloud.settle(TIMEOUT).await?;
        overheads.push(time(cloud, &TO_THE_DRAWING)? - drawing - vendor_time(cloud, &made.generation).await?);
        finishing.push(time(cloud, &[FINISHING_FUNCTION])? - files);
        sent += made.bundle.len() as f64;
    }
    let runs = plan.runs as f64;
    let mut bill = Bill::of(cloud, &before, &cloud.calls(), runs)?;
    (bill.requests, bill.sent, bill.stored) = (REQUESTS, sent / runs, 2.0 * sent / runs);
    bill.logged = (logged_since(cloud, logged)) / runs;
    bill.signatures = signatures;
    let mut figures = vec![
        Figure::new("generation/overhead", "ms", median(overheads), None),
        Figure::new("generation/finishing", "ms", median(finishing), None),
    ];

    say("one generation whose picture has 4 MB");
    scenario(stand_ins, &format!("padded:{LARGE}")).await?;
    cloud.kill(ARTIST_FUNCTION).await?;
    generate(&user, picture).await?;
    let peak = cloud.peak_memory(ARTIST_FUNCTION)?.context("the artist's function has ended")?;
    figures.push(Figure::new("artist-function/memory", "MiB", peak as f64 / 1_048_576.0, None));
    figures.extend(bill.figures("generations/wallet", Some(MOST_COST))?);
    Ok(figures)
}

/// The work of these functions so far, in milliseconds.
fn time(cloud: &Cloud, functions: &[&str]) -> Result<f64> {
    functions.iter().map(|name| Ok(cloud.worked(name)?.time.as_secs_f64() * 1e3)).sum()
}

/// Makes a generation of one drawing with every sticker, and fetches its bundle.
async fn generate(user: &Journey, picture: &Picture) -> Result<Made> {
    let upload = user.upload(picture).await?;
    let order = json!({ "upload_id": upload, "style": "soft-anime", "count": 1, "seed": 1, "stickers": true });
    let generation = user.place(order).await?;
    let results = user.wait(&generation, |_, _| {}).await?;
    let bundle = user.download(&results.bundle).await?;
    Ok(Made { generation, bundle })
}

/// A generation and its bundle
struct Made {
    generation: String,
    bundle: Bytes,
}

/// The signed files of a bundle, and its signed manifest
pub(super) fn signatures(bundle: &[u8]) -> Result<f64> {
    let manifest = Manifest::at_end(bundle, bundle.len() as u64).context("the bundle's manifest")?;
    let signed = manifest.files.iter().filter(|file| file.provenance == Provenance::C2pa).count();
    Ok(signed as f64 + 1.0)
}

/// The vendor's time for a generation by the records of its attempts, in milliseconds.
async fn vendor_time(cloud: &Cloud, generation: &str) -> Result<f64> {
    let table = cloud.tables().get("StudioTable").context("the wallet has a studio")?.to_string();
    let rows = cloud.clients().dynamodb.scan().table_name(table).consistent_read(true).send().await?;
    let mut time = 0.0;
    for row in rows.items() {
        let of = |name: &str| row.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).unwrap_or_default();
        if of("class") == "attempt" && of("sk").contains(generation) {
            let attempts: Value = serde_json::from_str(of("attempts")).context("the record of attempts")?;
            time += attempts.as_array().into_iter().flatten().filter_map(|attempt| attempt["latency_ms"].as_f64()).sum::<f64>();
        }
    }
    ensure!(time > 0.0, "{generation} has no record of attempts");
    Ok(time)
}

pub(super) fn logged(cloud: &Cloud) -> f64 {
    cloud.model().functions.keys().map(|name| cloud.logs(name).len() as f64).sum()
}

pub(super) fn logged_since(cloud: &Cloud, before: f64) -> f64 {
    (logged(cloud) - before).max(0.0)
}

/// Sets the next scenario of the stand-in.
async fn scenario(stand_ins: &StandIns, name: &str) -> Result<()> {
    let url = stand_ins.urls().get("openai").context("a stand-in runs")?;
    let origin = url.strip_suffix("/v1").unwrap_or(url);
    let body = json!({ "scenario": name, "times": 1 }).to_string();
    let reply = HttpClient::default()
        .send(Method::POST, &format!("{origin}/_stand-in/next"), &[("content-type", "application/json")], body)
        .await?;
    ensure!(reply.status.is_success(), "the stand-in knows no scenario {name}: {}", reply.status);
    Ok(())
}

/// Instant drawings, one after the other.
async fn instant(plan: &Plan, picture: &Picture) -> Result<Vec<Figure>> {
    let (cloud, _stand_ins) = cloud(plan, &[("Profile", "ephemeral"), ("Artist", "openai")]).await?;
    let outcome = instant_figures(plan, picture, &cloud).await;
    cloud.stop().await;
    outcome
}

async fn instant_figures(plan: &Plan, picture: &Picture, cloud: &Cloud) -> Result<Vec<Figure>> {
    say(&format!("{} pictures at once by a vendor that answers at once", plan.runs));
    let base = cloud.function_url(INSTANT).context("the real-time function has a URL")?;
    let url = format!("{base}/v1/instant?style=soft-anime");
    let age = ("age-attestation", "13+");
    let headers = [("content-type", picture.content_type), age, ("provider-consent", "openai"), ("accept", "text/event-stream")];
    let http = HttpClient::default();
    let (mut firsts, mut wholes, mut sent) = (Vec::new(), Vec::new(), 0.0);
    let (mut before, mut before_log) = (cost::worked(cloud)?, logged(cloud));
    for run in 0..=plan.runs {
        let started = Instant::now();
        let mut answer = http.open(Method::POST, &url, &headers, picture.bytes.clone()).await?;
        ensure!(answer.status == 200, "a picture at once was answered with {}", answer.status);
        let mut bytes = answer.next().await?.context("the answer has a body")?.len();
        let first = started.elapsed().as_secs_f64() * 1e3;
        while let Some(more) = answer.next().await? {
            bytes += more.len();
        }
        if run == 0 {
            // The first request starts the process.
            (before, before_log) = (cost::worked(cloud)?, logged(cloud));
            cloud.reset_calls();
            continue;
        }
        firsts.push(first);
        wholes.push(started.elapsed().as_secs_f64() * 1e3);
        sent += bytes as f64;
    }
    let runs = plan.runs as f64;
    let mut bill = Bill::of(cloud, &before, &cloud.calls(), runs)?;
    (bill.sent, bill.signatures) = (sent / runs, 1.0);
    bill.logged = logged_since(cloud, before_log) / runs;
    let mut figures =
        vec![Figure::new("instant/first-byte", "ms", median(firsts), None), Figure::new("instant/whole", "ms", median(wholes), None)];
    figures.extend(bill.figures("generations/ephemeral", None)?);
    Ok(figures)
}
