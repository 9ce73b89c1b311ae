//! Changes of an account's address: a row that ends with its day, and the transaction that moves what is found by the address.

use std::sync::Arc;
use std::time::Duration;

use accounts::{
    ChoiceOf, ChoiceState, CodeHash, ConsentRecord, EmailChange, EmailChanges, EmailKey, KnownAccount, Lead, LeadPage, Made, MadeBy, Move,
    Progress, StoredChange, address_taken, code_refused,
};
use async_trait::async_trait;
use dynamo::{Attributes, Batch, Database, EXPIRY, Item, Part, Read, TRIES, Transaction, Write, number, text};
use kernel::{AccountSession, Clock, EmailChangeId, Failure, Language, Recipient, Timestamp, limits};
use policy::Class;

use crate::budgets::spend;
use crate::limits::count;
use crate::sign_ins::{known, written};
use crate::{flags, keys, leads, protections, record, sessions};

const ASKED: &str = "asked";
const MADE: &str = "made";
const TOLD: &str = "told";

pub struct DynamoEmailChanges {
    database: Database,
    fleeting: String,
    accounts: String,
    /// The tables of leads, for those that move, and of rights.
    moving: Option<Moving>,
    clock: Arc<dyn Clock>,
}

struct Moving {
    leads: String,
    rights: String,
}

/// What a change moves, as it was read.
struct Found {
    account: KnownAccount,
    /// What the old address chose of marketing, and what the new one did.
    marketing: [Option<Attributes>; 2],
    lead: Lead,
}

/// What came of a try.
enum Moved {
    Done,
    /// Somebody signed in, or chose something: it is not as it was read.
    Overtaken,
}

impl DynamoEmailChanges {
    /// For a function that asks for changes, and makes none.
    #[must_use]
    pub fn asking(database: Database, fleeting: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, accounts, moving: None, clock }
    }

    /// For one that makes them.
    #[must_use]
    pub fn moving(self, leads: String, rights: String) -> Self {
        Self { moving: Some(Moving { leads, rights }), ..self }
    }

    fn tables(&self) -> Result<&Moving, Failure> {
        self.moving.as_ref().ok_or_else(|| Failure::broken("this function moves no address"))
    }

    async fn find(&self, caller: &AccountSession, change: &Move) -> Result<Found, Failure> {
        let index = keys::email(&change.from_key);
        let [from, to] = [&change.from_key, &change.to_key].map(keys::marketing);
        let lead = keys::lead(&change.from_key);
        let batch =
            Batch::default().of(&self.accounts, &index).of(&self.accounts, &from).of(&self.accounts, &to).of(&self.tables()?.leads, &lead);
        let rows = self.database.read(batch).await?;
        let account = rows.get(&index).map(known).transpose()?.filter(|known| known.id == caller.account);
        let (page, at) = match rows.get(&lead) {
            Some(row) => (row.parsed("page")?, row.parsed("created_at")?),
            None => (LeadPage::SignIn, change.at),
        };
        Ok(Found {
            account: account.ok_or_else(code_refused)?,
            marketing: [rows.get(&from).cloned(), rows.get(&to).cloned()],
            lead: Lead { key: change.to_key.clone(), email: change.to.clone(), page, at },
        })
    }

    fn transaction(&self, caller: &AccountSession, change: &Move, found: &Found) -> Result<Transaction<Moved>, Failure> {
        let account = caller.account;
        let (kept, ended) = found.account.latest.keeping(caller.session);
        let ended = ended.into_iter().map(|session| keys::session(&AccountSession { account, session }).delete(&self.fleeting));
        let index = Item::new(Class::EmailIndex.id(), keys::email(&change.to_key))
            .text("account_id", account.to_string())
            .text("sessions", written(&kept)?);
        let profile = keys::profile(account)
            .update(&self.accounts, "SET email = :to")
            .only_if("email = :from")
            .value(":to", text(change.to.as_str()))
            .value(":from", text(change.from.as_str()));
        let left = keys::email(&change.from_key)
            .delete(&self.accounts)
            .only_if(&format!("account_id = :account AND sessions = :latest AND {}", flags::are(found.account.flags)))
            .value(":account", text(account.to_string()))
            .value(":latest", text(written(&found.account.latest)?));
        let Moving { leads, rights } = self.tables()?;
        let address = [("email", change.to.as_str()), ("email_key", change.to_key.as_str())];
        let address = address.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Transaction::default()
            .part(sessions::check(&self.fleeting, &(*caller).into(), change.at)?)
            .part(protections::keep(rights, &keys::profile(account), &address, change.at).or_broken("the protection of an address"))
            .part(profile.or(|_| Err(code_refused())))
            .part(flags::of(index, found.account.flags).put_new(&self.accounts).or(|_| Err(address_taken())))
            .part(overtaken(left))
            .part(self.progress(caller, change.id, ASKED, MADE).or(|_| Err(code_refused())))
            .parts(ended.map(|end| end.or_broken("the end of a session")))
            .part(keys::lead(&change.from_key).delete(leads).or_broken("the lead of an old address"))
            .part(leads::note(leads, &found.lead).or_broken("the lead of a new address"))
            .parts(self.move_marketing(caller, change, &found.marketing, rights)))
    }

    fn progress(&self, caller: &AccountSession, id: EmailChangeId, before: &str, after: &str) -> Write {
        keys::email_change(caller.account, id)
            .update(&self.fleeting, "SET #state = :after")
            .only_if("#state = :before")
            .name("#state", "state")
            .value(":before", text(before))
            .value(":after", text(after))
    }

    /// What the new address chose before stays; else it is what the old one chose. Where that is not the same, the account has a record of it.
    fn move_marketing(
        &self,
        caller: &AccountSession,
        change: &Move,
        [from, to]: &[Option<Attributes>; 2],
        rights: &str,
    ) -> Vec<Part<Moved>> {
        let (leaving, arriving) = (keys::marketing(&change.from_key), keys::marketing(&change.to_key));
        let leaving = if from.is_some() { leaving.delete(&self.accounts) } else { leaving.check(&self.accounts) };
        let arriving = match (from, to) {
            (Some(from), None) => of_another(from, &change.to_key).put(&self.accounts),
            _ => arriving.check(&self.accounts),
        };
        let mut parts = vec![overtaken(as_read(leaving, from.as_ref())), overtaken(as_read(arriving, to.as_ref()))];
        let moved = from.as_ref().map(|_| protections::keep_moved(rights, &change.from_key, change.at));
        let arrived = from.as_ref().filter(|_| to.is_none()).map(|from| of_another(from, &change.to_key).attributes());
        let arrived = arrived.map(|row| protections::keep_marketing(rights, &change.to_key, &row, change.at));
        parts.extend(moved.into_iter().chain(arrived).map(|kept| kept.or_broken("the protection of a subscription")));
        let (before, after) = (state(from.as_ref()), state(to.as_ref().or(from.as_ref())));
        if before != after {
            let notice = to.as_ref().and_then(|row| row.maybe_text("text_version")).unwrap_or_default().to_owned();
            let made = Made { at: change.at, by: MadeBy::Settings, notice };
            parts.push(record(&self.accounts, caller.account, &ConsentRecord { of: ChoiceOf::Marketing, before, after, made }));
        }
        parts
    }
}

fn no_change() -> Failure {
    Failure::missing("change of the address")
}

fn overtaken(write: Write) -> Part<Moved> {
    write.or(|_| Ok(Moved::Overtaken))
}

/// Only where nothing else was chosen since the row was read.
fn as_read(write: Write, row: Option<&Attributes>) -> Write {
    let Some(row) = row else { return write.only_if("attribute_not_exists(pk)") };
    let write = write.value(":given", text(row.maybe_text("given_at").unwrap_or_default()));
    match row.maybe_text("ended_at") {
        None => write.only_if("given_at = :given AND attribute_not_exists(ended_at)"),
        Some(ended) => write.only_if("given_at = :given AND ended_at = :ended").value(":ended", text(ended)),
    }
}

/// What was chosen of an address, as the row of another.
fn of_another(row: &Attributes, to: &EmailKey) -> Item {
    let kept = ["text_version", "given_at", "given_by", "ended_at", "ended_by"];
    let known = kept.into_iter().filter_map(|name| row.maybe_text(name).map(|value| (name, value)));
    known.fold(Item::new(Class::MarketingConsent.id(), keys::marketing(to)), |item, (name, value)| item.text(name, value))
}

fn state(row: Option<&Attributes>) -> ChoiceState {
    match row.map(|row| row.maybe_text("ended_at").is_some()) {
        None => ChoiceState::NotGranted,
        Some(false) => ChoiceState::Granted,
        Some(true) => ChoiceState::Withdrawn,
    }
}

#[async_trait]
impl EmailChanges for DynamoEmailChanges {
    async fn recipient(&self, caller: &AccountSession) -> Result<Recipient, Failure> {
        let (session, profile) = (keys::session(caller), keys::profile(caller.account));
        let rows = self.database.read(Batch::default().of(&self.fleeting, &session).of(&self.accounts, &profile)).await?;
        sessions::verify(rows.get(&session), self.clock.now())?;
        let row = rows.get(&profile).ok_or_else(Failure::signed_out)?;
        Ok(Recipient { email: row.parsed("email")?, language: Language::of(row.required_text("locale")?) })
    }

    async fn ask(&self, change: &EmailChange) -> Result<(), Failure> {
        let EmailChange { id, caller, from, to, codes: [old, new], to_key, mails_per_day, at, expires_at } = change;
        let (table, at) = (&*self.fleeting, *at);
        let row = Item::new(Class::EmailChange.id(), keys::email_change(caller.account, *id))
            .text("state", ASKED)
            .text("from", from.as_str())
            .text("to", to.as_str())
            .text("from_code", old.as_str())
            .text("to_code", new.as_str())
            .number("attempts", 0)
            .due(EXPIRY, *expires_at);
        Transaction::default()
            .part(sessions::check(table, &(*caller).into(), at)?)
            .part(count(table, limits::EMAIL_CHANGES_PER_DAY, &caller.account.to_string(), at))
            .part(count(table, limits::CODES_PER_DAY, to_key.as_str(), at))
            .part(count(table, limits::CODES_PER_HOUR, to_key.as_str(), at))
            .part(spend(table, "mails", 2, *mails_per_day, at))
            .part(row.put_new(table).or_broken("a change that is there already"))
            .write(&self.database, ())
            .await
    }

    async fn attempt(&self, caller: &AccountSession, id: EmailChangeId, now: Timestamp) -> Result<StoredChange, Failure> {
        let (key, profile) = (keys::email_change(caller.account, id), keys::profile(caller.account));
        let tried = key
            .update(&self.fleeting, "ADD attempts :one")
            .only_if("attempts < :most AND expires_at > :now")
            .value(":one", number(1))
            .value(":most", number(limits::CODE_ATTEMPTS))
            .value(":now", number(now.as_second()))
            .showing();
        let untried = move |row: Option<Attributes>| match row.filter(|row| row.is_alive(now)) {
            Some(_) => Err(code_refused()),
            None => Err(no_change()),
        };
        Transaction::default()
            .part(sessions::check(&self.fleeting, &(*caller).into(), now)?)
            .part(tried.or(untried))
            .write(&self.database, ())
            .await?;
        let rows = self.database.read(Batch::default().of(&self.fleeting, &key).of(&self.accounts, &profile)).await?;
        let (Some(row), Some(profile)) = (rows.get(&key), rows.get(&profile)) else { return Err(no_change()) };
        let language = Language::of(profile.required_text("locale")?);
        let recipient = |name| row.parsed(name).map(|email| Recipient { email, language });
        let code = |name| row.required_text(name).map(|hash| CodeHash::stored(hash.to_owned()));
        let progress = match row.required_text("state")? {
            ASKED => Progress::Asked,
            MADE => Progress::Made,
            _ => Progress::Told,
        };
        Ok(StoredChange { from: recipient("from")?, to: recipient("to")?, codes: [code("from_code")?, code("to_code")?], progress })
    }

    async fn make(&self, caller: &AccountSession, change: &Move) -> Result<(), Failure> {
        for tried in 0..TRIES {
            let found = self.find(caller, change).await?;
            match self.transaction(caller, change, &found)?.write(&self.database, Moved::Done).await? {
                Moved::Done => return Ok(()),
                Moved::Overtaken => self.database.pause(tried).await,
            }
        }
        Err(Failure::unavailable(Duration::from_secs(1)))
    }

    async fn note_told(&self, caller: &AccountSession, id: EmailChangeId) -> Result<(), Failure> {
        self.database.write(self.progress(caller, id, MADE, TOLD)).await.map(drop)
    }
}
