//! Scheduled jobs.

use std::future::Future;

use kernel::{Failure, Timestamp};
use lambda_runtime::{LambdaEvent, service_fn};

use crate::batch::ends_at;
use crate::error::ended;

/// Serves a schedule until the process ends. The event's content is ignored: the job looks at the stored state, so that an event that comes twice,
/// late or not at all changes nothing. The job is given the end of the invocation's time, by the system's clock.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<F, R>(handle: F) -> Result<(), crate::Error>
where
    F: Fn(Timestamp) -> R,
    R: Future<Output = Result<(), Failure>>,
{
    let handle = &handle;
    let one = service_fn(move |event: LambdaEvent<serde_json::Value>| async move {
        let outcome = handle(ends_at(event.context.deadline)).await;
        if let Err(failure) = &outcome {
            let source: &(dyn std::error::Error + 'static) = failure;
            tracing::error!(source, "job failed");
        }
        // The alarm counts failed invocations, and the scheduler repeats them.
        outcome.map_err(lambda_runtime::Error::from)
    });
    ended(lambda_runtime::run(one).await)
}
