//! Sign-ins: the code is used up, the session opened, the oldest ended where there are too many, and, the first time, the account opened with its
//! wallet and grant, in one transaction.

use std::time::Duration;

use accounts::{EmailKey, KnownAccount, LatestSessions, NewAccount, SignIn, SignIns, code_refused};
use async_trait::async_trait;
use dynamo::{Attributes, Database, EXPIRY, Item, Part, Read, TRIES, Transaction, text};
use kernel::{AccountId, AccountSession, Failure, Reason, SessionId};
use policy::Class;

use crate::keys;
use crate::wallet_writes::entry_item;

pub struct DynamoSignIns {
    database: Database,
    fleeting: String,
    accounts: String,
}

/// What came of a try.
enum Opened {
    Done,
    /// Another session was opened since the latest ones were read; they are these now.
    Overtaken(LatestSessions),
}

impl DynamoSignIns {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String) -> Self {
        Self { database, fleeting, accounts }
    }

    fn transaction(&self, sign_in: &SignIn, latest: &LatestSessions) -> Result<Transaction<Opened>, Failure> {
        let (after, ended) = latest.opening(sign_in.session.session, sign_in.expires_at, sign_in.at);
        let transaction = Transaction::default().part(self.use_up(sign_in)).part(self.open_session(sign_in));
        let transaction = match &sign_in.opening {
            Some(new) => transaction.parts(self.open_account(sign_in, new, &after)?),
            None => transaction.parts(self.enter_account(sign_in, latest, &after)?),
        };
        Ok(transaction.parts(ended.into_iter().map(|session| self.end(sign_in.session.account, session))))
    }

    fn use_up(&self, sign_in: &SignIn) -> Part<Opened> {
        keys::code(&sign_in.key)
            .delete(&self.fleeting)
            .only_if("code_hash = :hash")
            .value(":hash", text(sign_in.code.as_str()))
            .or(|_| Err(code_refused()))
    }

    fn open_session(&self, sign_in: &SignIn) -> Part<Opened> {
        let session = Item::new(Class::Session.id(), keys::session(&sign_in.session)).due(EXPIRY, sign_in.expires_at);
        session.put_new(&self.fleeting).or(|_| Err(opened_meanwhile()))
    }

    /// It may have been closed already: then there is nothing to end.
    fn end(&self, account: AccountId, session: SessionId) -> Part<Opened> {
        keys::session(&AccountSession { account, session }).delete(&self.fleeting).or_broken("the end of a session")
    }

    fn open_account(&self, sign_in: &SignIn, new: &NewAccount, latest: &LatestSessions) -> Result<[Part<Opened>; 4], Failure> {
        let account = sign_in.session.account;
        let index = Item::new(Class::EmailIndex.id(), keys::email(&sign_in.key))
            .text("account_id", account.to_string())
            .text("sessions", written(latest)?);
        let profile = Item::new(Class::Account.id(), keys::profile(account))
            .text("email", new.email.as_str())
            .text("locale", &new.locale)
            .text("created_at", new.created_at.to_string());
        let wallet = Item::new(Class::Wallet.id(), keys::wallet(account.into()))
            .number("available", new.grant.available_delta())
            .number("held", new.grant.held_delta())
            .number("running", 0);
        let items = [index, profile, wallet, entry_item(account.into(), &new.grant)];
        Ok(items.map(|item| item.put_new(&self.accounts).or(|_| Err(opened_meanwhile()))))
    }

    /// A sign-in to an account that is being erased must not leave a session behind: it needs the profile, which goes last.
    fn enter_account(&self, sign_in: &SignIn, before: &LatestSessions, after: &LatestSessions) -> Result<[Part<Opened>; 2], Failure> {
        let account = sign_in.session.account;
        let exists = keys::profile(account).check(&self.accounts).only_if("attribute_exists(pk)").or(|_| Err(code_refused()));
        let noted = keys::email(&sign_in.key)
            .update(&self.accounts, "SET sessions = :after")
            .only_if("account_id = :account AND sessions = :before")
            .value(":account", text(account.to_string()))
            .value(":before", text(written(before)?))
            .value(":after", text(written(after)?))
            .showing()
            .or(move |row| overtaken(account, row));
        Ok([exists, noted])
    }
}

#[async_trait]
impl SignIns for DynamoSignIns {
    async fn account_of(&self, key: &EmailKey) -> Result<Option<KnownAccount>, Failure> {
        let found = self.database.get(&self.accounts, &keys::email(key)).await?;
        found.as_ref().map(known).transpose()
    }

    async fn open(&self, sign_in: &SignIn) -> Result<(), Failure> {
        let mut latest = sign_in.latest.clone();
        for tried in 0..TRIES {
            match self.transaction(sign_in, &latest)?.write(&self.database, Opened::Done).await? {
                Opened::Done => return Ok(()),
                Opened::Overtaken(newer) => latest = newer,
            }
            self.database.pause(tried).await;
        }
        Err(Failure::unavailable(Duration::from_secs(1)))
    }
}

fn known(row: &Attributes) -> Result<KnownAccount, Failure> {
    let latest = serde_json::from_str(row.required_text("sessions")?).map_err(Failure::broken)?;
    Ok(KnownAccount { id: row.parsed("account_id")?, latest })
}

/// The address's row is not as it was read. Where it no longer leads to the account, nobody signs in to it.
fn overtaken(account: AccountId, row: Option<Attributes>) -> Result<Opened, Failure> {
    let known = row.as_ref().map(known).transpose()?.filter(|known| known.id == account);
    known.map(|known| Opened::Overtaken(known.latest)).ok_or_else(code_refused)
}

/// The latest sessions as they are stored, and compared.
fn written(latest: &LatestSessions) -> Result<String, Failure> {
    serde_json::to_string(latest).map_err(Failure::broken)
}

fn opened_meanwhile() -> Failure {
    Failure::conflict(Reason::CodeRefused, "This account was opened meanwhile.")
}
