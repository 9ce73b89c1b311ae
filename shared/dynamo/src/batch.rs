//! A few rows in one call.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use kernel::Failure;

use crate::item::{Attributes, Read};
use crate::keys::Key;
use crate::refusal::failure;

/// Rows to read in one call, consistently.
#[derive(Default)]
pub struct Batch(HashMap<String, Vec<Attributes>>);

impl Batch {
    pub fn of(mut self, table: &str, key: &Key) -> Self {
        self.0.entry(table.to_owned()).or_default().push(key.attributes());
        self
    }
}

/// The rows that were there.
pub struct Rows(Vec<Attributes>);

impl Rows {
    pub fn get(&self, key: &Key) -> Option<&Attributes> {
        self.0.iter().find(|row| row.maybe_text("pk") == Some(&key.pk) && row.maybe_text("sk") == Some(&key.sk))
    }
}

/// Reads a batch. What DynamoDB leaves unprocessed is throttled: the caller is told to come back rather than shown a part.
pub async fn read_batch(client: &Client, batch: Batch) -> Result<Rows, Failure> {
    let mut request = client.batch_get_item();
    for (table, keys) in batch.0 {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().map_err(Failure::broken)?;
        request = request.request_items(table, keys);
    }
    let answer = request.send().await.map_err(failure)?;
    if answer.unprocessed_keys.is_some_and(|unprocessed| !unprocessed.is_empty()) {
        return Err(Failure::unavailable(Duration::from_secs(1)));
    }
    Ok(Rows(answer.responses.unwrap_or_default().into_values().flatten().collect()))
}
