//! Waiting for a condition.

use std::time::{Duration, Instant};

use super::clouds::is_hampered;

/// The time limit of a condition; generous, for busy machines.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The same after a call was refused for a grant that is withheld: nearly always, what is waited for will not happen.
const HAMPERED: Duration = Duration::from_secs(30);
/// Pause between two polls.
const PAUSE: Duration = Duration::from_millis(40);

/// Polls until `look` returns a value.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        let limit = if is_hampered() { HAMPERED } else { TIMEOUT };
        assert!(started.elapsed() < limit, "{what} did not happen within {} s", limit.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
}
