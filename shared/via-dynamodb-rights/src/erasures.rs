//! Requests to have everything erased: one row each.

use std::time::Duration;

use accounts::{EmailKey, LatestSessions, account_closing};
use async_trait::async_trait;
use dynamo::{Attributes, Database, DueIndex, EXPIRY, Item, Part, Read, TRIES, TTL, Transaction, name_of, text};
use kernel::{AccountId, AccountSession, Failure, Timestamp};
use policy::Class;
use receipts::Hash;
use rights::{Closing, Erasure, ErasureId, Erasures, Person, Step};
use via_dynamodb_accounts::{guesses, keys as account_keys, written};

use crate::keys;

/// Requests by when their next step is due.
pub(crate) const DEADLINE: DueIndex = DueIndex { name: "deadline", shard: "deadline_shard", instant: "deadline" };

/// Of each shard that many are told of at once: the schedule comes again.
const EACH: usize = 25;

pub struct DynamoErasures {
    database: Database,
    rights: String,
    accounts: String,
    fleeting: String,
}

/// What came of a try to close an account.
enum Closed {
    Done,
    /// Somebody signed in since the sessions were read; they are these now.
    Overtaken(LatestSessions),
}

impl DynamoErasures {
    #[must_use]
    pub fn new(database: Database, rights: String) -> Self {
        Self { database, rights, accounts: String::new(), fleeting: String::new() }
    }

    /// With the tables of what is closed and opened again.
    #[must_use]
    pub fn with_accounts(self, accounts: String, fleeting: String) -> Self {
        Self { accounts, fleeting, ..self }
    }

    fn transaction(&self, closing: &Closing, latest: &LatestSessions) -> Result<Transaction<Closed>, Failure> {
        let row = item(&closing.erasure)?.put_new(&self.rights);
        let used = closing.code.as_ref().map(|code| guesses::use_up(&self.fleeting, &code.slot, &code.hash));
        let closed = match &closing.erasure.person {
            Some(Person { account: Some(account), address }) => self.close_account(closing, *account, address, latest)?,
            _ => Vec::new(),
        };
        // The request that is there already says the most to who asks again.
        Ok(Transaction::default().part(row.or(|_| Err(account_closing()))).parts(used).parts(closed))
    }

    fn close_account(
        &self,
        closing: &Closing,
        account: AccountId,
        address: &EmailKey,
        latest: &LatestSessions,
    ) -> Result<Vec<Part<Closed>>, Failure> {
        let profile = account_keys::profile(account)
            .update(&self.accounts, "SET closing = :erasure")
            .only_if("attribute_exists(pk) AND attribute_not_exists(closing)")
            .value(":erasure", text(closing.erasure.id.to_string()))
            .or(|_| Err(account_closing()));
        let index = account_keys::email(address)
            .update(&self.accounts, "SET sessions = :none")
            .only_if("account_id = :account AND sessions = :before")
            .value(":account", text(account.to_string()))
            .value(":before", text(written(latest)?))
            .value(":none", text(written(&LatestSessions::default())?))
            .showing()
            .or(move |row| overtaken(account, row));
        let session =
            |session| account_keys::session(&AccountSession { account, session }).delete(&self.fleeting).or_broken("the end of a session");
        Ok([profile, index].into_iter().chain(latest.ids().map(session)).collect())
    }

    /// The row as it is to be, over its version before.
    fn over<T>(&self, next: &Erasure, overtaken: T) -> Result<Part<T>, Failure>
    where
        T: Send + 'static,
    {
        let before = next.version.checked_sub(1).ok_or_else(|| Failure::broken("the first version of a request is over none"))?;
        let put = item(next)?.put(&self.rights).only_if("#version = :before").name("#version", "version");
        Ok(put.value(":before", dynamo::number(before)).or(move |_| Ok(overtaken)))
    }
}

#[async_trait]
impl Erasures for DynamoErasures {
    async fn close(&self, closing: &Closing) -> Result<(), Failure> {
        let mut latest = closing.latest.clone();
        for tried in 0..TRIES {
            match self.transaction(closing, &latest)?.write(&self.database, Closed::Done).await? {
                Closed::Done => return Ok(()),
                Closed::Overtaken(newer) => latest = newer,
            }
            self.database.pause(tried).await;
        }
        Err(Failure::unavailable(Duration::from_secs(1)))
    }

    async fn find(&self, id: ErasureId) -> Result<Option<Erasure>, Failure> {
        self.database.get(&self.rights, &keys::erasure(id)).await?.map(|row| read(id, &row)).transpose()
    }

    async fn advance(&self, next: &Erasure) -> Result<bool, Failure> {
        let waiting = next.statement.as_ref().filter(|_| next.index.is_none()).map(|statement| {
            let leaf = Hash::of_leaf(statement.as_bytes());
            let row = Item::new(Class::ReceiptLog.id(), keys::waiting(next.id)).text("leaf", leaf.to_string());
            row.put_new(&self.rights).or_broken("an entry of the log that waits already")
        });
        Transaction::default().part(self.over(next, false)?).parts(waiting).write(&self.database, true).await
    }

    async fn reopen(&self, next: &Erasure, account: Option<AccountId>) -> Result<bool, Failure> {
        let opened = account.map(|account| {
            account_keys::profile(account)
                .update(&self.accounts, "REMOVE closing")
                .only_if("closing = :erasure")
                .value(":erasure", text(next.id.to_string()))
                .or_broken("an account that is closed by another request")
        });
        Transaction::default().part(self.over(next, false)?).parts(opened).write(&self.database, true).await
    }

    async fn due(&self, until: Timestamp) -> Result<Vec<ErasureId>, Failure> {
        let rows = self.database.due_pages(&self.rights, DEADLINE, Class::Erasure.id(), until, EACH).next().await?;
        let id = |row: &Attributes| row.maybe_text("pk").and_then(|pk| pk.strip_prefix("ERASURE#")).and_then(|id| id.parse().ok());
        rows.iter().map(|row| id(row).ok_or_else(|| Failure::broken("a request of no name"))).collect()
    }
}

/// The address's row is not as it was read. Where it no longer leads to the account, that is gone.
fn overtaken(account: AccountId, row: Option<Attributes>) -> Result<Closed, Failure> {
    let Some(row) = row else { return Err(account_closing()) };
    if row.parsed::<AccountId>("account_id")? != account {
        return Err(account_closing());
    }
    serde_json::from_str(row.required_text("sessions")?).map(Closed::Overtaken).map_err(Failure::broken)
}

fn item(erasure: &Erasure) -> Result<Item, Failure> {
    let person = erasure.person.as_ref();
    let at = |instant: Option<Timestamp>| instant.map(|instant| instant.to_string());
    let expires_at = Class::ERASURE.expires_at(erasure.asked_at);
    let item = Item::new(Class::Erasure.id(), keys::erasure(erasure.id))
        .text("state", erasure.step.name())
        .number("version", erasure.version)
        .maybe_text("account_id", person.and_then(|person| person.account).map(|account| account.to_string()))
        .maybe_text("email_key", person.map(|person| person.address.as_str()))
        .maybe_text("salt", erasure.salt.as_ref().map(ToString::to_string))
        .text("nonce", name_of(&erasure.nonce))
        .text("asked_at", erasure.asked_at.to_string())
        .text("closed_at", erasure.closed_at.to_string())
        .maybe_text("purged_at", at(erasure.purged_at))
        .maybe_text("verified_at", at(erasure.verified_at))
        .maybe_text("done_at", at(erasure.done_at))
        .maybe_text("counted", erasure.counted.as_ref().map(serde_json::to_string).transpose().map_err(Failure::broken)?)
        .text("vendors", serde_json::to_string(&erasure.vendors).map_err(Failure::broken)?)
        .text("policy", &erasure.policy)
        .maybe_text("statement", erasure.statement.as_deref())
        .due(EXPIRY, expires_at)
        .seconds(TTL, expires_at);
    let item = match erasure.index {
        Some(index) => item.number("index", index),
        None => item,
    };
    Ok(match erasure.due {
        Some(due) => item.due(DEADLINE, due),
        None => item,
    })
}

fn read(id: ErasureId, row: &Attributes) -> Result<Erasure, Failure> {
    let at = |name| row.maybe_text(name).map(|_| row.parsed(name)).transpose();
    let address = row.maybe_text("email_key").map(|hex| EmailKey::stored(hex).ok_or_else(|| Failure::broken("no key of an address")));
    let account = row.maybe_text("account_id").map(|_| row.parsed("account_id")).transpose()?;
    let due = row.maybe_number(DEADLINE.instant).map(Timestamp::from_second).transpose().map_err(Failure::broken)?;
    let counted = row.maybe_text("counted").map(serde_json::from_str).transpose().map_err(Failure::broken)?;
    Ok(Erasure {
        id,
        version: row.required_number("version")?,
        step: row.parsed::<Step>("state")?,
        person: address.transpose()?.map(|address| Person { account, address }),
        salt: row.maybe_text("salt").map(|_| row.parsed("salt")).transpose()?,
        nonce: row.named("nonce")?,
        asked_at: row.parsed("asked_at")?,
        closed_at: row.parsed("closed_at")?,
        purged_at: at("purged_at")?,
        verified_at: at("verified_at")?,
        done_at: at("done_at")?,
        counted,
        vendors: serde_json::from_str(row.required_text("vendors")?).map_err(Failure::broken)?,
        policy: row.required_text("policy")?.to_owned(),
        statement: row.maybe_text("statement").map(str::to_owned),
        index: row.maybe_number("index"),
        due,
    })
}
