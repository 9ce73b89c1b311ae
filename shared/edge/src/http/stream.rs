//! Endpoints that answer with a picture: whole, or as server-sent events while it is made.
//!
//! With `RESPONSE_STREAMING=on` an answer leaves as it grows (a Lambda Function URL, or a REST API in that mode); otherwise, behind an HTTP API, it is
//! collected and leaves whole. Whatever the way, no cache may keep it, and it is zeroed once it is sent.
//!
//! After the head of a stream has left, its status cannot change: what goes wrong from then on is an event `error` with the problem document, and the
//! stream ends.

mod body;
mod frames;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Instant;

use bytes::Bytes;
use futures_util::FutureExt;
use kernel::Failure;
use lambda_http::http::HeaderMap;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use lambda_http::{RequestExt, Response, service_fn};
use zeroize::Zeroizing;

use super::{Reply, Request, log, problem, sse};
use body::Outgoing;
pub use frames::Events;
use frames::Frames;

use crate::error::ended;

/// How answers leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// As they grow.
    Streamed,
    /// Whole, and no larger than [`WHOLE_BYTES`].
    Whole,
}

/// The largest picture that can leave whole: Lambda takes 6 MB of JSON, in which a picture is base64.
pub const WHOLE_BYTES: usize = 4_400_000;

/// The largest collection of events that can leave whole: text is no base64, but its quotes are escaped.
const WHOLE_EVENTS_BYTES: usize = 5_900_000;

type Making = Pin<Box<dyn Future<Output = Result<Media, Failure>> + Send>>;
type Work = Box<dyn FnOnce(Events) -> Making + Send>;

/// An answer to come.
pub enum Answer {
    /// One that is there.
    Whole(Reply),
    /// One that is still to be made. Until it begins, a refusal has its own status.
    Made {
        /// Whether the caller wants to hear of it as events.
        as_events: bool,
        /// Makes it.
        work: Work,
    },
}

impl Answer {
    /// A picture that `work` makes. The caller hears the events that `work` sends, if it asked for them: then its last ones must hold the picture.
    pub fn made<F, R>(request: &Request, work: F) -> Self
    where
        F: FnOnce(Events) -> R + Send + 'static,
        R: Future<Output = Result<Media, Failure>> + Send + 'static,
    {
        let as_events = request.header("accept").is_some_and(sse::is_accepted);
        Self::Made { as_events, work: Box::new(move |events| Box::pin(work(events))) }
    }
}

/// A picture as an answer.
pub struct Media {
    bytes: Zeroizing<Vec<u8>>,
    media_type: &'static str,
    headers: Vec<(&'static str, &'static str)>,
}

impl Media {
    /// A picture of this type, to be shown rather than saved. It has no name: one could tell whose it is.
    #[must_use]
    pub fn new(bytes: Zeroizing<Vec<u8>>, media_type: &'static str) -> Self {
        Self { bytes, media_type, headers: Vec::new() }
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    fn response(self, delivery: Delivery) -> Result<Response<Outgoing>, Failure> {
        if delivery == Delivery::Whole && self.bytes.len() > WHOLE_BYTES {
            return Err(too_large());
        }
        let response = Response::builder()
            .header(CONTENT_TYPE, self.media_type)
            .header(CACHE_CONTROL, "no-store")
            .header(CONTENT_DISPOSITION, "inline")
            .header(X_CONTENT_TYPE_OPTIONS, "nosniff");
        let response = self.headers.iter().fold(response, |response, (name, value)| response.header(*name, *value));
        response.body(Outgoing::whole(Bytes::from_owner(self.bytes))).map_err(Failure::broken)
    }
}

/// Serves such an endpoint until the process ends.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<F, R>(delivery: Delivery, handle: F) -> Result<(), crate::Error>
where
    F: Fn(Request) -> R + Sync,
    R: Future<Output = Result<Answer, Failure>> + Send,
{
    let handle = &handle;
    let one = move |inner: lambda_http::Request| async move {
        let request_id = inner.lambda_context_ref().map(|context| context.request_id.clone()).unwrap_or_default();
        Ok::<_, std::convert::Infallible>(answer(delivery, handle, Request::new(inner), request_id).await)
    };
    ended(match delivery {
        Delivery::Streamed => lambda_http::run_with_streaming_response(service_fn(one)).await,
        Delivery::Whole => lambda_http::run(service_fn(move |inner| async move { one(inner).await.map(body::collected) })).await,
    })
}

/// What is known of a request when its answer is logged.
#[derive(Clone)]
struct Line {
    method: String,
    started: Instant,
    request_id: String,
}

impl Line {
    fn log(&self, status: u16, failure: Option<&Failure>) {
        log(&self.method, status, self.started, &self.request_id, failure);
    }
}

async fn answer<F, R>(delivery: Delivery, handle: &F, request: Request, request_id: String) -> Response<Outgoing>
where
    F: Fn(Request) -> R,
    R: Future<Output = Result<Answer, Failure>>,
{
    let line = Line { method: request.method(), started: Instant::now(), request_id };
    let outcome = match caught(handle(request)).await {
        Ok(Answer::Whole(reply)) => Ok(Outgoing::of(reply.response())),
        Ok(Answer::Made { as_events: true, work }) => return events(delivery, work, line).await,
        Ok(Answer::Made { as_events: false, work }) => caught(work(Events::unheard())).await.and_then(|media| media.response(delivery)),
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(response) => {
            line.log(response.status().as_u16(), None);
            response
        }
        Err(failure) => {
            let response = problem::response(&failure, &line.request_id);
            line.log(response.status().as_u16(), Some(&failure));
            Outgoing::of(response)
        }
    }
}

/// A panic is a fault of ours like any other.
async fn caught<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(Failure::broken("the handler panicked")))
}

/// The answer as events; it is logged when its last one is made.
async fn events(delivery: Delivery, work: Work, line: Line) -> Response<Outgoing> {
    let mut left = Left(Some(line.clone()));
    let frames = Frames::new(delivery, move |events| async move {
        let outcome = caught(work(events.clone())).await;
        let Some(line) = left.0.take() else { return };
        if let Err(failure) = &outcome {
            events.send("error", || Zeroizing::new(problem::document(failure, &line.request_id).1));
        }
        line.log(200, outcome.err().as_ref());
    });
    let body = match delivery {
        Delivery::Streamed => Outgoing::frames(frames),
        Delivery::Whole => {
            let events = frames.collected().await;
            if events.len() > WHOLE_EVENTS_BYTES {
                let failure = too_large();
                line.log(500, Some(&failure));
                return Outgoing::of(problem::response(&failure, &line.request_id));
            }
            Outgoing::whole(Bytes::from_owner(events))
        }
    };
    let mut response = Response::new(body);
    set(response.headers_mut());
    response
}

fn set(headers: &mut HeaderMap) {
    use lambda_http::http::HeaderValue;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(sse::MEDIA_TYPE));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Logs a request whose caller, or whose time, was gone before its last event.
struct Left(Option<Line>);

impl Drop for Left {
    fn drop(&mut self) {
        if let Some(line) = &self.0 {
            tracing::info!(request_id = line.request_id, method = line.method, status = 200, "request left before its end");
        }
    }
}

fn too_large() -> Failure {
    Failure::broken("the answer is larger than can leave whole; turn RESPONSE_STREAMING on")
}

#[cfg(test)]
mod tests;
