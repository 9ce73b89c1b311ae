//! Accounts as their owners see them.

use std::sync::Arc;

use accounts::{Me, Profiles};
use async_trait::async_trait;
use dynamo::{Batch, Database, Read, Transaction, text};
use kernel::{AccountSession, Clock, Failure};
use wallet::Balance;

use crate::keys;
use crate::sessions;

pub struct DynamoProfiles {
    database: Database,
    fleeting: String,
    accounts: String,
    clock: Arc<dyn Clock>,
}

impl DynamoProfiles {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, accounts, clock }
    }
}

#[async_trait]
impl Profiles for DynamoProfiles {
    async fn me(&self, asking: &AccountSession) -> Result<Me, Failure> {
        let (session, profile, wallet) = (keys::session(asking), keys::profile(asking.account), keys::wallet(asking.owner()));
        let batch = Batch::default().of(&self.fleeting, &session).of(&self.accounts, &profile).of(&self.accounts, &wallet);
        let rows = self.database.read(batch).await?;
        sessions::verify(rows.get(&session), self.clock.now())?;
        let (Some(profile), Some(wallet)) = (rows.get(&profile), rows.get(&wallet)) else { return Err(Failure::signed_out()) };
        Ok(Me {
            email: profile.required_text("email")?.to_owned(),
            locale: profile.required_text("locale")?.to_owned(),
            created_at: profile.parsed("created_at")?,
            balance: Balance {
                available: wallet.required_number("available")?,
                held: wallet.required_number("held")?,
                running: wallet.maybe_number("running").unwrap_or_default(),
            },
        })
    }

    async fn set_locale(&self, asking: &AccountSession, locale: &str) -> Result<(), Failure> {
        let changed = keys::profile(asking.account)
            .update(&self.accounts, "SET locale = :locale")
            .only_if("attribute_exists(pk)")
            .value(":locale", text(locale))
            .or(|_| Err(Failure::signed_out()));
        let open = sessions::check(&self.fleeting, &(*asking).into(), self.clock.now())?;
        Transaction::default().part(open).part(changed).write(&self.database, ()).await
    }
}
