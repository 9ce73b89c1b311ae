//! The circuits of artists, shared by all workers.

use dynamo::{Attributes, Batch, Item, Key, Read, failure, number, read_batch};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use kernel::{Clock, Failure, Timestamp};
use policy::Class;
use studio::{Breaker, Circuit, Written};

/// Circuits in the table `Fleeting`.
pub struct DynamoBreaker {
    client: Client,
    fleeting: String,
    clock: Arc<dyn Clock>,
}

impl DynamoBreaker {
    /// Circuits in the table named `fleeting`.
    #[must_use]
    pub fn new(client: Client, fleeting: String, clock: Arc<dyn Clock>) -> Self {
        Self { client, fleeting, clock }
    }
}

#[async_trait]
impl Breaker for DynamoBreaker {
    async fn circuits(&self, artists: &[&str]) -> Result<Vec<Circuit>, Failure> {
        let keys: Vec<Key> = artists.iter().map(|artist| Key::circuit(artist)).collect();
        let batch = keys.iter().fold(Batch::default(), |batch, key| batch.of(&self.fleeting, key));
        let (rows, now) = (read_batch(&self.client, batch).await?, self.clock.now());
        let circuit = |(artist, key): (&&str, &Key)| match rows.get(key).filter(|row| row.is_alive(now)) {
            Some(row) => read(artist, row),
            None => Ok(Circuit::closed(artist)),
        };
        artists.iter().zip(&keys).map(circuit).collect()
    }

    async fn change(&self, after: &Circuit) -> Result<Written, Failure> {
        let now = self.clock.now();
        let item = Item::new(Class::Circuit, Key::circuit(&after.artist))
            .number("version", after.version)
            .number("failures", after.failures)
            .maybe_text("failed_at", after.failed_at.map(|at| at.to_string()))
            .maybe_text("open_until", after.open_until.map(|at| at.to_string()))
            .number("wait", after.wait.as_secs())
            .seconds("expires_at", Class::Circuit.expires_at(now).unwrap_or(now));
        // A row past its time was read as absent, so it is one whose version is 0.
        let put = item.put_if(
            &self.fleeting,
            "version = :before OR (:before = :none AND (attribute_not_exists(pk) OR expires_at <= :now))",
            [(":before", number(after.version.saturating_sub(1))), (":none", number(0)), (":now", number(now.as_second()))],
        )?;
        let written = self
            .client
            .put_item()
            .table_name(&self.fleeting)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_values(put.expression_attribute_values)
            .send()
            .await;
        match written {
            Ok(_) => Ok(Written::Stored),
            Err(error) if matches!(error.as_service_error(), Some(PutItemError::ConditionalCheckFailedException(_))) => {
                Ok(Written::Overtaken)
            }
            Err(error) => Err(failure(error)),
        }
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
