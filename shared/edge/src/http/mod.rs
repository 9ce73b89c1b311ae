//! Endpoints behind an HTTP API.

mod distribution;
mod json;
pub mod multipart;
mod parameters;
mod problem;
mod reply;
mod request;
mod sse;
pub mod stream;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use kernel::{Failure, Reason};
use lambda_http::http::header::{ALLOW, VARY};
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, Method};
use lambda_http::{Body, RequestExt, Response, service_fn};

use crate::error::ended;

/// What is left of a limit, and the limits (draft-ietf-httpapi-ratelimit-headers-11).
const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

pub(crate) use distribution::OriginSecret;
pub use reply::Reply;
pub use request::{Request, language_tag};

/// Serves an endpoint until the process ends: each request goes to `handle`, and its reply or failure becomes the response.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<F, R>(handle: F) -> Result<(), crate::Error>
where
    F: Fn(Request) -> R + Sync,
    R: Future<Output = Result<Reply, Failure>> + Send,
{
    let (handle, allowed, limits) = (&handle, &crate::settings::allowed_methods(), &crate::settings::rate_limit_policy());
    let distribution = &crate::settings::origin_secret();
    let one = service_fn(move |inner: lambda_http::Request| async move {
        let request_id = inner.lambda_context_ref().map(|context| context.request_id.clone()).unwrap_or_default();
        let request = Request::new(inner).through(distribution.as_ref());
        Ok::<_, std::convert::Infallible>(match request.is_of_no_route() {
            true => of_no_route(&request, allowed, &request_id),
            false => limited_by(limits.as_ref(), answer(handle, request, &request_id).await),
        })
    });
    ended(lambda_http::run(one).await)
}

async fn answer<F, R>(handle: &F, request: Request, request_id: &str) -> Response<Body>
where
    F: Fn(Request) -> R,
    R: Future<Output = Result<Reply, Failure>>,
{
    let (method, started) = (request.method(), Instant::now());
    // A panic is a fault of ours: the caller gets the same problem document.
    let outcome = AssertUnwindSafe(handle(request)).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(Failure::broken("the handler panicked")));
    let mut response = match &outcome {
        Ok(reply) => reply.response(),
        Err(failure) => problem::response(failure, request_id),
    };
    varies_by_origin(response.headers_mut());
    if method == Method::HEAD.as_str() {
        *response.body_mut() = Body::Empty;
    }
    log(&method, response.status().as_u16(), started, request_id, outcome.err().as_ref());
    response
}

/// The answer to a method without a route of its own, with those the path takes. `OPTIONS` is no fault: should the gateway pass on a browser's question
/// before a request, to which it adds its headers, anything but success would forbid the request.
fn of_no_route(request: &Request, allowed: &str, request_id: &str) -> Response<Body> {
    let failure = (request.method() != Method::OPTIONS.as_str())
        .then(|| Failure::invalid(Reason::MethodNotAllowed, format!("This path takes {allowed}.")));
    let mut response = match &failure {
        Some(failure) => problem::response(failure, request_id),
        None => Reply::no_content().response(),
    };
    // What the stacks name is always such a value.
    response.headers_mut().insert(ALLOW, HeaderValue::from_str(allowed).unwrap_or(HeaderValue::from_static("")));
    varies_by_origin(response.headers_mut());
    log(&request.method(), response.status().as_u16(), Instant::now(), request_id, failure.as_ref());
    response
}

/// Says the limits on what a function counts, the same on every answer (draft-ietf-httpapi-ratelimit-headers-11, 3).
fn limited_by<B>(limits: Option<&HeaderValue>, mut response: Response<B>) -> Response<B> {
    if let Some(limits) = limits {
        response.headers_mut().insert(RATELIMIT_POLICY, limits.clone());
    }
    response
}

/// The gateway lets one site read an answer and others not: a cache may not give what one got to another. In one line: an HTTP API takes no second one.
fn varies_by_origin(headers: &mut HeaderMap) {
    let others = headers.get(VARY).and_then(|value| value.to_str().ok()).map(|others| format!("{others}, origin"));
    let all = others.and_then(|all| HeaderValue::from_str(&all).ok()).unwrap_or(HeaderValue::from_static("origin"));
    headers.insert(VARY, all);
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

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::http::StatusCode;

    fn request(event: serde_json::Value) -> Request {
        Request::new(lambda_http::request::from_str(&event.to_string()).unwrap())
    }

    fn event(method: &str, route_key: &str) -> serde_json::Value {
        let http = serde_json::json!({ "method": method, "path": "/privacy", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7" });
        let context = serde_json::json!({ "http": http, "routeKey": route_key, "stage": "$default", "timeEpoch": 0 });
        serde_json::json!({ "version": "2.0", "routeKey": route_key, "rawPath": "/privacy", "rawQueryString": "", "headers": {},
            "cookies": ["theme=dünkel", "session=yes"], "requestContext": context, "isBase64Encoded": false })
    }

    async fn page(_: Request) -> Result<Reply, Failure> {
        Ok(Reply::page("<p>Hello</p>".into(), "sha256-abc=").public().by_accept())
    }

    #[tokio::test]
    async fn a_head_is_that_of_the_answer_without_its_body() {
        let get = answer(&page, request(event("GET", "GET /privacy")), "r").await;
        let head = answer(&page, request(event("HEAD", "HEAD /privacy")), "r").await;
        assert_eq!((head.status(), head.headers()), (get.status(), get.headers()));
        assert!(matches!((head.body(), get.body()), (Body::Empty, Body::Text(_))));
        assert_eq!(get.headers()[VARY], "accept, origin");
        let refused = answer(&|_| async { Err(Failure::signed_out()) }, request(event("HEAD", "HEAD /privacy")), "r").await;
        assert!(matches!(refused.body(), Body::Empty) && refused.status() == StatusCode::UNAUTHORIZED);
        assert_eq!(refused.headers()[VARY], "origin");
    }

    #[test]
    fn another_method_is_refused_with_those_that_are_taken() {
        assert!(request(event("PUT", "ANY /privacy")).is_of_no_route() && !request(event("GET", "GET /privacy")).is_of_no_route());
        let ask = |method: &str| of_no_route(&request(event(method, "ANY /privacy")), "GET, HEAD", "r");
        for (method, status) in [("PUT", StatusCode::METHOD_NOT_ALLOWED), ("OPTIONS", StatusCode::NO_CONTENT)] {
            assert_eq!((ask(method).status(), &ask(method).headers()[ALLOW]), (status, &HeaderValue::from_static("GET, HEAD")), "{method}");
        }
    }

    /// As Lambda hands it over: the list of cookies is one header, and one odd cookie is in it.
    #[test]
    fn an_odd_cookie_of_an_event_hides_no_other() {
        assert_eq!(request(event("GET", "GET /privacy")).cookies("session").collect::<Vec<_>>(), ["yes"]);
    }
}
