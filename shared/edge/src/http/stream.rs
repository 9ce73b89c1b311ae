//! Endpoints that answer with a picture: whole, or as server-sent events while it is made.
//!
//! With `RESPONSE_STREAMING=on` an answer is sent while it is made (a Lambda Function URL, or a REST API in that mode); otherwise, behind an HTTP
//! API, it is collected and sent whole. In both modes no cache may store it, and it is zeroed once it is sent.
//!
//! The status of a stream is sent first and cannot change: a later failure is an event `error` with the problem document, and ends the stream.

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

use super::{Reply, Request, limited_by, log, of_no_route, problem, sse, varies_by_origin};
use body::Outgoing;
pub use frames::Events;
use frames::Frames;

use crate::error::ended;

/// The mode of delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// While they are made.
    Streamed,
    /// Whole, at most [`WHOLE_BYTES`].
    Whole,
}

/// The largest picture that can be sent whole: Lambda takes 6 MB of JSON, in which a picture is base64.
pub const WHOLE_BYTES: usize = 4_400_000;

/// The largest collection of events that can be sent whole: text is not base64, but its quotes are escaped.
const WHOLE_EVENTS_BYTES: usize = 5_900_000;

type Making = Pin<Box<dyn Future<Output = Result<Media, Failure>> + Send>>;
type Work = Box<dyn FnOnce(Events) -> Making + Send>;

pub enum Answer {
    /// A finished answer.
    Whole(Reply),
    /// An answer still to be made. Before it begins, a refusal has its own status.
    Made {
        /// Whether the caller wants events.
        as_events: bool,
        work: Work,
    },
}

impl Answer {
    /// A picture made by `work`. If the caller accepts events, it receives those that `work` sends: the last ones must hold the picture.
    pub fn made<F, R>(request: &Request, work: F) -> Self
    where
        F: FnOnce(Events) -> R + Send + 'static,
        R: Future<Output = Result<Media, Failure>> + Send + 'static,
    {
        let as_events = request.header("accept").is_some_and(sse::is_accepted);
        Self::Made { as_events, work: Box::new(move |events| Box::pin(work(events))) }
    }
}

pub struct Media {
    bytes: Zeroizing<Vec<u8>>,
    media_type: &'static str,
    headers: Vec<(&'static str, &'static str)>,
}

impl Media {
    /// A picture of this type, displayed rather than downloaded. It has no file name, which could identify its owner.
    #[must_use]
    pub fn new(bytes: Zeroizing<Vec<u8>>, media_type: &'static str) -> Self {
        Self { bytes, media_type, headers: Vec::new() }
    }

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

/// Serves an endpoint of this kind until the process ends. Unlike a gateway, the URL of a function accepts every method and path: it has one of each.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<F, R>(delivery: Delivery, method: &'static str, path: &'static str, handle: F) -> Result<(), crate::Error>
where
    F: Fn(Request) -> R + Sync,
    R: Future<Output = Result<Answer, Failure>> + Send,
{
    let (handle, limits) = (&handle, &crate::settings::rate_limit_policy());
    let one = move |inner: lambda_http::Request| async move {
        let request_id = inner.lambda_context_ref().map(|context| context.request_id.clone()).unwrap_or_default();
        let request = Request::new(inner);
        Ok::<_, std::convert::Infallible>(match (request.is_of(path), request.method() == method) {
            (true, true) => limited_by(limits.as_ref(), answer(delivery, handle, request, request_id).await),
            (true, false) => Outgoing::of(of_no_route(&request, method, &request_id)),
            (false, _) => answer(delivery, &|_| async { Err(Failure::missing("route")) }, request, request_id).await,
        })
    };
    ended(match delivery {
        Delivery::Streamed => lambda_http::run_with_streaming_response(service_fn(one)).await,
        Delivery::Whole => lambda_http::run(service_fn(move |inner| async move { one(inner).await.map(body::collected) })).await,
    })
}

/// The properties of a request in the log line of its answer.
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
    let mut response = made(delivery, handle, request, request_id).await;
    varies_by_origin(response.headers_mut());
    response
}

async fn made<F, R>(delivery: Delivery, handle: &F, request: Request, request_id: String) -> Response<Outgoing>
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

/// A panic is a fault of ours.
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
    Failure::broken("the answer is too large to be sent whole; turn RESPONSE_STREAMING on")
}

#[cfg(test)]
mod tests;
