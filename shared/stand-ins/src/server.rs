//! The server of every stand-in: HTTP/1.1 on the loopback, a queue of scenarios, a record of requests.

use std::collections::VecDeque;
use std::io;
use std::net::Ipv4Addr;
use std::panic::resume_unwind;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::spawn_blocking;

use crate::answer::Answer;
use crate::request::Request;

/// Maximum bytes of a request: a picture of 50 MB, the largest that any vendor accepts, and its form.
const REQUEST_BYTES: usize = 64 * 1024 * 1024;

/// Maximum recorded requests: the last ones.
const REMEMBERED: usize = 256;

/// The longest pause of a hanging answer.
const LONGEST_HANG: Duration = Duration::from_secs(600);

/// A third party's behaviour.
pub trait Vendor: Send + Sync + 'static {
    /// Its failures. The text form is the name in `POST /_stand-in/next`; the error of an unknown one lists the known.
    type Scenario: Clone + Send + FromStr<Err = String> + 'static;

    /// Whether the scenario applies to this request.
    fn suits(&self, scenario: &Self::Scenario, request: &Request) -> bool;

    /// The answer to a request, a normal one without a scenario. It may compute for long: it has a thread of its own.
    fn answer(&self, request: &Request, scenario: Option<&Self::Scenario>) -> Answer;
}

/// Ends hanging answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Release(Arc<(Notify, AtomicBool)>);

impl Release {
    /// Waits for the release.
    ///
    /// # Errors
    /// When the stand-in is dropped, which cuts the connection.
    pub(crate) async fn wait(&self) -> io::Result<()> {
        let (notify, closed) = &*self.0;
        tokio::time::timeout(LONGEST_HANG, notify.notified()).await.unwrap_or_default();
        if closed.load(Ordering::SeqCst) { Err(io::Error::other("the stand-in is gone")) } else { Ok(()) }
    }

    fn release(&self) {
        self.0.0.notify_waiters();
    }

    fn close(&self) {
        self.0.1.store(true, Ordering::SeqCst);
        self.release();
    }
}

/// A running stand-in; dropping it closes the port and every connection.
pub struct StandIn<V: Vendor> {
    url: String,
    desk: Arc<Desk<V>>,
    shutdown: Arc<Notify>,
}

/// What the connections of a stand-in share.
struct Desk<V: Vendor> {
    vendor: V,
    scenarios: Mutex<VecDeque<V::Scenario>>,
    requests: Mutex<VecDeque<Arc<Request>>>,
    count: watch::Sender<usize>,
    release: Release,
}

impl<V: Vendor> StandIn<V> {
    /// Starts a vendor on this port of 127.0.0.1; 0 means a free one. Needs a Tokio runtime with I/O and time.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn serve(vendor: V, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (count, _) = watch::channel(0);
        let desk = Arc::new(Desk { vendor, scenarios: Mutex::default(), requests: Mutex::default(), count, release: Release::default() });
        let shutdown = Arc::new(Notify::new());
        // Small pieces must be sent at once.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let (routes, end) = (routes(&desk), Arc::clone(&shutdown));
        let server = axum::serve(listener, routes).with_graceful_shutdown(async move { end.notified().await });
        tokio::spawn(async move { server.await });
        Ok(Self { url, desk, shutdown })
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.url
    }

    /// The vendor itself, for what it knows besides its answers.
    #[must_use]
    pub fn vendor(&self) -> &V {
        &self.desk.vendor
    }

    /// Sets the scenario of the next request it applies to.
    pub fn next(&self, scenario: V::Scenario) {
        self.next_times(scenario, 1);
    }

    /// Sets the scenario of the next `times` requests it applies to.
    pub fn next_times(&self, scenario: V::Scenario, times: usize) {
        locked(&self.desk.scenarios).extend(std::iter::repeat_n(scenario, times));
    }

    /// The requests to the vendor so far, oldest first; the last ones if there are very many.
    #[must_use]
    pub fn requests(&self) -> Vec<Arc<Request>> {
        locked(&self.desk.requests).iter().cloned().collect()
    }

    /// How many requests have arrived since the start.
    #[must_use]
    pub fn asked(&self) -> usize {
        *self.desk.count.borrow()
    }

    /// Waits until `count` requests have arrived since the start.
    pub async fn has_been_asked(&self, count: usize) {
        let mut so_far = self.desk.count.subscribe();
        // It cannot end: the sender lives in our own state.
        let _last = so_far.wait_for(|so_far| *so_far >= count).await;
    }

    /// Releases every answer that hangs now.
    pub fn release(&self) {
        self.desk.release.release();
    }
}

impl<V: Vendor> Drop for StandIn<V> {
    fn drop(&mut self) {
        self.shutdown.notify_one();
        self.desk.release.close();
    }
}

fn routes<V: Vendor>(desk: &Arc<Desk<V>>) -> Router {
    Router::new()
        .route("/_stand-in/requests", get(requests::<V>))
        .route("/_stand-in/next", post(next::<V>))
        .route("/_stand-in/release", post(release::<V>))
        .fallback(vendor::<V>)
        .layer(DefaultBodyLimit::max(REQUEST_BYTES))
        .with_state(Arc::clone(desk))
}

async fn requests<V: Vendor>(State(desk): State<Arc<Desk<V>>>) -> Response {
    let records: Vec<Value> = locked(&desk.requests).iter().map(|request| request.record()).collect();
    sent(Answer::json(200, &records.into()), &desk).await
}

/// The body of `POST /_stand-in/next`.
#[derive(Deserialize)]
struct Next {
    scenario: String,
    #[serde(default = "once")]
    times: usize,
}

fn once() -> usize {
    1
}

async fn next<V: Vendor>(State(desk): State<Arc<Desk<V>>>, body: Bytes) -> Response {
    let answer = match scenario::<V::Scenario>(&body) {
        Ok((scenario, times)) => {
            let mut waiting = locked(&desk.scenarios);
            waiting.extend(std::iter::repeat_n(scenario, times.min(10_000)));
            Answer::json(200, &json!({ "waiting": waiting.len() }))
        }
        Err(why) => Answer::json(400, &json!({ "error": why })),
    };
    sent(answer, &desk).await
}

fn scenario<S: FromStr<Err = String>>(body: &[u8]) -> Result<(S, usize), String> {
    let next: Next = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    Ok((next.scenario.parse()?, next.times))
}

async fn release<V: Vendor>(State(desk): State<Arc<Desk<V>>>) -> Response {
    desk.release.release();
    sent(Answer::json(200, &json!({})), &desk).await
}

async fn vendor<V: Vendor>(State(desk): State<Arc<Desk<V>>>, request: Request) -> Response {
    let request = Arc::new(request);
    let scenario = take(&desk.vendor, &mut locked(&desk.scenarios), &request);
    remember(&desk, &request);
    let asked = Arc::clone(&desk);
    match spawn_blocking(move || asked.vendor.answer(&request, scenario.as_ref())).await {
        Ok(answer) => sent(answer, &desk).await,
        Err(panicked) => resume_unwind(panicked.into_panic()),
    }
}

/// The response to an answer, or the end of the connection.
async fn sent<V: Vendor>(answer: Answer, desk: &Desk<V>) -> Response {
    // A handler has no error that ends the connection. Unwinding ends the connection's task, and `resume_unwind` reports no panic.
    answer.send(&desk.release).await.unwrap_or_else(|error| resume_unwind(Box::new(error)))
}

/// Takes the first scenario that applies to the request.
fn take<V: Vendor>(vendor: &V, scenarios: &mut VecDeque<V::Scenario>, request: &Request) -> Option<V::Scenario> {
    let place = scenarios.iter().position(|scenario| vendor.suits(scenario, request))?;
    scenarios.remove(place)
}

fn remember<V: Vendor>(desk: &Desk<V>, request: &Arc<Request>) {
    let mut requests = locked(&desk.requests);
    requests.push_back(Arc::clone(request));
    while requests.len() > REMEMBERED {
        requests.pop_front();
    }
    desk.count.send_modify(|count| *count += 1);
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
