//! Rate counters of the profile `ephemeral`: one row per network and hour, under a keyed hash of both, and one per hour for all.

use async_trait::async_trait;
use dynamo::{Counter, Database, Key, Transaction};
use kernel::{Failure, Timestamp, Window};
use policy::Class;
use studio::{RateKeys, RatedRequest};

pub struct DynamoRateKeys {
    database: Database,
    table: String,
}

impl DynamoRateKeys {
    #[must_use]
    pub fn new(database: Database, table: String) -> Self {
        Self { database, table }
    }
}

#[async_trait]
impl RateKeys for DynamoRateKeys {
    async fn count(&self, request: &RatedRequest) -> Result<(), Failure> {
        let (class, window, now) = (Class::RATE_KEY, Window::Hour, request.at);
        let expires_at = class.expires_at(window.end(now));
        let counter = Counter { table: &self.table, class: class.class().id(), expires_at, swept: false };
        let networks = request.networks.iter().map(|(network, limit)| counter.count_under(&key(network.as_str()), *limit, now));
        let of_all = counter.add(&key(&format!("all#{}", window.name(now))), 1, request.of_all.into());
        Transaction::default().parts(networks).part(of_all.or(move |_| Err(spent(now)))).write(&self.database, ()).await
    }
}

fn key(of: &str) -> Key {
    Key::new(format!("RATE#{of}"), "COUNT")
}

/// An alarm is waiting for these words.
fn spent(now: Timestamp) -> Failure {
    tracing::error!(budget = "instant", "budget is spent");
    Failure::budget_spent(Window::Hour.left(now))
}
