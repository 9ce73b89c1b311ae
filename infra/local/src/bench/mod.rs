//! The benchmarks: cold starts beside empty twins and beside Node, and journeys through the local cloud.

mod cold_start;
mod node;

use crate::command::say;
use crate::demo::journey::Journey;
use crate::demo::picture;
use crate::http_client::HttpClient;
use crate::options::repository;
use crate::spawner::on_path;
use crate::template::Function;
use crate::{Cloud, Options};
use anyhow::{Context, Result, anyhow};
use cold_start::{Stopwatch, Subject};
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How much is measured.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Cold starts of each process.
    pub(crate) rounds: usize,
    /// Journeys in all.
    pub(crate) journeys: usize,
    /// Journeys at once.
    pub(crate) at_once: usize,
    /// Folder of the binaries.
    pub(crate) binaries: PathBuf,
    /// Folder for results and caches.
    pub(crate) state_dir: PathBuf,
}

/// A line of the table and of `bench.json`.
#[derive(Debug, Serialize)]
struct Figure {
    name: String,
    unit: &'static str,
    median: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
}

impl Figure {
    fn new(name: impl Into<String>, unit: &'static str, median: f64, peer: Option<f64>) -> Self {
        let round = |value: f64| (value * 100.0).round() / 100.0;
        Self { name: name.into(), unit, median: round(median), peer: peer.map(round), ratio: peer.map(|peer| round(median / peer)) }
    }
}

/// The middle value; `NaN` of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[odd / 2],
        even => f64::midpoint(values[even / 2 - 1], values[even / 2]),
    }
}

/// Measures everything, prints the table, writes `bench.json`.
pub(crate) async fn run(plan: &Plan) -> Result<()> {
    let root = repository()?;
    std::fs::create_dir_all(&plan.state_dir)?;
    let cloud_state = plan.state_dir.join("bench-cloud");
    let mut options = Options::new(&cloud_state)?;
    options.binaries.clone_from(&plan.binaries);
    let cloud = Cloud::start(options).await?;
    let outcome = figures(&cloud, &root, plan).await;
    cloud.stop().await;
    let figures = outcome?;
    drop(std::fs::remove_dir_all(&cloud_state));
    print(&figures);
    let path = plan.state_dir.join("bench.json");
    std::fs::write(&path, serde_json::to_vec_pretty(&figures)?).with_context(|| format!("cannot write {}", path.display()))?;
    say(&format!("Written to {}.", path.display()));
    Ok(())
}

async fn figures(cloud: &Cloud, root: &Path, plan: &Plan) -> Result<Vec<Figure>> {
    say("preparing the peer in Node");
    let bundle = node::bundle(root, &plan.state_dir.join("bench-node")).await?;
    say(&format!("{} cold starts of each function, its empty twin and the peer", plan.rounds));
    let mut figures = cold_starts(cloud, root, plan, &bundle).await?;
    say(&format!("{} journeys, {} at once", plan.journeys, plan.at_once));
    figures.extend(journeys(cloud, root, plan).await?);
    Ok(figures)
}

async fn cold_starts(cloud: &Cloud, root: &Path, plan: &Plan, bundle: &Path) -> Result<Vec<Figure>> {
    let functions: Vec<&Function> = cloud.model().functions.values().collect();
    let mut subjects = Vec::new();
    for function in &functions {
        let env = environment(cloud, &function.env);
        let event = event(cloud, &function.name);
        let program = plan.binaries.join(&function.name);
        let twin = plan.binaries.join("examples").join(twin(root, &function.name)?);
        for program in [program, twin] {
            subjects.push(Subject { program, arguments: Vec::new(), env: env.clone(), event });
        }
    }
    let node = on_path("node").ok_or_else(|| anyhow!("node is missing"))?;
    subjects.push(Subject { program: node, arguments: vec![bundle.into()], env: environment(cloud, &BTreeMap::new()), event: "{}" });
    let medians = Stopwatch::new().await?.medians(&subjects, plan.rounds).await?;
    let pairs = functions.iter().zip(medians.chunks(2));
    let mut figures: Vec<Figure> =
        pairs.map(|(function, pair)| Figure::new(format!("cold-start/{}", function.name), "ms", pair[0], pair.get(1).copied())).collect();
    let node = medians.last().copied().unwrap_or(f64::NAN);
    let slowest = figures.iter().map(|figure| figure.median).fold(f64::NAN, f64::max);
    figures.push(Figure::new("cold-start/node-20-four-clients", "ms", node, Some(slowest)));
    Ok(figures)
}

/// An event the function answers without an AWS call, so that its own start is measured and not the emulator: nobody is signed in,
/// no records, and for a schedule, whose work is calls, an event that cannot be read.
fn event(cloud: &Cloud, function: &str) -> &'static str {
    let model = cloud.model();
    if model.queue_sources.iter().any(|source| source.function == function) {
        return r#"{"Records":[]}"#;
    }
    if model.schedules.iter().any(|schedule| schedule.function == function) {
        return "unreadable";
    }
    r#"{"version":"2.0","routeKey":"$default","rawPath":"/","rawQueryString":"","headers":{"host":"localhost"},"requestContext":{"accountId":"0","apiId":"local","domainName":"localhost","domainPrefix":"localhost","http":{"method":"GET","path":"/","protocol":"HTTP/1.1","sourceIp":"127.0.0.1","userAgent":"bench"},"requestId":"1","routeKey":"$default","stage":"$default","time":"21/Nov/2026:00:00:00 +0000","timeEpoch":1795219200000},"isBase64Encoded":false}"#
}

/// The empty function with the same clients: those whose adapters the function's manifest names.
fn twin(root: &Path, function: &str) -> Result<String> {
    let path = root.join("functions").join(function).join("Cargo.toml");
    let manifest = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let uses = |client: &str| manifest.contains(&format!("via-{client}."));
    let clients: Vec<&str> = ["dynamodb", "s3", "ses", "sqs"].into_iter().filter(|client| uses(client)).collect();
    Ok(if clients.is_empty() { "empty-http".to_owned() } else { format!("empty-{}", clients.join("-")) })
}

fn environment(cloud: &Cloud, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut env = own.clone();
    for (name, value) in [
        ("AWS_REGION", cloud.region()),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_SESSION_TOKEN", "local-session-token"),
        ("AWS_ENDPOINT_URL", cloud.aws_endpoint_url()),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ] {
        env.insert(name.to_owned(), value.to_owned());
    }
    env
}

async fn journeys(cloud: &Cloud, root: &Path, plan: &Plan) -> Result<Vec<Figure>> {
    let picture = picture::read(&root.join("shared/testkit/fixtures/selfie.jpg"))?;
    // Warm processes: a cold start is measured above.
    journey(cloud, &picture, 0).await?;
    let started = Instant::now();
    let mut times = Vec::new();
    let travellers = (1..=plan.journeys).collect::<Vec<_>>();
    for group in travellers.chunks(plan.at_once.max(1)) {
        let mut running = Vec::new();
        for number in group {
            running.push(journey(cloud, &picture, *number));
        }
        for time in together(running).await {
            times.push(time?);
        }
    }
    let per_minute = plan.journeys as f64 / started.elapsed().as_secs_f64() * 60.0;
    Ok(vec![Figure::new("journey", "ms", median(times), None), Figure::new("journeys-per-minute", "1/min", per_minute, None)])
}

async fn together<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// One journey from an address of its own, as limits count by address; in milliseconds.
async fn journey(cloud: &Cloud, picture: &picture::Picture, number: usize) -> Result<f64> {
    let [.., high, low] = u32::try_from(number)?.to_be_bytes();
    let started = Instant::now();
    let http = HttpClient::from_address(Ipv4Addr::new(127, 1, high, low.saturating_add(1)));
    let mut user = Journey::new(http, cloud.api_url(), &cloud.mail_url());
    user.sign_in().await?;
    let upload = user.upload(picture).await?;
    let generation = user.order(&upload, "soft-anime", 1, Some(1)).await?;
    let results = user.wait(&generation, |_, _| {}).await?;
    user.download(&results.bundle).await?;
    Ok(started.elapsed().as_secs_f64() * 1e3)
}

fn print(figures: &[Figure]) {
    say(&format!("{:<38}{:>6}{:>12}{:>12}{:>8}", "", "unit", "median", "peer", "ratio"));
    for figure in figures {
        let optional = |value: Option<f64>| value.map(|value| format!("{value:.2}")).unwrap_or_default();
        let (peer, ratio) = (optional(figure.peer), optional(figure.ratio));
        say(&format!("{:<38}{:>6}{:>12.2}{:>12}{:>8}", figure.name, figure.unit, figure.median, peer, ratio));
    }
    say("peer: the empty function with the same clients; of Node, the slowest function");
}
