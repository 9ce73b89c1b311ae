//! The distribution in front of the HTTP API: the site and the API at one port, by `infra/site.yaml`.

mod pages;

use crate::gateway::Gateway;
use crate::serve::{self, Body, BoxError, Server};
use crate::template::{Behaviour, Distribution, Origin};
use anyhow::Result;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use pages::Pages;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The address that the API sees behind a distribution: nobody's, so that whoever counts it is noticed.
const EDGE: &str = "192.0.2.1:443";

struct Site {
    distribution: Distribution,
    pages: Pages,
    gateway: Gateway,
    edge: SocketAddr,
}

/// Serves a distribution whose pages are in `folder`.
pub(crate) fn start(listener: TcpListener, distribution: Distribution, folder: PathBuf, gateway: Gateway) -> Result<Server> {
    let pages = Pages::new(folder, distribution.root_object.clone())?;
    let site = Arc::new(Site { distribution, pages, gateway, edge: EDGE.parse()? });
    Server::start(listener, move |request, peer| {
        let site = Arc::clone(&site);
        async move { site.handle(request, peer).await }
    })
}

impl Site {
    async fn handle(&self, request: Request<Incoming>, peer: SocketAddr) -> Result<Response<Body>, BoxError> {
        // Function URLs are no part of a distribution: the API's port answers their routes as well.
        if self.gateway.has_door(request.uri().path()) {
            return self.gateway.handle(request, peer).await;
        }
        let Some(behaviour) = self.distribution.behaviour(request.uri().path()) else { return Ok(refused("This path leads nowhere.")) };
        if !behaviour.methods.iter().any(|method| method == request.method().as_str()) {
            return Ok(refused("This distribution is not configured to allow the HTTP request method that was used for this request."));
        }
        let mut response = match &behaviour.origin {
            Origin::Api(headers) => self.gateway.handle(passed_on(request, headers, peer)?, self.edge).await?,
            Origin::Bucket => self.pages.answer(&request),
        };
        add_headers(behaviour, response.headers_mut())?;
        Ok(response)
    }
}

/// The request as an origin gets it: with the address of its caller, and the headers of the origin in place of the caller's.
fn passed_on(mut request: Request<Incoming>, headers: &[(String, String)], peer: SocketAddr) -> Result<Request<Incoming>, BoxError> {
    let forwarded = request.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).map(str::to_owned);
    let forwarded = forwarded.chain([peer.ip().to_string()]).collect::<Vec<_>>().join(", ");
    request.headers_mut().insert("x-forwarded-for", HeaderValue::from_str(&forwarded)?);
    for (name, value) in headers {
        request.headers_mut().insert(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
    }
    Ok(request)
}

fn add_headers(behaviour: &Behaviour, headers: &mut HeaderMap) -> Result<(), BoxError> {
    for added in &behaviour.headers {
        let name = HeaderName::from_bytes(added.name.as_bytes())?;
        if added.overrides || !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_str(&added.value)?);
        }
    }
    Ok(())
}

/// CloudFront's own refusal.
fn refused(why: &str) -> Response<Body> {
    let mut response = Response::new(serve::full(format!("<html><body><h1>403 ERROR</h1><p>{why}</p></body></html>")));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.headers_mut().insert("content-type", HeaderValue::from_static("text/html"));
    response
}
