//! Generations past their deadline, by the index `deadline` of the table `Studio`.

use async_trait::async_trait;
use dynamo::{Attributes, Database, Read};
use kernel::{Failure, GenerationId, Owner, Timestamp};
use policy::Class;
use studio::Overdue;

use crate::generation_item::DEADLINE;
use crate::keys;

pub struct DynamoOverdue {
    database: Database,
    studio: String,
}

impl DynamoOverdue {
    #[must_use]
    pub fn new(database: Database, studio: String) -> Self {
        Self { database, studio }
    }
}

#[async_trait]
impl Overdue for DynamoOverdue {
    async fn overdue(&self, now: Timestamp, limit: usize) -> Result<Vec<(Owner, GenerationId)>, Failure> {
        let found = self.database.due(&self.studio, DEADLINE, Class::Generation.id(), now, limit).await?;
        let ids = |row: &Attributes| {
            let owner = keys::owner_of(row.required_text("pk")?)?;
            let id = row.required_text("sk")?.trim_start_matches(keys::GENERATIONS).parse().map_err(Failure::broken)?;
            Ok((owner, id))
        };
        found.iter().map(ids).collect()
    }
}
