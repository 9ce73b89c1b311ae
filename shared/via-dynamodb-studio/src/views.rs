//! What owners see, with the session checked in the same call.

use dynamo::{Attributes, Batch, GENERATIONS, Key, Read, failure, of_account, read_batch, text};
use std::sync::Arc;
use via_dynamodb_accounts::sessions;

use accounts::Caller;
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use kernel::{Clock, Failure, GenerationId};
use studio::{Delivered, Generation, OwnGenerations, Page, View, Views};

use crate::generation_item;

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
