//! Endpoints behind an HTTP API.

pub mod multipart;
mod problem;
mod reply;
mod request;
mod sse;
pub mod stream;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use kernel::Failure;
use lambda_http::{RequestExt, service_fn};

use crate::error::ended;

pub use reply::Reply;
pub use request::Request;

/// Serves an endpoint until the process ends: each request goes to `handle`, and its reply or failure becomes the response.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<F, R>(handle: F) -> Result<(), crate::Error>
where
    F: Fn(Request) -> R + Sync,
    R: Future<Output = Result<Reply, Failure>> + Send,
{
    let handle = &handle;
    let one = service_fn(move |inner: lambda_http::Request| async move {
        let request_id = inner.lambda_context_ref().map(|context| context.request_id.clone()).unwrap_or_default();
        Ok::<_, std::convert::Infallible>(answer(handle, Request::new(inner), &request_id).await)
    });
    ended(lambda_http::run(one).await)
}

async fn answer<F, R>(handle: &F, request: Request, request_id: &str) -> lambda_http::Response<lambda_http::Body>
where
    F: Fn(Request) -> R,
    R: Future<Output = Result<Reply, Failure>>,
{
    let (method, started) = (request.method(), Instant::now());
    // A panic is a fault of ours: the caller gets the same problem document.
    let outcome = AssertUnwindSafe(handle(request)).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(Failure::broken("the handler panicked")));
    let response = match &outcome {
        Ok(reply) => reply.response(),
        Err(failure) => problem::response(failure, request_id),
    };
    log(&method, response.status().as_u16(), started, request_id, outcome.err().as_ref());
    response
}

/// Logs an endpoint's failure, in this one place: its reason always, its source only for a fault of ours. The path is left out: it may hold ids of
/// other accounts.
fn log(method: &str, status: u16, started: Instant, request_id: &str, failure: Option<&Failure>) {
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match failure {
        Some(Failure::Broken(source)) => {
            let source: &(dyn std::error::Error + 'static) = source.as_ref();
            tracing::error!(request_id, method, status, millis, source, "request failed");
        }
        Some(failure) => tracing::info!(request_id, method, status, millis, reason = problem::slug(failure), "request refused"),
        None => tracing::info!(request_id, method, status, millis, "request answered"),
    }
}
