//! The circuits of artists, shared by all workers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dynamo::{Answer, Attributes, Batch, Database, EXPIRY, Item, Key, Read, number};
use kernel::{Clock, Failure, Timestamp};
use policy::Class;
use studio::{Breaker, Circuit, Written};

use crate::keys;

pub struct DynamoBreaker {
    database: Database,
    fleeting: String,
    clock: Arc<dyn Clock>,
}

impl DynamoBreaker {
    #[must_use]
    pub fn new(database: Database, fleeting: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, clock }
    }
}

#[async_trait]
impl Breaker for DynamoBreaker {
    async fn circuits(&self, artists: &[&str]) -> Result<Vec<Circuit>, Failure> {
        let keys: Vec<Key> = artists.iter().map(|artist| keys::circuit(artist)).collect();
        let batch = keys.iter().fold(Batch::default(), |batch, key| batch.of(&self.fleeting, key));
        let (rows, now) = (self.database.read(batch).await?, self.clock.now());
        let circuit = |(artist, key): (&&str, &Key)| match rows.get(key).filter(|row| row.is_alive(now)) {
            Some(row) => read(artist, row),
            None => Ok(Circuit::closed(artist)),
        };
        artists.iter().zip(&keys).map(circuit).collect()
    }

    async fn change(&self, after: &Circuit) -> Result<Written, Failure> {
        let now = self.clock.now();
        let item = Item::new(Class::Circuit.id(), keys::circuit(&after.artist))
            .number("version", after.version)
            .number("failures", after.failures)
            .maybe_text("failed_at", after.failed_at.map(|at| at.to_string()))
            .maybe_text("open_until", after.open_until.map(|at| at.to_string()))
            .number("wait", after.wait.as_secs())
            .due(EXPIRY, Class::CIRCUIT.expires_at(now));
        // An expired row was read as absent, so its version counts as 0.
        let put = item
            .put(&self.fleeting)
            .only_if("version = :before OR (:before = :none AND (attribute_not_exists(pk) OR expires_at <= :now))")
            .value(":before", number(after.version.saturating_sub(1)))
            .value(":none", number(0))
            .value(":now", number(now.as_second()));
        Ok(match self.database.write(put).await? {
            Answer::Written(_) => Written::Stored,
            Answer::Refused(_) => Written::Overtaken,
        })
    }
}

fn read(artist: &str, row: &Attributes) -> Result<Circuit, Failure> {
    let maybe = |name: &'static str| row.maybe_text(name).map(|_| row.parsed::<Timestamp>(name)).transpose();
    Ok(Circuit {
        artist: artist.to_owned(),
        version: row.required_number("version")?,
        failures: row.required_number("failures")?,
        failed_at: maybe("failed_at")?,
        open_until: maybe("open_until")?,
        wait: Duration::from_secs(row.required_number("wait")?),
    })
}
