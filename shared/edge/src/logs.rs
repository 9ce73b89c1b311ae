//! Structured logs: one JSON object a line on standard output, which Lambda sends to the function's log group.
//!
//! A line holds ids, names of operations, durations and reasons. It never holds an address, a picture, a code, a token or an e-mail (AN-11): nothing
//! of the kind has a `Display` or `Debug` that shows it, and a test hunts canaries through every log after a journey.

use tracing_subscriber::filter::LevelFilter;

/// Starts logging at the level of `AWS_LAMBDA_LOG_LEVEL` (Lambda's own setting), `info` when absent or unknown. A second call does nothing.
pub(crate) fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    // Vendors' crates log requests with their bodies at `debug` and below: theirs stay at `warn`, whatever the level of ours.
    let vendors = ["aws_", "h2", "hyper", "lambda_", "reqwest", "rustls", "tower"].map(|name| (name, LevelFilter::WARN));
    let filter = tracing_subscriber::filter::Targets::new().with_default(level).with_targets(vendors);
    use tracing_subscriber::prelude::*;
    let json = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false).without_time();
    let _ = tracing_subscriber::registry().with(json.with_filter(filter)).try_init();
}
