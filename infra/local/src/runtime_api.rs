//! The Lambda Runtime API, as function processes see it. Each process has its own base path, `/rt/<function>.<number>`.

use crate::pool::{Answer, Delivery, Part, Pool};
use crate::serve::{self, Body, BoxError, Server};
use anyhow::Result;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::UNIX_EPOCH;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Largest event and largest whole answer, in bytes.
pub(crate) const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

/// Most a streamed answer may hold, in bytes.
const STREAM_LIMIT: usize = 200 * 1024 * 1024;
/// The trailer in which a function reports that its stream broke off, and why.
const STREAM_ERROR: &str = "lambda-runtime-function-error-type";

/// The pools by function name; set once they exist, which is after the ports are known.
pub(crate) type Pools = Arc<OnceLock<BTreeMap<String, Arc<Pool>>>>;

/// Serves the runtime API for these pools.
pub(crate) fn start(listener: TcpListener, pools: Pools, region: &str, account: &str) -> Result<Server> {
    let arn_base = format!("arn:aws:lambda:{region}:{account}:function:");
    Server::start(listener, move |request, _| {
        let (pools, arn_base) = (Arc::clone(&pools), arn_base.clone());
        async move { handle(request, &pools, &arn_base).await }
    })
}

/// The pool and process number named by `<function>.<number>`.
pub(crate) fn find_process<'a>(pools: &'a Pools, process: &str) -> Option<(&'a Arc<Pool>, u64)> {
    let (function, number) = process.rsplit_once('.')?;
    Some((pools.get()?.get(function)?, number.parse().ok()?))
}

async fn handle(request: Request<Incoming>, pools: &Pools, arn_base: &str) -> Result<Response<Body>, BoxError> {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let ["rt", process, "2018-06-01", "runtime", rest @ ..] = parts.as_slice() else {
        return Ok(problem(StatusCode::NOT_FOUND, "no such operation"));
    };
    let Some((pool, number)) = find_process(pools, process) else {
        return Ok(problem(StatusCode::FORBIDDEN, "no such process"));
    };
    match (request.method(), rest) {
        (&Method::GET, ["invocation", "next"]) => next(pool, number, arn_base).await,
        (&Method::POST, ["invocation", id, "response"]) => respond(request, pool, number, id).await,
        (&Method::POST, ["invocation", id, "error"]) => {
            let body = serve::collect(request.into_body(), PAYLOAD_LIMIT).await?.unwrap_or_default();
            Ok(accepted(pool.answer(number, id, Answer::Failed(body))))
        }
        (&Method::POST, ["init", "error"]) => {
            let body = serve::collect(request.into_body(), PAYLOAD_LIMIT).await?.unwrap_or_default();
            pool.init_failed(number, body);
            Ok(accepted(true))
        }
        _ => Ok(problem(StatusCode::NOT_FOUND, "no such operation")),
    }
}

async fn next(pool: &Arc<Pool>, number: u64, arn_base: &str) -> Result<Response<Body>, BoxError> {
    // No event: the process is about to be killed. A closed connection is how a sandbox ends.
    let Some(Delivery { id, event, deadline }) = pool.next(number).await else { return Err("the process must end".into()) };
    let deadline = deadline.duration_since(UNIX_EPOCH)?.as_millis();
    let mut response = Response::new(serve::full(event));
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("lambda-runtime-aws-request-id", HeaderValue::from_str(&id)?);
    headers.insert("lambda-runtime-deadline-ms", HeaderValue::from_str(&deadline.to_string())?);
    headers.insert("lambda-runtime-invoked-function-arn", HeaderValue::from_str(&format!("{arn_base}{}", pool.name()))?);
    headers.insert("lambda-runtime-trace-id", HeaderValue::from_str(&trace_id())?);
    Ok(response)
}

async fn respond(request: Request<Incoming>, pool: &Arc<Pool>, number: u64, id: &str) -> Result<Response<Body>, BoxError> {
    let mode = request.headers().get("lambda-runtime-function-response-mode");
    if mode.is_some_and(|mode| mode.as_bytes().eq_ignore_ascii_case(b"streaming")) {
        return stream(request.into_body(), pool, number, id).await;
    }
    match serve::collect(request.into_body(), PAYLOAD_LIMIT).await? {
        Some(body) => Ok(accepted(pool.answer(number, id, Answer::Reply(body)))),
        None => {
            let message = format!("Response payload size exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes).");
            pool.answer(number, id, crate::pool::failed("Function.ResponseSizeTooLarge", &message));
            Ok(problem(StatusCode::PAYLOAD_TOO_LARGE, &message))
        }
    }
}

async fn stream(body: Incoming, pool: &Arc<Pool>, number: u64, id: &str) -> Result<Response<Body>, BoxError> {
    // A slow reader slows the function: pieces wait here, and then in the connection.
    let (sender, receiver) = mpsc::channel::<Part>(4);
    if !pool.begin_stream(number, id, receiver) {
        return Ok(accepted(false));
    }
    // A task of its own: when the process dies, this handler ends with its connection, and the reader must still be told.
    tokio::spawn(pass_on(body, sender)).await?;
    Ok(accepted(true))
}

async fn pass_on(mut body: Incoming, sender: mpsc::Sender<Part>) {
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let part = match frame {
            Ok(frame) => part(frame, &mut length),
            // The process died or was cut off at its timeout.
            Err(error) => Some(Err(error.into())),
        };
        let Some(part) = part else { continue };
        let broken = part.is_err();
        // The reader may be gone: a Lambda continues after its reader has left.
        drop(sender.send(part).await);
        if broken {
            return;
        }
    }
}

/// The meaning of a streamed answer's frame to its reader; `None` for nothing.
fn part(frame: Frame<Bytes>, length: &mut usize) -> Option<Part> {
    match frame.into_data() {
        Ok(data) => {
            *length = length.saturating_add(data.len());
            Some(if *length > STREAM_LIMIT { Err("the streamed answer is larger than 200 MB".into()) } else { Ok(data) })
        }
        Err(frame) => {
            let kind = frame.trailers_ref()?.get(STREAM_ERROR)?.to_str().unwrap_or("Runtime.StreamError").to_owned();
            Some(Err(kind.into()))
        }
    }
}

fn accepted(known: bool) -> Response<Body> {
    if known {
        return serve::json(StatusCode::ACCEPTED, &json!({ "status": "OK" }));
    }
    problem(StatusCode::BAD_REQUEST, "this invocation is not in flight")
}

fn problem(status: StatusCode, message: &str) -> Response<Body> {
    serve::json(status, &json!({ "errorType": "InvalidRequest", "errorMessage": message }))
}

fn trace_id() -> String {
    let seconds = jiff::Timestamp::now().as_second();
    let (root, parent) = (rand::random::<u128>() >> 32, rand::random::<u64>());
    format!("Root=1-{seconds:08x}-{root:024x};Parent={parent:016x};Sampled=0")
}
