//! Generations past their deadline, by the index `deadline` of the table `Studio`.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use dynamo::{GENERATIONS, Read, failure, number, text};
use kernel::{AccountId, Failure, GenerationId, Timestamp};
use studio::Overdue;

use crate::generation_item::WAITING;

/// Overdue generations in the table `Studio`.
pub struct DynamoOverdue {
    client: Client,
    studio: String,
}

impl DynamoOverdue {
    /// Overdue generations in the table named `studio`.
    #[must_use]
    pub fn new(client: Client, studio: String) -> Self {
        Self { client, studio }
    }
}

#[async_trait]
impl Overdue for DynamoOverdue {
    async fn overdue(&self, now: Timestamp, limit: usize) -> Result<Vec<(AccountId, GenerationId)>, Failure> {
        let found = self
            .client
            .query()
            .table_name(&self.studio)
            .index_name("deadline")
            .key_condition_expression("waiting = :waiting AND deadline <= :now")
            .expression_attribute_values(":waiting", text(WAITING))
            .expression_attribute_values(":now", number(now.as_second()))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(failure)?;
        let ids = |row: &dynamo::Attributes| {
            let account = row.required_text("pk")?.trim_start_matches("ACC#").parse().map_err(Failure::broken)?;
            let id = row.required_text("sk")?.trim_start_matches(GENERATIONS).parse().map_err(Failure::broken)?;
            Ok((account, id))
        };
        found.items().iter().map(ids).collect()
    }
}
