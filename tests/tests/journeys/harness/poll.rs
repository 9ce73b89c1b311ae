//! Waiting for a condition.

use std::time::{Duration, Instant};

/// The longest a condition may take; far longer than it does, for machines that are busy.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// Looks until there is something to see.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(started.elapsed() < PATIENCE, "{what} did not happen within {} s", PATIENCE.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
}
