//! Function URLs: one function at a URL of its own, without routes, without the limit of 30 seconds, and with streamed answers.

use super::routes::Match;
use super::{HEAD_LIMIT, cors, event, head_length, reply};
use crate::pool::request_id;
use crate::runtime_api::{PAYLOAD_LIMIT, Pools};
use crate::serve::{self, Body, BoxError, Server};
use crate::template::{FunctionUrl, HttpRoute};
use anyhow::Result;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The function and route of one function URL.
#[derive(Debug)]
pub(super) struct Door {
    url: FunctionUrl,
    /// Every method and path: the `routeKey` of each event is `$default`.
    any: HttpRoute,
    pools: Pools,
}

/// Serves one function URL.
pub(crate) fn start(listener: TcpListener, url: FunctionUrl, pools: Pools) -> Result<Server> {
    let door = Arc::new(Door::new(url, pools));
    Server::start(listener, move |request, peer| {
        let door = Arc::clone(&door);
        async move { door.handle(request, peer).await }
    })
}

impl Door {
    pub(super) fn new(url: FunctionUrl, pools: Pools) -> Self {
        let any = HttpRoute { method: "ANY".into(), path: "$default".into(), function: url.function.clone() };
        Self { url, any, pools }
    }

    /// Whether a request to the HTTP API belongs to this function: the local cloud answers its route there as well.
    pub(super) fn is_meant(&self, path: &str) -> bool {
        self.url.route.as_ref().is_some_and(|route| route.path == path)
    }

    pub(super) async fn handle(&self, request: Request<Incoming>, peer: SocketAddr) -> Result<Response<Body>, BoxError> {
        if let Some(response) = cors::preflight(self.url.cors.as_ref(), request.method(), request.headers()) {
            return Ok(response);
        }
        let (request_headers, id) = (request.headers().clone(), request_id());
        let mut response = self.answer(request, peer, &id).await?;
        cors::decorate(self.url.cors.as_ref(), &request_headers, &mut response);
        response.headers_mut().insert("x-amzn-requestid", HeaderValue::from_str(&id)?);
        self.count(response.status());
        Ok(response)
    }

    fn count(&self, status: StatusCode) {
        let Some(pool) = self.pools.get().and_then(|pools| pools.get(&self.url.function)) else { return };
        let is = |so: bool| if so { 1.0 } else { 0.0 };
        for (metric, value) in
            [("UrlRequestCount", 1.0), ("Url4xxCount", is(status.is_client_error())), ("Url5xxCount", is(status.is_server_error()))]
        {
            pool.count(metric, value);
        }
    }

    /// The function's own timeout is the only one.
    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr, id: &str) -> Result<Response<Body>, BoxError> {
        let (parts, body) = request.into_parts();
        if head_length(&parts.uri, &parts.headers) > HEAD_LIMIT {
            return Ok(problem(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large"));
        }
        let too_large = || problem(StatusCode::PAYLOAD_TOO_LARGE, &format!("Request must be smaller than {PAYLOAD_LIMIT} bytes"));
        let Some(body) = serve::collect(body, PAYLOAD_LIMIT).await? else { return Ok(too_large()) };
        let found = Match { route: &self.any, parameters: BTreeMap::new() };
        let mut event = event::build(&parts, &body, &found, peer, id);
        event["requestContext"]["accountId"] = json!("anonymous");
        let event = Bytes::from(event.to_string());
        if event.len() > PAYLOAD_LIMIT {
            return Ok(too_large());
        }
        let Some(pool) = self.pools.get().and_then(|pools| pools.get(&self.url.function)) else {
            return Ok(problem(StatusCode::BAD_GATEWAY, "no such function"));
        };
        Ok(reply::respond_url(pool.invoke(event).await, self.url.streams).await)
    }
}

fn problem(status: StatusCode, text: &str) -> Response<Body> {
    serve::json(status, &json!({ "Message": text }))
}
