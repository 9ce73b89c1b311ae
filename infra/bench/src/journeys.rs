//! Journeys through the local cloud, from signing in to the downloaded bundle.

use super::Plan;
use super::figure::{Figure, median};
use anyhow::Result;
use demo::{Journey, Picture};
use local_cloud::terminal::say;
use local_cloud::{Cloud, HttpClient};
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Instant;

/// Measures them, some at once.
pub(super) async fn figures(cloud: &Cloud, root: &Path, plan: &Plan) -> Result<Vec<Figure>> {
    say(&format!("{} journeys, {} at once", plan.journeys, plan.at_once));
    let picture = Picture::read(&root.join("shared/testkit/fixtures/selfie.jpg"))?;
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

/// One journey from a network of its own, as limits count by networks; in milliseconds.
async fn journey(cloud: &Cloud, picture: &Picture, number: usize) -> Result<f64> {
    let [.., high, low] = u32::try_from(number)?.to_be_bytes();
    let started = Instant::now();
    let http = HttpClient::from_address(Ipv4Addr::new(127, high.saturating_add(1), low, 1));
    let mut user = Journey::new(http, cloud.api_url(), &cloud.mail_url());
    user.sign_in().await?;
    let upload = user.upload(picture).await?;
    let generation = user.start(&upload, "soft-anime", 1, Some(1)).await?;
    let results = user.wait(&generation, |_, _| {}).await?;
    user.download(&results.bundle).await?;
    Ok(started.elapsed().as_secs_f64() * 1e3)
}
