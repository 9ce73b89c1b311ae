//! Accounts as our mails need them.

use accounts::Recipients;
use async_trait::async_trait;
use dynamo::{Attributes, Database, Read};
use kernel::{Failure, Language, Owner, Recipient};

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
    async fn recipient_of(&self, owner: Owner) -> Result<Option<Recipient>, Failure> {
        // Nobody knows where an install could be written to.
        let Owner::Account(account) = owner else { return Ok(None) };
        let row = self.database.get_some(&self.accounts, &keys::profile(account), "email, locale").await?;
        let recipient =
            |row: Attributes| Ok(Recipient { email: row.parsed("email")?, language: Language::of(row.required_text("locale")?) });
        row.map(recipient).transpose()
    }
}
