//! Waiting for a condition.

use std::time::{Duration, Instant};

/// The time limit of a condition; generous, for busy machines.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Pause between two polls.
const PAUSE: Duration = Duration::from_millis(40);

/// Polls until `look` returns a value.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(started.elapsed() < TIMEOUT, "{what} did not happen within {} s", TIMEOUT.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
}
