//! Jobs that run by the clock.

use std::future::Future;

use kernel::Failure;
use lambda_runtime::{LambdaEvent, service_fn};

use crate::error::ended;

/// Serves a schedule until the process ends. What the event says does not matter: the job looks at the state of the world, so that an event that
/// comes twice, late or not at all changes nothing.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<F, R>(handle: F) -> Result<(), crate::Error>
where
    F: Fn() -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let handle = &handle;
    let one = service_fn(move |_: LambdaEvent<serde_json::Value>| async move {
        let outcome = handle().await;
        if let Err(failure) = &outcome {
            let source: &(dyn std::error::Error + 'static) = failure;
            tracing::error!(source, "job failed");
        }
        // A failed invocation is what the alarm counts and the scheduler tries again.
        outcome.map_err(lambda_runtime::Error::from)
    });
    ended(lambda_runtime::run(one).await)
}
