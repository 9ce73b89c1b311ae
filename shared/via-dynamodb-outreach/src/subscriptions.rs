//! Subscriptions: a row an address.

use std::sync::Arc;

use accounts::EmailKey;
use async_trait::async_trait;
use dynamo::{Attributes, Batch, Database, Read, name_of, parse_name, text};
use kernel::{AccountSession, Clock, Email, Failure, Timestamp};
use outreach::{EndedBy, Subscribers, Subscription, Subscriptions};
use policy::Class;
use via_dynamodb_accounts::keys as accounts_keys;
use via_dynamodb_accounts::sessions;

use crate::keys;

pub struct DynamoSubscriptions {
    database: Database,
    accounts: String,
}

impl DynamoSubscriptions {
    #[must_use]
    pub fn new(database: Database, accounts: String) -> Self {
        Self { database, accounts }
    }
}

/// A stored subscription.
pub(crate) fn subscription(address: &EmailKey, row: &Attributes) -> Result<Subscription, Failure> {
    let given = Subscription::given(address.clone(), row.required_text("text_version")?.to_owned(), row.parsed("given_at")?);
    let Some(by) = row.maybe_text("ended_by") else { return Ok(given) };
    Ok(given.ended(parse_name(by)?, row.parsed("ended_at")?))
}

#[async_trait]
impl Subscriptions for DynamoSubscriptions {
    async fn of(&self, address: &EmailKey) -> Result<Option<Subscription>, Failure> {
        let row = self.database.get(&self.accounts, &keys::subscription(address)).await?;
        row.map(|row| subscription(address, &row)).transpose()
    }

    async fn subscribe(&self, address: &EmailKey, text_version: &str, at: Timestamp) -> Result<(), Failure> {
        let begun = keys::subscription(address)
            .update(&self.accounts, "SET #class = :class, text_version = :version, given_at = :at REMOVE ended_at, ended_by")
            .only_if("attribute_not_exists(pk) OR attribute_exists(ended_at) OR text_version <> :version")
            .name("#class", "class")
            .value(":class", text(Class::MarketingConsent.id()))
            .value(":version", text(text_version))
            .value(":at", text(at.to_string()));
        // Where it runs already, nothing is to be done.
        self.database.write(begun).await.map(drop)
    }

    async fn end(&self, address: &EmailKey, by: EndedBy, at: Timestamp) -> Result<(), Failure> {
        let ended = keys::subscription(address)
            .update(&self.accounts, "SET ended_at = :at, ended_by = :by")
            .only_if("attribute_exists(pk) AND attribute_not_exists(ended_at)")
            .value(":at", text(at.to_string()))
            .value(":by", text(name_of(&by)));
        self.database.write(ended).await.map(drop)
    }
}

/// The addresses of those who are signed in.
pub struct DynamoSubscribers {
    database: Database,
    fleeting: String,
    accounts: String,
    clock: Arc<dyn Clock>,
}

impl DynamoSubscribers {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, accounts, clock }
    }
}

#[async_trait]
impl Subscribers for DynamoSubscribers {
    async fn email(&self, caller: &AccountSession) -> Result<Email, Failure> {
        let (session, profile) = (accounts_keys::session(caller), accounts_keys::profile(caller.account));
        let rows = self.database.read(Batch::default().of(&self.fleeting, &session).of(&self.accounts, &profile)).await?;
        sessions::verify(rows.get(&session), self.clock.now())?;
        rows.get(&profile).ok_or_else(Failure::signed_out)?.parsed("email")
    }
}
