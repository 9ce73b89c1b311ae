//! Choices on DynamoDB: a row of the account, copies in its sessions, and a record of each change.

use std::sync::Arc;
use std::time::Duration;

use accounts::{Choice, ChoiceOf, ChoiceState, ConsentRecord, EmailKey, Flags, KnownAccount, Made};
use async_trait::async_trait;
use choices::{Change, Choices, Chosen};
use dynamo::{Attributes, Batch, Database, Part, Read, TRIES, Transaction, Write, number, parse_name, text};
use kernel::{AccountSession, Clock, Failure, SessionId, limits};
use policy::Class;
use via_dynamodb_accounts::{count, flags, keys, known, protections, record, sessions, written};

pub struct DynamoChoices {
    database: Database,
    fleeting: String,
    accounts: String,
    /// The table of rights, for a function that makes choices.
    rights: Option<String>,
    clock: Arc<dyn Clock>,
}

/// An account as it was read, for a choice of it.
struct Found {
    account: KnownAccount,
    /// Those of its latest sessions that were open.
    open: Vec<SessionId>,
    choice: Choice,
    /// How often its row was written.
    version: u64,
}

/// What came of a try.
enum Outcome {
    Done,
    /// Somebody signed in or out, or chose something: it is not as it was read.
    Overtaken,
}

impl DynamoChoices {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String, clock: Arc<dyn Clock>) -> Self {
        Self { database, fleeting, accounts, rights: None, clock }
    }

    /// For a function that makes choices.
    #[must_use]
    pub fn making(self, rights: String) -> Self {
        Self { rights: Some(rights), ..self }
    }

    async fn find(&self, caller: &AccountSession, address: &EmailKey, of: ChoiceOf) -> Result<Found, Failure> {
        let (index, row) = (keys::email(address), keys::choices(caller.account));
        let rows = self.database.read(Batch::default().of(&self.accounts, &index).of(&self.accounts, &row)).await?;
        let account = rows.get(&index).map(known).transpose()?.filter(|known| known.id == caller.account);
        let account = account.ok_or_else(Failure::signed_out)?;
        let row = rows.get(&row);
        let version = row.and_then(|row| row.maybe_number("version")).unwrap_or_default();
        Ok(Found { open: self.open(caller, &account).await?, account, choice: choice(row, of)?, version })
    }

    /// The sessions that are there, that of the caller among them: one that was closed is not to be written anew.
    async fn open(&self, caller: &AccountSession, account: &KnownAccount) -> Result<Vec<SessionId>, Failure> {
        let key = |session| keys::session(&AccountSession { account: caller.account, session });
        let batch = account.latest.ids().fold(Batch::default(), |batch, session| batch.of(&self.fleeting, &key(session)));
        let rows = self.database.read(batch).await?;
        let open: Vec<_> = account.latest.ids().filter(|session| rows.get(&key(*session)).is_some()).collect();
        if open.contains(&caller.session) { Ok(open) } else { Err(Failure::signed_out()) }
    }

    /// The caller speaks first: where their session is closed, nothing is chosen.
    fn transaction(
        &self,
        caller: &AccountSession,
        address: &EmailKey,
        change: &Change,
        found: &Found,
    ) -> Result<Transaction<Outcome>, Failure> {
        let flags = flags_after(found.account.flags, change);
        let account = caller.account;
        let now = change.made.at;
        let own = self.flag(caller, flags).only_if("expires_at > :now").value(":now", number(now.as_second()));
        let others = found.open.iter().copied().filter(|session| *session != caller.session);
        let others = others.map(|session| self.flag(&AccountSession { account, session }, flags).only_if("attribute_exists(pk)"));
        let next_sessions = flags::update(&keys::email(address), &self.accounts, flags)
            .only_if("account_id = :account AND sessions = :latest")
            .value(":account", text(account.to_string()))
            .value(":latest", text(written(&found.account.latest)?));
        let limit = change.state.allows().then(|| count(&self.fleeting, limits::CHOICES_PER_DAY, &account.to_string(), now));
        let changed = ConsentRecord { of: change.of, before: found.choice.state, after: change.state, made: change.made.clone() };
        let rights = self.rights.as_deref().ok_or_else(|| Failure::broken("this function makes no choices"))?;
        let kept = protections::keep(rights, &keys::choices(account), &parts(change), now);
        let overtaken = |part: Write| -> Part<Outcome> { part.or(|_| Ok(Outcome::Overtaken)) };
        Ok(Transaction::default()
            .part(own.or(|_| Err(Failure::signed_out())))
            .parts(limit)
            .parts(others.map(overtaken))
            .part(overtaken(next_sessions))
            .part(overtaken(self.row(caller, change, found.version)))
            .part(kept.or_broken("the protection of a choice"))
            .part(record(&self.accounts, account, &changed)))
    }

    fn flag(&self, session: &AccountSession, flags: Flags) -> Write {
        flags::update(&keys::session(session), &self.fleeting, flags)
    }

    fn row(&self, caller: &AccountSession, change: &Change, version: u64) -> Write {
        let parts = parts(change);
        let set: String = parts.iter().enumerate().map(|(place, (name, _))| format!(", {name} = :v{place}")).collect();
        let written = keys::choices(caller.account)
            .update(&self.accounts, &format!("SET #class = :class, version = :next{set}"))
            .name("#class", "class")
            .value(":class", text(Class::Choices.id()))
            .value(":next", number(version + 1));
        let values = parts.into_iter().enumerate();
        let written = values.fold(written, |written, (place, (_, value))| written.value(&format!(":v{place}"), text(value)));
        match version {
            0 => written.only_if("attribute_not_exists(pk)"),
            _ => written.only_if("version = :before").value(":before", number(version)),
        }
    }
}

#[async_trait]
impl Choices for DynamoChoices {
    async fn of(&self, caller: &AccountSession) -> Result<Chosen, Failure> {
        let (session, profile, row) = (keys::session(caller), keys::profile(caller.account), keys::choices(caller.account));
        let batch = Batch::default().of(&self.fleeting, &session).of(&self.accounts, &profile).of(&self.accounts, &row);
        let rows = self.database.read(batch).await?;
        sessions::verify(rows.get(&session), self.clock.now())?;
        let email = rows.get(&profile).ok_or_else(Failure::signed_out)?.parsed("email")?;
        let of = |of| choice(rows.get(&row), of);
        Ok(Chosen { email, analytics: of(ChoiceOf::Analytics)?, restriction: of(ChoiceOf::Restriction)? })
    }

    async fn make(&self, caller: &AccountSession, address: &EmailKey, change: &Change) -> Result<Choice, Failure> {
        for tried in 0..TRIES {
            let found = self.find(caller, address, change.of).await?;
            if found.choice.state == change.state {
                return Ok(found.choice);
            }
            match self.transaction(caller, address, change, &found)?.write(&self.database, Outcome::Done).await? {
                Outcome::Done => return Ok(Choice { of: change.of, state: change.state, made: Some(change.made.clone()) }),
                Outcome::Overtaken => self.database.pause(tried).await,
            }
        }
        Err(Failure::unavailable(Duration::from_secs(1)))
    }
}

/// Where the row of an account has this choice.
fn attribute(of: ChoiceOf) -> &'static str {
    of.name()
}

/// A choice as it is stored.
fn parts(change: &Change) -> [(String, String); 4] {
    let (name, Made { at, by, notice }) = (attribute(change.of), &change.made);
    [
        (name.to_owned(), change.state.name().to_owned()),
        (format!("{name}_at"), at.to_string()),
        (format!("{name}_by"), by.name().to_owned()),
        (format!("{name}_notice"), notice.clone()),
    ]
}

fn choice(row: Option<&Attributes>, of: ChoiceOf) -> Result<Choice, Failure> {
    let name = attribute(of);
    let Some((row, state)) = row.and_then(|row| row.maybe_text(name).map(|state| (row, state))) else {
        let state = if of == ChoiceOf::Analytics { ChoiceState::NotObjected } else { ChoiceState::Unrestricted };
        return Ok(Choice { of, state, made: None });
    };
    let part = |what: &str| row.maybe_text(&format!("{name}_{what}")).ok_or_else(|| Failure::broken("a choice that lacks a part"));
    let made = Made { at: part("at")?.parse().map_err(Failure::broken)?, by: parse_name(part("by")?)?, notice: part("notice")?.to_owned() };
    Ok(Choice { of, state: parse_name(state)?, made: Some(made) })
}

fn flags_after(before: Flags, change: &Change) -> Flags {
    match change.of {
        ChoiceOf::Analytics => Flags { uncounted: !change.state.allows(), ..before },
        ChoiceOf::Restriction => Flags { restricted: !change.state.allows(), ..before },
        ChoiceOf::Marketing => before,
    }
}
