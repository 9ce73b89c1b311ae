//! Polar, the merchant of record: products, checkouts with their pages, orders, refunds, and webhooks.
//!
//! Sources: the OpenAPI description of version 2026-10, the guides on webhooks and versions, and the merchant's published server, which says in which
//! order it tells what, and how it rounds the tax of a part.
//!
//! Beside the merchant's own paths there are those of whoever stands in for a buyer, a bank and a network:
//!
//! | | |
//! |---|---|
//! | `GET /_polar/books` | totals by currency, orders, refunds, and what became of each letter |
//! | `POST /_polar/checkouts/{id}/pay` `{"name"?, "email"?}`, `…/decline` | what the button of a page does, and a bank that refuses |
//! | `POST /_polar/orders/{id}/refund` `{"amount"}`, `…/dispute` | refunds that the service did not ask for |
//! | `POST /_polar/refunds/{id}/succeed`, `…/fail`, `…/cancel` | the end of a refund, also of one that had succeeded |
//! | `PUT /_polar/webhook` `{"url", "secret"?, "signing"?: "decoded" or "text", "automatic"?}` | where letters go, and how they are signed |
//! | `PUT /_polar/mischief` `{"lost_percent", "doubled_percent", "shuffled"}` | what goes wrong on the way |
//! | `POST /_polar/deliver` | sends what is due now; answers how many letters went |
//! | `PUT /_polar/clock` `{"offset_seconds"}` | moves its clock |

mod api;
mod books;
mod chance;
mod desk;
mod errors;
mod lists;
mod post;
mod scenario;
mod shown;

use std::io;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use kernel::{Clock, SignedDuration, SystemClock, Timestamp};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::Notify;

pub use books::{Books, Buyer, Checkout, CheckoutStatus, NewRefund, NoRefund, Order, PACKS, Product, Refund, RefundStatus, Totals};
pub use post::{Address, Letter, LetterState, Letters, Mischief, SECRET, Signing, signature};
pub use scenario::{Failure, Scenario};

use super::request::Request;
use super::server::{StandIn, Vendor};
use crate::answer::Answer;

/// The versions of the API: the deprecated one, the present one and the next.
const VERSIONS: [&str; 3] = ["2026-04", CURRENT, "2027-01"];
const CURRENT: &str = "2026-10";

/// How often letters that wait for their time are looked at.
const TICK: Duration = Duration::from_millis(250);

/// The vendor of the stand-in. Cheap to clone: all clones are one merchant.
#[derive(Clone)]
pub struct Polar(Arc<Shop>);

struct Shop {
    books: Mutex<Books>,
    clock: Arc<dyn Clock>,
    /// Seconds that the clock is ahead.
    ahead: AtomicI64,
    /// There may be a letter to send.
    letter: Notify,
    /// One letter goes at a time.
    sending: tokio::sync::Mutex<()>,
}

pub type PolarStandIn = StandIn<Polar>;

impl PolarStandIn {
    /// 0 means a free port.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(port: u16) -> io::Result<Self> {
        Self::start_at(port, Arc::new(SystemClock::default()), 1).await
    }

    /// The same with a clock of the test's; the same `seed` gives the same ids and accidents.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start_at(port: u16, clock: Arc<dyn Clock>, seed: u64) -> io::Result<Self> {
        let polar = Polar::new(clock, seed);
        tokio::spawn(send_by_itself(Arc::downgrade(&polar.0)));
        Self::serve(polar, port).await
    }

    /// The value of `POLAR_BASE_URL`, ending in `/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.origin())
    }
}

impl Polar {
    /// A merchant without a server, for its books alone.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, seed: u64) -> Self {
        let books = Mutex::new(Books::new(seed, clock.now()));
        Self(Arc::new(Shop { books, clock, ahead: AtomicI64::new(0), letter: Notify::new(), sending: tokio::sync::Mutex::new(()) }))
    }

    /// The books, to read and to write in. What changes is told when the guard is dropped and letters are looked at next.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.0.books()
    }

    /// The merchant's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// Where letters go; `None` keeps them.
    pub fn tell(&self, address: Option<Address>) {
        self.books().letters.address = address;
        self.0.letter.notify_one();
    }

    /// Sends every letter that is due now; how many attempts were made.
    pub async fn deliver(&self) -> usize {
        self.0.deliver(|_| true).await
    }
}

impl Shop {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead.load(Ordering::SeqCst));
        let now = self.clock.now();
        now.checked_add(ahead).unwrap_or(now)
    }

    async fn deliver(&self, goes: impl Fn(&Address) -> bool) -> usize {
        let _one_at_a_time = self.sending.lock().await;
        let mut attempts = 0;
        while let Some((place, letter, address)) = self.next_letter(&goes) {
            let taken = post::send(&letter, &address, self.now()).await;
            let (mut books, now) = (self.books(), self.now());
            let Books { letters, chance, .. } = &mut *books;
            letters.sent(chance, place, taken, now);
            attempts += 1;
        }
        attempts
    }

    fn next_letter(&self, goes: impl Fn(&Address) -> bool) -> Option<(usize, Letter, Address)> {
        let (books, now) = (self.books(), self.now());
        let (place, address) = books.letters.next(&books.chance, now)?;
        let letter = books.letters.all().get(place)?.clone();
        goes(&address).then_some((place, letter, address))
    }
}

/// Sends letters until the merchant is gone.
async fn send_by_itself(shop: Weak<Shop>) {
    while let Some(shop) = shop.upgrade() {
        tokio::time::timeout(TICK, shop.letter.notified()).await.unwrap_or_default();
        shop.deliver(|address| address.is_automatic).await;
    }
}

impl Vendor for Polar {
    type Scenario = Scenario;

    fn suits(&self, scenario: &Scenario, request: &Request) -> bool {
        scenario.suits(&request.path)
    }

    fn answer(&self, request: &Request, scenario: Option<&Scenario>) -> Answer {
        let answer = self.route(request, scenario.map(|scenario| &scenario.failure));
        self.0.letter.notify_one();
        answer
    }
}

impl Polar {
    fn route(&self, request: &Request, failure: Option<&Failure>) -> Answer {
        match (request.method.as_str(), request.path.as_str()) {
            // It has a thread of its own, which may wait.
            ("POST", "/_polar/deliver") => Answer::json(200, &json!({ "attempts": Handle::current().block_on(self.deliver()) })),
            ("PUT", "/_polar/clock") => self.set_clock(request),
            (_, path) if path.starts_with("/_polar/") => desk::control(&mut self.books(), request, self.now()),
            (_, path) if path.starts_with("/v1/") => self.api(request, failure),
            _ => desk::page(&mut self.books(), request, self.now()),
        }
    }

    fn set_clock(&self, request: &Request) -> Answer {
        let Some(offset) = desk::offset(request.json()) else { return errors::nowhere() };
        self.0.ahead.store(offset.as_secs(), Ordering::SeqCst);
        Answer::json(200, &json!({}))
    }

    fn api(&self, request: &Request, failure: Option<&Failure>) -> Answer {
        let version = request.header("polar-version").unwrap_or(CURRENT);
        if !VERSIONS.contains(&version) {
            return errors::nowhere();
        }
        let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let answer = match failure.and_then(Failure::instead) {
            _ if bearer.is_none_or(|token| token.trim().is_empty() || token.contains(' ')) => scenario::unauthorized(),
            Some(answer) => answer,
            None => api::answer(&mut self.books(), request, failure, self.now()),
        };
        let answer = failure.map_or(answer.clone(), |failure| failure.after(answer));
        answer.with("polar-version", version)
    }
}
