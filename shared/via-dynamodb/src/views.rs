//! What owners see, with the session checked in the same call.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use accounts::Caller;
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use kernel::{Clock, Failure, GenerationId};
use studio::{Delivered, Generation, OwnGenerations, Page, View, Views};

use crate::generation_item;
use crate::item::{Attributes, Read, text};
use crate::keys::{GENERATIONS, Key, of_account};
use crate::refusal::failure;
use crate::sessions;

/// Generations in the table `Studio`, sessions in `Fleeting`.
pub struct DynamoViews {
    client: Client,
    fleeting: String,
    studio: String,
    clock: Arc<dyn Clock>,
}

impl DynamoViews {
    /// Generations in the tables of these names.
    #[must_use]
    pub fn new(client: Client, fleeting: String, studio: String, clock: Arc<dyn Clock>) -> Self {
        Self { client, fleeting, studio, clock }
    }

    async fn verify(&self, caller: &Caller) -> Result<(), Failure> {
        let key = Key::session(caller.session).attributes();
        let read = self.client.get_item().table_name(&self.fleeting).set_key(Some(key)).consistent_read(true).send();
        sessions::verify(read.await.map_err(failure)?.item.as_ref(), caller, self.clock.now())
    }
}

#[async_trait]
impl Views for DynamoViews {
    async fn view(&self, caller: &Caller, id: GenerationId) -> Result<Option<View>, Failure> {
        let (session, generation, delivered) =
            (Key::session(caller.session), Key::generation(caller.account, id), Key::delivered(caller.account, id));
        let batch = Batch::default().of(&self.fleeting, &session).of(&self.studio, &generation).of(&self.studio, &delivered);
        let rows = read_batch(&self.client, batch).await?;
        sessions::verify(rows.get(&session), caller, self.clock.now())?;
        let Some(row) = rows.get(&generation) else { return Ok(None) };
        let delivered = rows.get(&delivered).map(read_delivered).transpose()?;
        Ok(Some(View { generation: generation_item::read(row)?, delivered }))
    }

    async fn page(&self, caller: &Caller, after: Option<GenerationId>, limit: u16) -> Result<Page, Failure> {
        self.verify(caller).await?;
        // Sort keys of this account between the prefix and the last id shown, backwards: UUID v7 sorts by time.
        let until = after.map_or_else(|| format!("{GENERATIONS}~"), |id| Key::generation(caller.account, id).sk);
        let found = self
            .client
            .query()
            .table_name(&self.studio)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :until")
            .expression_attribute_values(":pk", text(of_account(caller.account)))
            .expression_attribute_values(":from", text(GENERATIONS))
            .expression_attribute_values(":until", text(until))
            .scan_index_forward(false)
            // One for the last of the page before, which BETWEEN includes, and one to know whether there is more.
            .limit(i32::from(limit) + 2)
            .send()
            .await
            .map_err(failure)?;
        let rows = found.items.unwrap_or_default();
        let mut generations = rows.iter().map(generation_item::read).collect::<Result<Vec<_>, _>>()?;
        generations.retain(|generation| Some(generation.id) != after);
        let more = generations.len() > usize::from(limit);
        generations.truncate(usize::from(limit));
        let next = generations.last().filter(|_| more).map(|last| last.id);
        Ok(Page { generations, next })
    }
}

#[async_trait]
impl OwnGenerations for DynamoViews {
    async fn own(&self, caller: &Caller, id: GenerationId) -> Result<Option<Generation>, Failure> {
        let (session, generation) = (Key::session(caller.session), Key::generation(caller.account, id));
        let rows = read_batch(&self.client, Batch::default().of(&self.fleeting, &session).of(&self.studio, &generation)).await?;
        sessions::verify(rows.get(&session), caller, self.clock.now())?;
        rows.get(&generation).map(generation_item::read).transpose()
    }
}

fn read_delivered(row: &Attributes) -> Result<Delivered, Failure> {
    let files = serde_json::from_str(row.required_text("deliverables")?).map_err(Failure::broken)?;
    let bundle = serde_json::from_str(row.required_text("bundle")?).map_err(Failure::broken)?;
    Ok(Delivered { files, bundle })
}

/// Rows to read in one call, consistently.
#[derive(Default)]
pub(crate) struct Batch(HashMap<String, Vec<Attributes>>);

impl Batch {
    pub(crate) fn of(mut self, table: &str, key: &Key) -> Self {
        self.0.entry(table.to_owned()).or_default().push(key.attributes());
        self
    }
}

/// The rows that were there.
pub(crate) struct Rows(Vec<Attributes>);

impl Rows {
    pub(crate) fn get(&self, key: &Key) -> Option<&Attributes> {
        self.0.iter().find(|row| row.maybe_text("pk") == Some(&key.pk) && row.maybe_text("sk") == Some(&key.sk))
    }
}

/// Reads a batch. What DynamoDB leaves unprocessed is throttled: the caller is told to come back rather than shown a part.
pub(crate) async fn read_batch(client: &Client, batch: Batch) -> Result<Rows, Failure> {
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
