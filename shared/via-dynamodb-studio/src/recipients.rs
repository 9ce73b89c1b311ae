//! Accounts as our mails need them.

use async_trait::async_trait;
use dynamo::{Database, Read};
use kernel::{Email, Failure, Owner};
use studio::Recipients;

use crate::keys;

pub struct DynamoRecipients {
    database: Database,
    accounts: String,
}

impl DynamoRecipients {
    #[must_use]
    pub fn new(database: Database, accounts: String) -> Self {
        Self { database, accounts }
    }
}

#[async_trait]
impl Recipients for DynamoRecipients {
    async fn email_of(&self, owner: Owner) -> Result<Option<Email>, Failure> {
        // Nobody knows where an install could be written to.
        let Owner::Account(account) = owner else { return Ok(None) };
        let row = self.database.get_some(&self.accounts, &keys::profile(account), "email").await?;
        row.map(|item| item.parsed("email")).transpose()
    }
}
