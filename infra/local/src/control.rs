//! The control API: the Lambda Invoke API, and `/_local/…` for health, clock, schedules, faults, calls, logs and kills.

use crate::cloud::Invocation;
use crate::inner::Inner;
use crate::proxy::faults::Fault;
use crate::runtime_api::PAYLOAD_LIMIT;
use crate::serve::{self, Body, BoxError, Server};
use anyhow::Result;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::sync::Weak;
use std::time::Duration;
use tokio::net::TcpListener;

/// Serves the control API.
pub(crate) fn start(listener: TcpListener, cloud: Weak<Inner>) -> Result<Server> {
    Server::start(listener, move |request, _| {
        let cloud = cloud.clone();
        async move { handle(request, &cloud).await }
    })
}

async fn handle(request: Request<Incoming>, cloud: &Weak<Inner>) -> Result<Response<Body>, BoxError> {
    let Some(cloud) = cloud.upgrade() else { return Err("the cloud is stopping".into()) };
    // A web page in the developer's browser must not control the cloud.
    if request.headers().contains_key("origin") || request.headers().contains_key("sec-fetch-site") {
        return Ok(problem(StatusCode::FORBIDDEN, "not for browsers"));
    }
    let (parts, body) = request.into_parts();
    let Some(body) = serve::collect(body, PAYLOAD_LIMIT).await? else {
        return Ok(problem(StatusCode::PAYLOAD_TOO_LARGE, "larger than 6 MB"));
    };
    let path: Vec<&str> = parts.uri.path().trim_matches('/').split('/').collect();
    let outcome = match (&parts.method, path.as_slice()) {
        (&Method::POST, ["2015-03-31", "functions", name, "invocations"]) => return Ok(invoked(cloud.invoke(name, body).await)),
        (&Method::POST, ["_local", "fire", name]) => return Ok(invoked(cloud.fire_schedule(name).await)),
        (method, ["_local", rest @ ..]) => local(&cloud, method, rest, &body).await,
        _ => Ok(None),
    };
    Ok(match outcome {
        Ok(Some(value)) => serve::json(StatusCode::OK, &value),
        Ok(None) => problem(StatusCode::NOT_FOUND, "no such operation"),
        Err(error) => problem(StatusCode::BAD_REQUEST, &format!("{error:#}")),
    })
}

/// `None` when there is no such operation.
async fn local(cloud: &Inner, method: &Method, path: &[&str], body: &[u8]) -> Result<Option<Value>> {
    let done = json!({ "ok": true });
    Ok(Some(match (method, path) {
        (&Method::GET, ["health"]) => json!({ "ok": true, "functions": cloud.model.functions.keys().collect::<Vec<_>>() }),
        (&Method::PUT | &Method::POST, ["clock"]) => {
            let request: Value = serde_json::from_slice(body)?;
            let seconds = request["offset_seconds"].as_i64().ok_or_else(|| anyhow::anyhow!("offset_seconds must be a whole number"))?;
            cloud.set_clock_offset(seconds);
            done
        }
        (&Method::GET, ["calls"]) => serde_json::to_value(cloud.proxy_state.calls())?,
        (&Method::DELETE, ["calls"]) => {
            cloud.proxy_state.reset_calls();
            done
        }
        (&Method::GET, ["alarms"]) => serde_json::to_value(cloud.alarms().await?)?,
        (&Method::PUT, ["concurrency", function]) => {
            let reserved = serde_json::from_slice::<Value>(body)?["reserved"].as_u64().map(usize::try_from).transpose()?;
            cloud.pool(function)?.reserve(reserved);
            done
        }
        (&Method::GET, ["denials"]) => serde_json::to_value(cloud.permissions.denials())?,
        (&Method::GET, ["faults"]) => serde_json::to_value(cloud.proxy_state.faults())?,
        (&Method::POST, ["faults"]) => {
            cloud.proxy_state.inject(serde_json::from_slice::<Fault>(body)?);
            done
        }
        (&Method::DELETE, ["faults"]) => json!({ "ok": true, "unused": cloud.proxy_state.clear_faults() }),
        (&Method::GET, ["logs", function]) => json!({ "function": function, "log": cloud.logs(function) }),
        (&Method::POST, ["kill", function]) => json!({ "ok": true, "killed": cloud.pool(function)?.kill_all().await }),
        (&Method::POST, ["events", "hold"]) => {
            cloud.bus.hold();
            done
        }
        (&Method::POST, ["events", "release"]) => json!({ "ok": true, "released": cloud.bus.release() }),
        (&Method::POST, ["queues", queue, "pause"]) => {
            cloud.poller(queue)?.pause().await;
            done
        }
        (&Method::POST, ["queues", queue, "resume"]) => {
            cloud.poller(queue)?.resume();
            done
        }
        (&Method::POST, ["queues", queue, "drain"]) => {
            cloud.drain(&[queue], Duration::from_secs(60)).await?;
            done
        }
        _ => return Ok(None),
    }))
}

/// The answer of the Lambda Invoke API: always 200, with a header when the function failed.
fn invoked(outcome: Result<Invocation>) -> Response<Body> {
    match outcome {
        Ok(Invocation { payload, failed }) => {
            let mut response = Response::new(serve::full(Bytes::clone(&payload)));
            let headers = response.headers_mut();
            headers.insert("content-type", HeaderValue::from_static("application/json"));
            headers.insert("x-amz-executed-version", HeaderValue::from_static("$LATEST"));
            if failed {
                headers.insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
            }
            response
        }
        Err(error) => problem(StatusCode::NOT_FOUND, &format!("{error:#}")),
    }
}

fn problem(status: StatusCode, message: &str) -> Response<Body> {
    serve::json(status, &json!({ "Message": message }))
}
