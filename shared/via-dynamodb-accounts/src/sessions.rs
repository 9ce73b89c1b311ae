//! Sessions: a row per sign-in, which every private request asks for in the call it makes anyway.

use accounts::{Caller, Sessions};
use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ConditionCheck;
use dynamo::{Attributes, Key, Read, failure, number, text};
use kernel::{Failure, Timestamp};

/// Sessions in the table `Fleeting`.
pub struct DynamoSessions {
    client: Client,
    fleeting: String,
}

impl DynamoSessions {
    /// Sessions in the table named `fleeting`.
    #[must_use]
    pub fn new(client: Client, fleeting: String) -> Self {
        Self { client, fleeting }
    }
}

#[async_trait]
impl Sessions for DynamoSessions {
    async fn close(&self, caller: &Caller) -> Result<(), Failure> {
        let key = Key::session(caller.session);
        self.client.delete_item().table_name(&self.fleeting).set_key(Some(key.attributes())).send().await.map_err(failure)?;
        Ok(())
    }
}

/// The part of a transaction that asks for the session.
pub fn check(fleeting: &str, caller: &Caller, now: Timestamp) -> Result<ConditionCheck, Failure> {
    ConditionCheck::builder()
        .table_name(fleeting)
        .set_key(Some(Key::session(caller.session).attributes()))
        .condition_expression("account_id = :account AND expires_at > :now")
        .expression_attribute_values(":account", text(caller.account.to_string()))
        .expression_attribute_values(":now", number(now.as_second()))
        .build()
        .map_err(Failure::broken)
}

/// The same for a session row that was read.
pub fn verify(row: Option<&Attributes>, caller: &Caller, now: Timestamp) -> Result<(), Failure> {
    let alive = row.is_some_and(|row| row.is_alive(now) && row.maybe_text("account_id") == Some(&caller.account.to_string()));
    if alive { Ok(()) } else { Err(Failure::signed_out()) }
}
