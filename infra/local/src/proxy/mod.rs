//! The fault proxy: stands between everything and the AWS endpoints, records each call, and breaks those it is told to.

mod errors;
pub(crate) mod faults;
mod operation;

use crate::events::Bus;
use crate::runtime_api::{Pools, find_process};
use crate::serve::{self, Body, BoxError, Server};
use anyhow::Result;
use faults::{Action, Fault, Faults};
use http::{Request, Response, Uri};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use operation::Operation;
use serde::Serialize;
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// Idle connections are dropped before the emulator does it (5 s), or a request could meet a closing one.
const IDLE: Duration = Duration::from_secs(3);

/// Most calls remembered: a cloud that is up for days must not grow with them.
const REMEMBERED: usize = 100_000;

/// One AWS call that went through the proxy.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// Name of the calling function; `None` for callers outside, such as a presigned upload.
    pub function: Option<String>,
    /// `<function>.<number>`: the process that called.
    pub process: Option<String>,
    /// Request id of the invocation that process worked on.
    pub invocation: Option<String>,
    /// `dynamodb`, `s3`, `sqs`, `sesv2`, …
    pub service: String,
    /// Name of the operation in the service's API.
    pub operation: String,
    /// HTTP status answered; 0 when the connection was cut.
    pub status: u16,
    /// Milliseconds it took.
    pub milliseconds: u64,
    /// What was done to it, when a fault was ordered.
    pub fault: Option<Action>,
}

#[derive(Debug, Default)]
struct Memory {
    calls: Vec<Call>,
    faults: Faults,
}

/// What the proxy remembers and is told.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProxyState {
    memory: Arc<Mutex<Memory>>,
    upstream: Arc<OnceLock<String>>,
}

impl ProxyState {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the proxy where the emulator is.
    pub(crate) fn connect(&self, authority: &str) {
        drop(self.upstream.set(authority.to_owned()));
    }

    /// The calls since the last reset, in the order of their ends.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.memory().calls.clone()
    }

    fn record(&self, call: Call) {
        let calls = &mut self.memory().calls;
        if calls.len() >= REMEMBERED {
            calls.drain(..REMEMBERED / 2);
        }
        calls.push(call);
    }

    /// Forgets the calls.
    pub(crate) fn reset_calls(&self) {
        self.memory().calls.clear();
    }

    /// Orders a fault.
    pub(crate) fn inject(&self, fault: Fault) {
        self.memory().faults.add(fault);
    }

    /// Forgets every fault; answers how many were still waiting.
    pub(crate) fn clear_faults(&self) -> usize {
        self.memory().faults.clear()
    }

    /// The faults still waiting for their calls.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.memory().faults.waiting()
    }
}

struct Proxy {
    proxy_state: ProxyState,
    pools: Pools,
    bus: Arc<Bus>,
    client: Client<HttpConnector, Body>,
}

/// A mail on its way to SES, kept beside the request until SES has answered.
#[derive(Debug, Clone)]
struct Mail(Value);

/// Starts the proxy.
pub(crate) fn start(listener: TcpListener, proxy_state: ProxyState, pools: Pools, bus: Arc<Bus>) -> Result<Server> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).build(connector);
    let proxy = Arc::new(Proxy { proxy_state, pools, bus, client });
    Server::start(listener, move |request, _| {
        let proxy = Arc::clone(&proxy);
        // On a task of its own: a caller that dies meanwhile must not undo what is being done and recorded.
        async move { tokio::spawn(async move { proxy.handle(request).await }).await? }
    })
}

impl Proxy {
    async fn handle(&self, request: Request<Incoming>) -> Result<Response<Body>, BoxError> {
        let (parts, body) = request.into_parts();
        if parts.uri.path().starts_with("/_ministack/") {
            return self.forward(boxed(Request::from_parts(parts, body))).await;
        }
        let operation = operation::of(&parts);
        let process = operation::process(&parts.headers);
        let caller = process.as_deref().and_then(|process| find_process(&self.pools, process));
        let function = caller.map(|(pool, _)| pool.name().to_owned());
        let fault = self.proxy_state.memory().faults.hit(function.as_deref(), &operation);
        let started = Instant::now();
        let invocation = caller.and_then(|(pool, number)| pool.current(number));
        let request = with_mail(boxed(Request::from_parts(parts, body)), &operation).await?;
        let outcome = self.act(request, fault.as_ref(), &operation).await;
        let kills = matches!(fault, Some(Action::KillBefore | Action::KillAfter));
        self.proxy_state.record(Call {
            function,
            process,
            invocation,
            service: operation.service,
            operation: operation.name,
            status: outcome.as_ref().map_or(0, |response| response.status().as_u16()),
            milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            fault,
        });
        // Recorded first: who sees the invocation fail finds the call that ended it.
        if let Some((pool, number)) = caller.filter(|_| kills) {
            pool.kill(number).await;
        }
        outcome
    }

    /// An error cuts the connection.
    async fn act(&self, request: Request<Body>, fault: Option<&Action>, operation: &Operation) -> Result<Response<Body>, BoxError> {
        match fault {
            None => self.forward(request).await,
            Some(Action::Delay { milliseconds }) => {
                tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
                self.forward(request).await
            }
            Some(Action::Refuse) => refuse(request, errors::refusal(operation)).await,
            Some(Action::Error { status, code }) => refuse(request, errors::error(operation, *status, code)).await,
            Some(Action::CutBefore | Action::KillBefore) => Err("cut before the call".into()),
            Some(Action::CutAfter | Action::KillAfter) => {
                self.complete(request).await?;
                Err("cut after the call".into())
            }
        }
    }

    /// The call and its whole answer, which nobody gets.
    async fn complete(&self, request: Request<Body>) -> Result<(), BoxError> {
        self.forward(request).await?.into_body().collect().await?;
        Ok(())
    }

    async fn forward(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let upstream = self.proxy_state.upstream.get().ok_or("the emulator is not up yet")?;
        let (mut parts, body) = request.into_parts();
        let mail = parts.extensions.remove::<Mail>();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        // The Host header stays as the caller wrote it: URLs in answers are made of it.
        parts.uri = Uri::builder().scheme("http").authority(upstream.as_str()).path_and_query(path).build()?;
        parts.headers.remove("connection");
        let response = self.client.request(Request::from_parts(parts, body)).await?;
        let (mut parts, body) = response.into_parts();
        parts.headers.remove("connection");
        parts.headers.remove("transfer-encoding");
        let body = body.map_err(BoxError::from).boxed_unsync();
        let Some(Mail(mail)) = mail.filter(|_| parts.status.is_success()) else { return Ok(Response::from_parts(parts, body)) };
        // SES has it, whatever becomes of the caller: that is what the event is for.
        let answer = body.collect().await?.to_bytes();
        self.bus.accepted(&mail, &serde_json::from_slice(&answer).unwrap_or_default());
        Ok(Response::from_parts(parts, serve::full(answer)))
    }
}

fn boxed(request: Request<Incoming>) -> Request<Body> {
    request.map(|body| body.map_err(BoxError::from).boxed_unsync())
}

/// Reads a `SendEmail` and keeps what it says beside it.
async fn with_mail(request: Request<Body>, operation: &Operation) -> Result<Request<Body>, BoxError> {
    if (operation.service.as_str(), operation.name.as_str()) != ("sesv2", "SendEmail") {
        return Ok(request);
    }
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    parts.extensions.insert(Mail(serde_json::from_slice(&body).unwrap_or_default()));
    Ok(Request::from_parts(parts, serve::full(body)))
}

/// Reads the request to its end first: an early answer to an unread body could be lost on the way.
async fn refuse(request: Request<Body>, response: Response<Body>) -> Result<Response<Body>, BoxError> {
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        drop(frame?);
    }
    Ok(response)
}
