//! The proxy before the AWS endpoints: records each call, refuses what the caller's role does not allow, and breaks what it is told to.

mod bucket_cors;
mod errors;
pub(crate) mod faults;
mod operation;
mod signature;
mod upload_form;

use crate::clients::ACCESS_KEY;
use crate::clock::CloudClock;
use crate::events::Bus;
use crate::roles::{Denial, Permissions};
use crate::runtime_api::{Pools, find_process};
use crate::serve::{self, Body, BoxError, Server};
use anyhow::Result;
pub(crate) use bucket_cors::BucketCors;
use bucket_cors::{Asking, FORBIDDEN};
use faults::{Action, Fault, Faults};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use operation::Operation;
use permissions::Need;
use serde::Serialize;
use serde_json::Value;
use signature::{Asked, Signer};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use upload_form::Refusal;

/// Idle connections are dropped before the emulator does it (5 s), or a request could meet a closing one.
const IDLE: Duration = Duration::from_secs(3);

/// Maximum recorded calls: a cloud that is up for days must not grow with them.
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
    /// The injected fault, if any.
    pub fault: Option<Action>,
    /// What the service said to a caller whose role does not allow it.
    pub denied: Option<String>,
}

#[derive(Debug, Default)]
struct Memory {
    calls: Vec<Call>,
    faults: Faults,
}

/// The recorded calls and pending faults.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProxyState {
    memory: Arc<Mutex<Memory>>,
    upstream: Arc<OnceLock<String>>,
    /// The functions' clock: what they sign ends by it.
    clock: CloudClock,
}

impl ProxyState {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing yet, by this clock.
    pub(crate) fn new(clock: CloudClock) -> Self {
        Self { clock, ..Self::default() }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets the emulator's address.
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

    /// Injects a fault.
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

/// What the service says, or the denial in its place.
type Answer = Result<Response<Body>, Denial>;

struct Proxy {
    proxy_state: ProxyState,
    pools: Pools,
    bus: Arc<Bus>,
    permissions: Arc<Permissions>,
    cors: BucketCors,
    client: Client<HttpConnector, Body>,
}

/// What is to become of a request that has not been hit by a fault.
enum Verdict {
    /// It is what these permissions of this function are for.
    Allowed(String, Vec<Need>),
    /// It is not a function's.
    Unchecked,
    /// It is refused in these words.
    Denied(Box<Denial>),
    /// Nobody signed it.
    Unsigned,
    /// It is a form that S3 does not take.
    Unfit(Refusal),
}

/// A mail on its way to SES, kept beside the request until SES has answered.
#[derive(Debug, Clone)]
struct Mail(Value);

/// Starts the proxy.
pub(crate) fn start(
    listener: TcpListener,
    proxy_state: ProxyState,
    pools: Pools,
    bus: Arc<Bus>,
    permissions: Arc<Permissions>,
    cors: BucketCors,
) -> Result<Server> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).build(connector);
    let proxy = Arc::new(Proxy { proxy_state, pools, bus, permissions, cors, client });
    Server::start(listener, move |request, _| {
        let proxy = Arc::clone(&proxy);
        // On a task of its own: a caller that dies meanwhile must not cancel the call and its record.
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
        let asking = (operation.service == "s3").then(|| Asking::of(&parts));
        if let Some(asking) = asking.as_ref().filter(|asking| asking.is_beforehand()) {
            return Ok(self.answer_beforehand(asking, &operation));
        }
        let process = operation::process(&parts.headers);
        let caller = process.as_deref().and_then(|process| find_process(&self.pools, process));
        let function = caller.map(|(pool, _)| pool.name().to_owned());
        let fault = self.proxy_state.memory().faults.hit(function.as_deref(), &operation);
        let started = Instant::now();
        let invocation = caller.and_then(|(pool, number)| pool.current(number));
        let asked = Asked::read(boxed(Request::from_parts(parts, body)), &operation, self.permissions.signers()).await?;
        let verdict = self.judge(&asked, &operation);
        let mut denied = match &verdict {
            Verdict::Denied(denial) => Some(denial.message.clone()),
            _ => None,
        };
        let outcome = match self.act(asked, verdict, fault.as_ref(), &operation).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(denial)) => {
                denied.get_or_insert(denial.message.clone());
                Ok(errors::denied(&operation, &denial))
            }
            Err(cut) => Err(cut),
        };
        let outcome = outcome.map(|mut response| {
            if let Some(asking) = &asking {
                self.cors.decorate(asking, &mut response);
            }
            response
        });
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
            denied,
        });
        // Recorded first: an observer of the failed invocation finds the call that ended it.
        if let Some((pool, number)) = caller.filter(|_| kills) {
            pool.kill(number).await;
        }
        outcome
    }

    /// The answer to a page that asks whether it may ask.
    fn answer_beforehand(&self, asking: &Asking, operation: &Operation) -> Response<Body> {
        let mut response = Response::new(serve::full(""));
        match BucketCors::unanswerable(asking) {
            Some((status, code, message)) => errors::not_shared(operation, status, code, message),
            None if self.cors.decorate(asking, &mut response) => response,
            None => errors::not_shared(operation, StatusCode::FORBIDDEN, "AccessForbidden", FORBIDDEN),
        }
    }

    fn secret(&self, signer: &Signer) -> Option<&str> {
        match signer {
            Signer::Function(function) => self.permissions.secret(function),
            Signer::Developer => Some(ACCESS_KEY),
            Signer::Nobody => None,
        }
    }

    fn judge(&self, asked: &Asked, operation: &Operation) -> Verdict {
        let form = asked.form.as_ref().map(|form| match form {
            Ok(form) => form.check(self.secret(&asked.signer), self.proxy_state.now()),
            Err(refusal) => Err(refusal.clone()),
        });
        if let Some(Err(refusal)) = form {
            return Verdict::Unfit(refusal);
        }
        let function = match &asked.signer {
            Signer::Function(function) => function,
            Signer::Developer => return Verdict::Unchecked,
            Signer::Nobody => return Verdict::Unsigned,
        };
        let call = permissions::Call {
            service: &operation.service,
            operation: &operation.name,
            method: &asked.parts.method,
            uri: &asked.parts.uri,
            headers: &asked.parts.headers,
            body: &asked.read,
            form_key: asked.form_key(),
        };
        match self.permissions.check(function, &call) {
            Ok(needs) => Verdict::Allowed(function.clone(), needs),
            Err(denial) => Verdict::Denied(Box::new(denial)),
        }
    }

    /// An error closes the connection.
    async fn act(&self, asked: Asked, verdict: Verdict, fault: Option<&Action>, operation: &Operation) -> Result<Answer, BoxError> {
        match fault {
            None => self.answer(asked, verdict, operation).await,
            Some(Action::Delay { milliseconds }) => {
                tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
                self.answer(asked, verdict, operation).await
            }
            Some(Action::Refuse) => refuse(asked, errors::refusal(operation)).await.map(Ok),
            Some(Action::Error { status, code }) => refuse(asked, errors::error(operation, *status, code)).await.map(Ok),
            Some(Action::CutBefore | Action::KillBefore) => Err("cut before the call".into()),
            Some(Action::CutAfter | Action::KillAfter) => {
                // The whole answer, which nobody gets.
                if let Ok(response) = self.answer(asked, verdict, operation).await? {
                    response.into_body().collect().await?;
                }
                Err("cut after the call".into())
            }
        }
    }

    /// The service's answer, or the denial that the caller gets for it.
    async fn answer(&self, asked: Asked, verdict: Verdict, operation: &Operation) -> Result<Answer, BoxError> {
        match verdict {
            Verdict::Unchecked => self.forward(with_mail(asked.for_emulator(self.proxy_state.now())?, operation)).await.map(Ok),
            Verdict::Unfit(refusal) => refuse(asked, errors::refused(operation, &refusal)).await.map(Ok),
            Verdict::Unsigned => refuse(asked, errors::unsigned(operation)).await.map(Ok),
            Verdict::Denied(denial) => {
                refuse(asked, ()).await?;
                Ok(Err(*denial))
            }
            Verdict::Allowed(function, needs) => {
                let response = self.forward(with_mail(asked.for_emulator(self.proxy_state.now())?, operation)).await?;
                if response.status() != StatusCode::NOT_FOUND {
                    return Ok(Ok(response));
                }
                Ok(self.permissions.may_know_absence(&function, &needs).map(|()| response))
            }
        }
    }

    async fn forward(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let upstream = self.proxy_state.upstream.get().ok_or("the emulator is not up yet")?;
        let (mut parts, body) = request.into_parts();
        let mail = parts.extensions.remove::<Mail>();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        // The Host header stays unchanged: URLs in answers are made of it.
        parts.uri = Uri::builder().scheme("http").authority(upstream.as_str()).path_and_query(path).build()?;
        parts.headers.remove("connection");
        let response = self.client.request(Request::from_parts(parts, body)).await?;
        let (mut parts, body) = response.into_parts();
        parts.headers.remove("connection");
        parts.headers.remove("transfer-encoding");
        let body = body.map_err(BoxError::from).boxed_unsync();
        let Some(Mail(mail)) = mail.filter(|_| parts.status.is_success()) else { return Ok(Response::from_parts(parts, body)) };
        // SES has accepted it, whatever happens to the caller: hence the event.
        let answer = body.collect().await?.to_bytes();
        self.bus.accepted(&mail, &serde_json::from_slice(&answer).unwrap_or_default());
        Ok(Response::from_parts(parts, serve::full(answer)))
    }
}

fn boxed(request: Request<Incoming>) -> Request<Body> {
    request.map(|body| body.map_err(BoxError::from).boxed_unsync())
}

/// Keeps what a `SendEmail` says beside it.
fn with_mail(asked: Asked, operation: &Operation) -> Request<Body> {
    let is_mail = (operation.service.as_str(), operation.name.as_str()) == ("sesv2", "SendEmail");
    let mail = is_mail.then(|| Mail(serde_json::from_slice(&asked.read).unwrap_or_default()));
    let mut request = asked.into_request();
    if let Some(mail) = mail {
        request.extensions_mut().insert(mail);
    }
    request
}

/// Reads the request to its end first: an early answer to an unread body could be lost.
async fn refuse<T>(asked: Asked, answer: T) -> Result<T, BoxError> {
    let mut body = asked.into_request().into_body();
    while let Some(frame) = body.frame().await {
        drop(frame?);
    }
    Ok(answer)
}
