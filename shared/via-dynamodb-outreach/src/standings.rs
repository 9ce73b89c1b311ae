//! Who may be written to: suppressions, and what is known of many addresses at once.

use accounts::EmailKey;
use async_trait::async_trait;
use dynamo::{Batch, Database, EXPIRY, Item, Read};
use kernel::{Failure, Timestamp};
use outreach::{Standing, Standings, Subscription, Suppressions};
use policy::Class;
use via_dynamodb_accounts::{flags, keys};

use crate::subscriptions::subscription;

pub struct DynamoSuppressions {
    database: Database,
    fleeting: String,
}

impl DynamoSuppressions {
    #[must_use]
    pub fn new(database: Database, fleeting: String) -> Self {
        Self { database, fleeting }
    }
}

#[async_trait]
impl Suppressions for DynamoSuppressions {
    async fn suppress(&self, address: &EmailKey, until: Timestamp) -> Result<(), Failure> {
        let row = Item::new(Class::MailSuppression.id(), keys::suppression(address)).due(EXPIRY, until);
        self.database.write(row.put(&self.fleeting)).await.map(drop)
    }
}

pub struct DynamoStandings {
    database: Database,
    fleeting: String,
    accounts: String,
}

impl DynamoStandings {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String) -> Self {
        Self { database, fleeting, accounts }
    }
}

#[async_trait]
impl Standings for DynamoStandings {
    /// In one call, which takes three rows of each of a page of addresses. Who restricted the use of their data wants no marketing meanwhile (AN-57).
    async fn of(&self, addresses: &[EmailKey], now: Timestamp) -> Result<Vec<Standing>, Failure> {
        let batch = addresses.iter().fold(Batch::default(), |batch, address| {
            batch
                .of(&self.fleeting, &keys::suppression(address))
                .of(&self.accounts, &keys::marketing(address))
                .of(&self.accounts, &keys::email(address))
        });
        let rows = self.database.read(batch).await?;
        let standing = |address| {
            let is_restricted = rows.get(&keys::email(address)).is_some_and(|row| flags::read(row).restricted);
            let subscribed = rows.get(&keys::marketing(address)).filter(|_| !is_restricted);
            let subscribed = subscribed.map(|row| subscription(address, row)).transpose()?;
            let is_suppressed = rows.get(&keys::suppression(address)).is_some_and(|row| row.is_alive(now));
            Ok(Standing { is_suppressed, consent: subscribed.as_ref().and_then(Subscription::consent) })
        };
        addresses.iter().map(standing).collect()
    }
}
