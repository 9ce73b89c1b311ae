//! Cold starts of all functions, beside empty twins and beside Node.

use super::cold_start::{Stopwatch, Subject};
use super::figure::Figure;
use super::{Plan, node};
use anyhow::{Context, Result, anyhow};
use local_cloud::template::Function;
use local_cloud::terminal::say;
use local_cloud::{Cloud, on_path};
use std::collections::BTreeMap;
use std::path::Path;

/// The most that a function's start may take of its empty twin's
const MOST: f64 = 1.3;

/// Measures them, each in its turn.
pub(super) async fn figures(cloud: &Cloud, root: &Path, plan: &Plan) -> Result<Vec<Figure>> {
    say("preparing the peer in Node");
    let bundle = node::bundle(root, &plan.state_dir.join("bench-node")).await?;
    say(&format!("{} cold starts of each function, its empty twin and the peer", plan.rounds));
    cold_starts(cloud, root, plan, &bundle).await
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
    let mut figures: Vec<Figure> = pairs
        .map(|(function, pair)| Figure::new(format!("cold-start/{}", function.name), "ms", pair[0], pair.get(1).copied()).at_most(MOST))
        .collect();
    let node = medians.last().copied().unwrap_or(f64::NAN);
    let slowest = figures.iter().map(|figure| figure.median).fold(f64::NAN, f64::max);
    figures.push(Figure::new("cold-start/node-20-four-clients", "ms", node, Some(slowest)));
    Ok(figures)
}

/// An event that the function answers without an AWS call, so that its own start is measured and not the emulator: no session, no records, and for a
/// schedule, whose work consists of calls, an unreadable event.
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

/// The empty function with the same clients.
fn twin(root: &Path, function: &str) -> Result<String> {
    let path = root.join("functions").join(function).join("Cargo.toml");
    let manifest = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(twin_of(&manifest))
}

/// The clients are those whose adapters the manifest names: `via-s3.workspace`, `via-dynamodb-accounts.workspace`.
fn twin_of(manifest: &str) -> String {
    let vendors: Vec<&str> = manifest.lines().filter_map(|line| line.strip_prefix("via-")?.split(['-', '.', ' ']).next()).collect();
    let uses = |client: &str| vendors.contains(&client);
    let clients: Vec<&str> = ["dynamodb", "s3", "ses", "sqs"].into_iter().filter(|client| uses(client)).collect();
    if clients.is_empty() { "empty-http".to_owned() } else { format!("empty-{}", clients.join("-")) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_has_the_clients_whose_adapters_the_manifest_names() {
        assert_eq!(twin_of("[dependencies]\nedge.workspace = true\n"), "empty-http");
        assert_eq!(
            twin_of("via-dynamodb-studio.workspace = true\nvia-s3.workspace = true\nvia-sqs.workspace = true\n"),
            "empty-dynamodb-s3-sqs"
        );
        assert_eq!(twin_of("via-palette.workspace = true\nvia-ses = { workspace = true }\n"), "empty-ses");
    }

    #[test]
    fn every_function_has_its_twin() -> Result<()> {
        let root = local_cloud::repository()?;
        for function in std::fs::read_dir(root.join("functions"))? {
            let function = function?.file_name().into_string().unwrap_or_default();
            let twin = root.join("infra/bench/examples").join(twin(&root, &function)?).with_extension("rs");
            assert!(twin.is_file(), "{function} has no twin: {} is missing", twin.display());
        }
        Ok(())
    }
}
