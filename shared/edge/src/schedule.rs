//! Scheduled jobs.

use std::future::Future;

use kernel::Failure;
use lambda_runtime::{LambdaEvent, service_fn};

use crate::error::ended;

/// Serves a schedule until the process ends. The event's content is ignored: the job looks at the stored state, so that an event that comes twice,
/// late or not at all changes nothing.
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
        // The alarm counts failed invocations, and the scheduler repeats them.
        outcome.map_err(lambda_runtime::Error::from)
    });
    ended(lambda_runtime::run(one).await)
}
