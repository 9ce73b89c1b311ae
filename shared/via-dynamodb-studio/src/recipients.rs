//! Accounts as our mails need them.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use dynamo::{Key, Read, failure};
use kernel::{AccountId, Email, Failure};
use studio::Recipients;

/// Addresses in the table `Accounts`.
pub struct DynamoRecipients {
    client: Client,
    accounts: String,
}

impl DynamoRecipients {
    /// Addresses in the table named `accounts`.
    #[must_use]
    pub fn new(client: Client, accounts: String) -> Self {
        Self { client, accounts }
    }
}

#[async_trait]
impl Recipients for DynamoRecipients {
    async fn email_of(&self, account: AccountId) -> Result<Option<Email>, Failure> {
        let key = Key::profile(account).attributes();
        let read = self.client.get_item().table_name(&self.accounts).set_key(Some(key)).projection_expression("email").send();
        read.await.map_err(failure)?.item.map(|item| item.parsed("email")).transpose()
    }
}
