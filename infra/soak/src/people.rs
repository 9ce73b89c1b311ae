//! Accounts with a session, written as rows by the adapters' own keys and items: a mail and a code for each would be a soak of something else, and
//! sign-ins are limited.

use accounts::SignedIn;
use anyhow::{Context, Result, anyhow};
use dynamo::{Answer, Database, Item};
use edge::{SessionKeys, Settings};
use kernel::{AccountId, AccountSession, Clock, Owner, SessionId, SystemClock, SystemRandomness};
use local_cloud::Cloud;
use policy::Class;
use via_dynamodb_accounts::keys;
use via_dynamodb_accounts::wallet_writes::entry_item;
use wallet::Entry;

/// Credits of an account: those of its generations.
const CREDITS: u32 = 5;

/// An account that is signed in.
pub(crate) struct Person {
    pub(crate) owner: Owner,
    /// `session=…`
    pub(crate) cookie: String,
}

/// Opens accounts.
pub(crate) struct People {
    database: Database,
    accounts: String,
    fleeting: String,
    keys: SessionKeys,
    clock: SystemClock,
}

impl People {
    pub(crate) fn new(cloud: &Cloud) -> Result<Self> {
        let env = &cloud.model().functions.get("me-get").context("the profile has no accounts")?.env;
        let secret = env.get("SESSION_SECRET").context("sessions have no secret")?;
        let settings = Settings::of(&[("STAGE", "local"), ("SESSION_SECRET", secret)])?;
        let clock = SystemClock::default();
        let table = |id: &str| cloud.tables()[id].to_owned();
        Ok(Self {
            database: Database::new(&cloud.clients().config),
            accounts: table("AccountsTable"),
            fleeting: table("FleetingTable"),
            keys: settings.session_keys()?,
            clock,
        })
    }

    /// A new account with credits for its generations.
    pub(crate) async fn sign_in(&self) -> Result<Person> {
        let now = self.clock.now();
        let account = AccountId::new(&self.clock, &SystemRandomness);
        let session = AccountSession { account, session: SessionId::new(&self.clock, &SystemRandomness) };
        let (owner, expires_at) = (Owner::from(account), Class::SESSION.expires_at(now));
        let profile = Item::new(Class::Account.id(), keys::profile(account))
            .text("email", format!("{account}@example.com"))
            .text("locale", "en")
            .text("created_at", now.to_string());
        let grant = Entry::starter_grant(CREDITS, now);
        let wallet = Item::new(Class::Wallet.id(), keys::wallet(owner)).number("available", CREDITS).number("held", 0).number("running", 0);
        for item in [profile, wallet, entry_item(owner, &grant)] {
            self.put(item, &self.accounts).await?;
        }
        self.put(Item::new(Class::Session.id(), keys::session(&session)).due(dynamo::EXPIRY, expires_at), &self.fleeting).await?;
        let cookie = self.keys.cookie(&SignedIn { session, issued_at: now, expires_at })?;
        Ok(Person { owner, cookie: cookie.split(';').next().unwrap_or_default().to_owned() })
    }

    async fn put(&self, item: Item, table: &str) -> Result<()> {
        match self.database.write(item.put_new(table)).await? {
            Answer::Written(_) => Ok(()),
            Answer::Refused(_) => Err(anyhow!("an account was there already")),
        }
    }
}
