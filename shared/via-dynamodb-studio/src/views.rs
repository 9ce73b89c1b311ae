//! The owner's reads, with the session checked in the same call.

use std::sync::Arc;

use async_trait::async_trait;
use dynamo::{Attributes, Batch, Database, Query, Read, text};
use kernel::{Clock, Failure, GenerationId, Principal, limits};
use studio::{Delivered, History, OwnGeneration, OwnGenerations, Page, View, Views};
use via_dynamodb_accounts::sessions;

use crate::{attempts, case_item, generation_item, keys};

pub struct DynamoViews {
    database: Database,
    fleeting: String,
    studio: String,
    screening: Option<String>,
    clock: Arc<dyn Clock>,
}

impl DynamoViews {
    #[must_use]
    pub fn new(database: Database, fleeting: String, studio: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, studio, screening: None, clock }
    }

    /// With the table of cases, for the function that says what becomes of a blocked selfie.
    #[must_use]
    pub fn with_cases(self, screening: String) -> Self {
        Self { screening: Some(screening), ..self }
    }

    async fn verify(&self, principal: &Principal) -> Result<(), Failure> {
        let row = self.database.get(&self.fleeting, &sessions::standing(principal)?).await?;
        sessions::verify(row.as_ref(), self.clock.now())
    }
}

#[async_trait]
impl Views for DynamoViews {
    async fn view(&self, principal: &Principal, id: GenerationId) -> Result<Option<View>, Failure> {
        let (session, owner) = (sessions::standing(principal)?, principal.owner()?);
        let (generation, delivered) = (keys::generation(owner, id), keys::delivered(owner, id));
        let batch = Batch::default().of(&self.fleeting, &session).of(&self.studio, &generation).of(&self.studio, &delivered);
        let case = keys::case(id);
        let batch = self.screening.iter().fold(batch, |batch, screening| batch.of(screening, &case));
        let rows = self.database.read(batch).await?;
        sessions::verify(rows.get(&session), self.clock.now())?;
        let Some(row) = rows.get(&generation) else { return Ok(None) };
        let delivered = rows.get(&delivered).map(read_delivered).transpose()?;
        let case = rows.get(&case).filter(|row| row.is_alive(self.clock.now())).map(case_item::read).transpose()?;
        Ok(Some(View { generation: generation_item::read(row)?, delivered, case: case.filter(|case| case.owner == owner) }))
    }

    async fn page(&self, principal: &Principal, after: Option<GenerationId>, limit: u16) -> Result<Page, Failure> {
        self.verify(principal).await?;
        let owner = principal.owner()?;
        // Sort keys of this account between the prefix and the last returned id, backwards: UUID v7 sorts by time.
        let until = after.map_or_else(|| format!("{}~", keys::GENERATIONS), |id| keys::generation(owner, id).sk);
        let range = Query::of(&self.studio, "pk = :pk AND sk BETWEEN :from AND :until")
            .value(":pk", text(keys::of_owner(owner)))
            .value(":from", text(keys::GENERATIONS))
            .value(":until", text(until))
            .backwards()
            // One for the last item of the previous page, which BETWEEN includes, and one to see whether there is more.
            .limit(usize::from(limit) + 2);
        let rows = self.database.query(range).await?;
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
    async fn own(&self, principal: &Principal, id: GenerationId) -> Result<Option<OwnGeneration>, Failure> {
        let (session, owner, now) = (sessions::standing(principal)?, principal.owner()?, self.clock.now());
        let generation = keys::generation(owner, id);
        let batch = Batch::default().of(&self.fleeting, &session).of(&self.studio, &generation);
        // How many drawings it has is read with it, so as many are asked for as it may have.
        let attempts = (0..*limits::DRAWINGS.end()).map(|index| keys::attempts(owner, id, index));
        let rows = self.database.read(attempts.fold(batch, |batch, key| batch.of(&self.studio, &key))).await?;
        sessions::verify(rows.get(&session), now)?;
        let Some(generation) = rows.get(&generation).map(generation_item::read).transpose()? else { return Ok(None) };
        let history = |index| {
            let none = History::new(owner, id, index, now);
            rows.get(&keys::attempts(owner, id, index)).map_or_else(|| Ok(none.clone()), |row| attempts::read(&none, row))
        };
        let attempts = (0..generation.count).map(history).collect::<Result<_, _>>()?;
        Ok(Some(OwnGeneration { generation, attempts }))
    }
}

fn read_delivered(row: &Attributes) -> Result<Delivered, Failure> {
    let files = serde_json::from_str(row.required_text("deliverables")?).map_err(Failure::broken)?;
    let bundle = serde_json::from_str(row.required_text("bundle")?).map_err(Failure::broken)?;
    Ok(Delivered { files, bundle })
}
