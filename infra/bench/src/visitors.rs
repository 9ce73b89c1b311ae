//! The cost of 1,000 visitors: of somebody who looks around and signs in to nothing.

use super::Plan;
use super::cost::{self, Bill};
use super::figure::Figure;
use super::vendors::{logged, logged_since};
use anyhow::{Result, ensure};
use http::Method;
use local_cloud::terminal::say;
use local_cloud::{Cloud, HttpClient, Options};
use serde_json::json;
use std::net::Ipv4Addr;
use std::time::Duration;

/// What a visitor asks for; a browser's cache answers for the rest.
const PAGES: [&str; 3] = ["/v1/site", "/v1/styles", "/privacy"];
/// What their browser tells of, a batch a page.
const BATCHES: [&[(&str, &str)]; 3] = [
    &[("app-started", "browser"), ("page-viewed", "home")],
    &[("page-viewed", "new"), ("style-chosen", "soft-anime"), ("picture-chosen", "library")],
    &[("page-viewed", "credits"), ("pricing-viewed", "credits")],
];
/// Longest time that the last writes may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Measures them, and one run of the daily count.
pub(super) async fn figures(plan: &Plan) -> Result<Vec<Figure>> {
    let state = plan.state_dir.join("bench-visitors");
    drop(std::fs::remove_dir_all(&state));
    let mut options = Options::new(&state)?;
    options.binaries.clone_from(&plan.binaries);
    let cloud = Cloud::start(options).await?;
    let outcome = of(&cloud, plan).await;
    cloud.stop().await;
    outcome
}

async fn of(cloud: &Cloud, plan: &Plan) -> Result<Vec<Figure>> {
    say(&format!("{} visitors", plan.runs));
    // The first one starts the processes and makes the salt of the day.
    visit(cloud, 0).await?;
    let (before, logged) = (cost::worked(cloud)?, logged(cloud));
    cloud.reset_calls();
    let mut sent = 0;
    for number in 1..=plan.runs {
        sent += visit(cloud, number).await?;
    }
    cloud.settle(TIMEOUT).await?;
    let runs = plan.runs as f64;
    let bill = Bill::of(cloud, &before, &cloud.calls(), runs)?;
    let mut bill = bill.renamed("dynamodb", "TransactWriteItems", "TransactWriteItems of events");
    bill.requests = (PAGES.len() + BATCHES.len()) as f64;
    (bill.sent, bill.logged) = (sent as f64 / runs, logged_since(cloud, logged) / runs);
    bill.figures("visitors", None)
}

/// A visitor from a network of their own; returns the bytes that they were sent.
async fn visit(cloud: &Cloud, number: usize) -> Result<usize> {
    let [.., high, low] = u32::try_from(number)?.to_be_bytes();
    let http = HttpClient::from_address(Ipv4Addr::new(127, 99, high.saturating_add(1), low.saturating_add(1)));
    let mut sent = 0;
    for page in PAGES {
        let reply = http.send(Method::GET, &format!("{}{page}", cloud.api_url()), &[], "").await?;
        ensure!(reply.status == 200, "{page} was answered with {}", reply.status);
        sent += reply.body.len();
    }
    for batch in BATCHES {
        let actions: Vec<_> = batch.iter().map(|(action, context)| json!({ "action": action, "context": context })).collect();
        let body = json!({ "device_id": format!("dev_019aa60f3b407d21a4c58e9f{number:08x}"), "actions": actions });
        let headers = [("content-type", "application/json")];
        let reply = http.send(Method::POST, &format!("{}/v1/events", cloud.api_url()), &headers, body.to_string()).await?;
        ensure!(reply.status == 204, "events were answered with {}", reply.status);
    }
    Ok(sent)
}
