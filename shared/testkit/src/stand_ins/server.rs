//! The server every stand-in is: HTTP/1.1 on the loopback, a queue of scenarios, a record of requests.

use std::collections::VecDeque;
use std::io;
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::answer::{Answer, Body};
use super::request::Request;

/// Bytes of a request, at most: a picture of 50 MB, which is the most that any vendor takes, and its form.
const REQUEST_BYTES: usize = 64 * 1024 * 1024;

/// How many requests are remembered: the last ones.
const REMEMBERED: usize = 256;

/// The longest that a hanging answer hangs.
const LONGEST_HANG: Duration = Duration::from_secs(600);

/// A third party: what it answers.
pub trait Vendor: Send + Sync + 'static {
    /// How it can misbehave. The text form is the name that `POST /_stand-in/next` takes; the error of an unknown one lists the known.
    type Scenario: Clone + Send + FromStr<Err = String>;

    /// Whether the scenario is about a request like this.
    fn suits(&self, scenario: &Self::Scenario, request: &Request) -> bool;

    /// The answer to a request, well-behaved when there is no scenario. May compute for long: it has a thread of its own.
    fn answer(&self, request: &Request, scenario: Option<&Self::Scenario>) -> Answer;
}

/// Ends what hangs.
#[derive(Debug, Clone, Default)]
pub(super) struct Release(Arc<Notify>);

impl Release {
    /// Until released.
    pub(super) async fn wait(&self) {
        tokio::time::timeout(LONGEST_HANG, self.0.notified()).await.unwrap_or_default();
    }
}

/// A running stand-in; dropping it closes the port and every connection.
pub struct StandIn<V: Vendor> {
    url: String,
    state: Arc<State<V>>,
    task: JoinHandle<()>,
}

struct State<V: Vendor> {
    vendor: V,
    scenarios: Mutex<VecDeque<V::Scenario>>,
    requests: Mutex<VecDeque<Arc<Request>>>,
    count: watch::Sender<usize>,
    release: Release,
}

impl<V: Vendor> StandIn<V> {
    /// Starts a vendor on this port of 127.0.0.1; 0 is a free one. Needs a Tokio runtime with I/O and time.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn serve(vendor: V, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (count, _) = watch::channel(0);
        let state = Arc::new(State { vendor, scenarios: Mutex::default(), requests: Mutex::default(), count, release: Release::default() });
        let task = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { url, state, task })
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.url
    }

    /// The next request that the scenario is about gets it.
    pub fn next(&self, scenario: V::Scenario) {
        self.next_times(scenario, 1);
    }

    /// The next `times` requests that the scenario is about get it.
    pub fn next_times(&self, scenario: V::Scenario, times: usize) {
        locked(&self.state.scenarios).extend(std::iter::repeat_n(scenario, times));
    }

    /// The requests to the vendor so far, oldest first; of very many, the last ones.
    #[must_use]
    pub fn requests(&self) -> Vec<Arc<Request>> {
        locked(&self.state.requests).iter().cloned().collect()
    }

    /// Comes back when `count` requests have arrived since the start.
    pub async fn has_been_asked(&self, count: usize) {
        let mut so_far = self.state.count.subscribe();
        // It cannot end: the sender lives in our own state.
        let _last = so_far.wait_for(|so_far| *so_far >= count).await;
    }

    /// Lets every answer go on that hangs now.
    pub fn release(&self) {
        self.state.release.0.notify_waiters();
    }
}

impl<V: Vendor> Drop for StandIn<V> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept<V: Vendor>(listener: TcpListener, state: Arc<State<V>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                // A small piece must not wait for the next.
                let _best_effort = stream.set_nodelay(true);
                let state = Arc::clone(&state);
                let service = service_fn(move |request| serve(Arc::clone(&state), request));
                let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                connections.spawn(async move { drop(connection.await) });
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn serve<V: Vendor>(state: Arc<State<V>>, request: http::Request<Incoming>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let Ok(raw) = Limited::new(body, REQUEST_BYTES).collect().await else {
        return Answer::json(413, &json!({ "error": { "message": "too large" } })).send(&state.release).await;
    };
    let request = Request::read(&head, raw.to_bytes()).await;
    let answer = match request.path.strip_prefix("/_stand-in/") {
        Some(control) => control_of(&state, control, &request),
        None => from_vendor(&state, request).await?,
    };
    answer.send(&state.release).await
}

async fn from_vendor<V: Vendor>(state: &Arc<State<V>>, request: Request) -> io::Result<Answer> {
    let request = Arc::new(request);
    let scenario = take(&state.vendor, &mut locked(&state.scenarios), &request);
    {
        let mut requests = locked(&state.requests);
        requests.push_back(Arc::clone(&request));
        while requests.len() > REMEMBERED {
            requests.pop_front();
        }
    }
    state.count.send_modify(|count| *count += 1);
    let state = Arc::clone(state);
    tokio::task::spawn_blocking(move || state.vendor.answer(&request, scenario.as_ref())).await.map_err(io::Error::other)
}

/// Takes the first scenario that is about such a request.
fn take<V: Vendor>(vendor: &V, scenarios: &mut VecDeque<V::Scenario>, request: &Request) -> Option<V::Scenario> {
    let place = scenarios.iter().position(|scenario| vendor.suits(scenario, request))?;
    scenarios.remove(place)
}

fn control_of<V: Vendor>(state: &State<V>, control: &str, request: &Request) -> Answer {
    match (request.method.as_str(), control) {
        ("GET", "requests") => {
            let records: Vec<Value> = locked(&state.requests).iter().map(|request| request.record()).collect();
            Answer::json(200, &records.into())
        }
        ("POST", "next") => match scenarios(&request.raw) {
            Ok((scenario, times)) => {
                locked(&state.scenarios).extend(std::iter::repeat_n::<V::Scenario>(scenario, times));
                Answer::json(200, &json!({ "waiting": locked(&state.scenarios).len() }))
            }
            Err(why) => Answer::json(400, &json!({ "error": why })),
        },
        ("POST", "release") => {
            state.release.0.notify_waiters();
            Answer::json(200, &json!({}))
        }
        _ => Answer::json(404, &json!({ "error": "there are: POST next {\"scenario\", \"times\"}, POST release, GET requests" })),
    }
}

fn scenarios<S: FromStr<Err = String>>(body: &Bytes) -> Result<(S, usize), String> {
    let order: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let times = order["times"].as_u64().unwrap_or(1).min(10_000);
    let scenario = order["scenario"].as_str().ok_or("`scenario` is missing")?.parse()?;
    Ok((scenario, usize::try_from(times).unwrap_or(1)))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
