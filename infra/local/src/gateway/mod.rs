//! The HTTP API: API Gateway's routing, limits and payload format 2.0, in front of the functions.

mod cors;
mod event;
pub(crate) mod function_url;
mod reply;
mod routes;

pub(crate) use routes::percent_decode;

use crate::metrics::Metrics;
use crate::pool::request_id;
use crate::runtime_api::{PAYLOAD_LIMIT, Pools};
use crate::serve::{self, Body, BoxError, Server};
use crate::template::{Cors, HttpRoute, Model};
use anyhow::Result;
use bytes::Bytes;
use function_url::Door;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// Largest request body, in bytes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// Largest request line and headers together, in bytes.
const HEAD_LIMIT: usize = 10_240;
/// Longest time a function may take behind the HTTP API.
const INTEGRATION_LIMIT: Duration = Duration::from_secs(30);
/// Longest time when a function may have to be built first.
const BUILD_LIMIT: Duration = Duration::from_secs(900);

pub(crate) struct Gateway {
    routes: Vec<HttpRoute>,
    cors: Option<Cors>,
    doors: Vec<Door>,
    pools: Pools,
    metrics: Arc<Metrics>,
}

/// The API's id, as templates refer to it.
pub(crate) const API: &str = "local";

impl Gateway {
    /// The routes of the HTTP API, and beside them the one of each function URL.
    pub(crate) fn new(model: &Model, pools: Pools, metrics: Arc<Metrics>) -> Self {
        let doors = model.function_urls.iter().map(|url| Door::new(url.clone(), Arc::clone(&pools))).collect();
        Self { routes: model.routes.clone(), cors: model.cors.clone(), doors, pools, metrics }
    }

    /// Serves it with nothing in front.
    pub(crate) fn start(self, listener: TcpListener) -> Result<Server> {
        let gateway = Arc::new(self);
        Server::start(listener, move |request, peer| {
            let gateway = Arc::clone(&gateway);
            async move { gateway.handle(request, peer).await }
        })
    }

    /// Whether a path is the route of a function URL.
    pub(crate) fn has_door(&self, path: &str) -> bool {
        self.doors.iter().any(|door| door.is_meant(path))
    }

    pub(crate) async fn handle(&self, request: Request<Incoming>, peer: SocketAddr) -> Result<Response<Body>, BoxError> {
        if let Some(door) = self.doors.iter().find(|door| door.is_meant(request.uri().path())) {
            return door.handle(request, peer).await;
        }
        if let Some(response) = cors::preflight(self.cors.as_ref(), request.method(), request.headers()) {
            return Ok(response);
        }
        let began = Instant::now();
        let (request_headers, id) = (request.headers().clone(), request_id());
        let mut response = self.answer(request, peer, &id).await?;
        cors::decorate(self.cors.as_ref(), &request_headers, &mut response);
        response.headers_mut().insert("apigw-requestid", HeaderValue::from_str(&id)?);
        self.count(response.status(), began);
        Ok(response)
    }

    fn count(&self, status: StatusCode, began: Instant) {
        let is = |so: bool| if so { 1.0 } else { 0.0 };
        let latency = began.elapsed().as_secs_f64() * 1000.0;
        for (metric, value) in
            [("Count", 1.0), ("4xx", is(status.is_client_error())), ("5xx", is(status.is_server_error())), ("Latency", latency)]
        {
            self.metrics.record("AWS/ApiGateway", metric, Some(("ApiId", API)), value);
        }
    }

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr, id: &str) -> Result<Response<Body>, BoxError> {
        let (parts, body) = request.into_parts();
        if head_length(&parts.uri, &parts.headers) > HEAD_LIMIT {
            return Ok(reply::message(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large"));
        }
        let Some(body) = serve::collect(body, BODY_LIMIT).await? else {
            return Ok(reply::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"));
        };
        let Some(found) = routes::find(&self.routes, parts.method.as_str(), parts.uri.path()) else {
            return Ok(reply::message(StatusCode::NOT_FOUND, "Not Found"));
        };
        let event = Bytes::from(event::build(&parts, &body, &found, peer, id).to_string());
        if event.len() > PAYLOAD_LIMIT {
            return Ok(reply::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long"));
        }
        let Some(pool) = self.pools.get().and_then(|pools| pools.get(&found.route.function)) else {
            return Ok(reply::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"));
        };
        match tokio::time::timeout(if pool.is_remote() { BUILD_LIMIT } else { INTEGRATION_LIMIT }, pool.invoke(event)).await {
            Ok(answer) => Ok(reply::respond(answer).await),
            Err(_) => Ok(reply::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")),
        }
    }
}

fn head_length(uri: &http::Uri, headers: &HeaderMap) -> usize {
    let line = uri.path_and_query().map_or(0, |path| path.as_str().len()) + "OPTIONS  HTTP/1.1\r\n".len();
    headers.iter().fold(line, |sum, (name, value)| sum + name.as_str().len() + value.len() + ": \r\n".len())
}
