//! Sign-ins: the code is used up, the session opened, the oldest ended where there are too many, and, the first time, the account opened with its
//! wallet, its grant and the lead of its address, in one transaction.

use std::time::Duration;

use accounts::{Flags, Grant, KnownAccount, LatestSessions, NewAccount, SignIn, SignIns, account_closing, code_refused};
use async_trait::async_trait;
use dynamo::{Attributes, Database, EXPIRY, Item, Part, Read, TRIES, Transaction, number, text};
use kernel::{AccountId, AccountSession, Failure, Reason, SessionId, Timestamp, limits};
use policy::Class;
use wallet::Entry;

use crate::budgets::spend;
use crate::limits::count_networks;
use crate::wallet_writes::entry_item;
use crate::{flags, guesses, keys, leads};

pub struct DynamoSignIns {
    database: Database,
    fleeting: String,
    accounts: String,
    leads: String,
}

/// What came of a try.
enum Opened {
    Done,
    /// Another session was opened, or something chosen, since the account was read; it is this now.
    Overtaken(KnownAccount),
    /// The mailbox of the new account had its first credits before.
    GrantedBefore,
}

impl DynamoSignIns {
    #[must_use]
    pub fn new(database: Database, fleeting: String, accounts: String, leads: String) -> Self {
        Self { database, fleeting, accounts, leads }
    }

    fn transaction(&self, sign_in: &SignIn, known: &KnownAccount, grants: bool) -> Result<Transaction<Opened>, Failure> {
        let (after, ended) = known.latest.opening(sign_in.session.session, sign_in.expires_at, sign_in.at);
        let used = guesses::use_up(&self.fleeting, &sign_in.slot, &sign_in.code);
        let transaction = Transaction::default().part(used).part(self.open_session(sign_in, known.flags));
        let transaction = match &sign_in.opening {
            Some(new) => transaction.parts(self.open_account(sign_in, new, &after, grants)?),
            None => transaction.parts(self.enter_account(sign_in, known, &after)?),
        };
        Ok(transaction.parts(ended.into_iter().map(|session| self.end(sign_in.session.account, session))))
    }

    fn open_session(&self, sign_in: &SignIn, flags: Flags) -> Part<Opened> {
        let session = Item::new(Class::Session.id(), keys::session(&sign_in.session)).due(EXPIRY, sign_in.expires_at);
        flags::of(session, flags).put_new(&self.fleeting).or(|_| Err(opened_meanwhile()))
    }

    /// It may have been closed already: then there is nothing to end.
    fn end(&self, account: AccountId, session: SessionId) -> Part<Opened> {
        keys::session(&AccountSession { account, session }).delete(&self.fleeting).or_broken("the end of a session")
    }

    /// A new account is counted by its networks; its credits by its mailbox, which has them once, and in the budget of the day.
    fn open_account(
        &self,
        sign_in: &SignIn,
        new: &NewAccount,
        latest: &LatestSessions,
        grants: bool,
    ) -> Result<Vec<Part<Opened>>, Failure> {
        let (account, table) = (sign_in.session.account, &*self.fleeting);
        let grant = new.grant.as_ref().filter(|_| grants);
        // Every wallet begins with a grant, though of nothing.
        let entry = grant.map_or_else(|| Entry::starter_grant(0, new.created_at), |grant| grant.entry);
        let index = Item::new(Class::EmailIndex.id(), keys::email(&sign_in.slot.key))
            .text("account_id", account.to_string())
            .text("sessions", written(latest)?);
        let profile = Item::new(Class::Account.id(), keys::profile(account))
            .text("email", new.email.as_str())
            .text("locale", &new.locale)
            .text("created_at", new.created_at.to_string());
        let wallet = Item::new(Class::Wallet.id(), keys::wallet(account.into()))
            .number("available", entry.available_delta())
            .number("held", entry.held_delta())
            .number("running", 0);
        let items = [index, profile, wallet, entry_item(account.into(), &entry)];
        let mut parts: Vec<_> = items.into_iter().map(|item| item.put_new(&self.accounts).or(|_| Err(opened_meanwhile()))).collect();
        parts.extend(count_networks(table, limits::ACCOUNTS_PER_DAY_FROM_A_LINE, &new.networks.each, sign_in.at));
        parts.push(leads::note(&self.leads, &new.lead).or_broken("the lead of a new account"));
        if let Some(grant) = grant {
            parts.push(self.note_mailbox(grant, sign_in.at));
            parts.push(spend(table, "starter-credits", grant.credits.into(), grant.credits_per_day, sign_in.at));
        }
        Ok(parts)
    }

    fn note_mailbox(&self, grant: &Grant, now: Timestamp) -> Part<Opened> {
        Item::new(Class::MailboxGrant.id(), keys::mailbox(&grant.mailbox))
            .due(EXPIRY, grant.known_until)
            .put(&self.fleeting)
            .only_if("attribute_not_exists(pk) OR expires_at <= :now")
            .value(":now", number(now.as_second()))
            .or(|_| Ok(Opened::GrantedBefore))
    }

    /// A sign-in to an account that is being erased must not leave a session behind: it needs the profile, which goes last and says that the
    /// account is closed. Nor may it leave one without
    /// what the account chose meanwhile: a choice writes the row of the address as well.
    fn enter_account(&self, sign_in: &SignIn, before: &KnownAccount, after: &LatestSessions) -> Result<[Part<Opened>; 2], Failure> {
        let account = sign_in.session.account;
        let exists = keys::profile(account).check(&self.accounts).only_if("attribute_exists(pk) AND attribute_not_exists(closing)");
        let exists = exists.showing().or(|row| Err(if row.is_some() { account_closing() } else { code_refused() }));
        let noted = keys::email(&sign_in.slot.key)
            .update(&self.accounts, "SET sessions = :after")
            .only_if(&format!("account_id = :account AND sessions = :before AND {}", flags::are(before.flags)))
            .value(":account", text(account.to_string()))
            .value(":before", text(written(&before.latest)?))
            .value(":after", text(written(after)?))
            .showing()
            .or(move |row| overtaken(account, row));
        Ok([exists, noted])
    }
}

#[async_trait]
impl SignIns for DynamoSignIns {
    async fn open(&self, sign_in: &SignIn) -> Result<(), Failure> {
        let SignIn { session, latest, flags, .. } = sign_in;
        let (mut known, mut grants) = (KnownAccount { id: session.account, latest: latest.clone(), flags: *flags }, true);
        for tried in 0..TRIES {
            match self.transaction(sign_in, &known, grants)?.write(&self.database, Opened::Done).await? {
                Opened::Done => return Ok(()),
                Opened::Overtaken(newer) => known = newer,
                Opened::GrantedBefore => {
                    grants = false;
                    continue;
                }
            }
            self.database.pause(tried).await;
        }
        Err(Failure::unavailable(Duration::from_secs(1)))
    }
}

/// The account of an address, by the address's row.
///
/// # Errors
/// [`Failure::Broken`] for a row that cannot be read.
pub fn known(row: &Attributes) -> Result<KnownAccount, Failure> {
    let latest = serde_json::from_str(row.required_text("sessions")?).map_err(Failure::broken)?;
    Ok(KnownAccount { id: row.parsed("account_id")?, latest, flags: flags::read(row) })
}

/// The address's row is not as it was read. Where it no longer leads to the account, nobody signs in to it.
fn overtaken(account: AccountId, row: Option<Attributes>) -> Result<Opened, Failure> {
    let known = row.as_ref().map(known).transpose()?.filter(|known| known.id == account);
    known.map(Opened::Overtaken).ok_or_else(code_refused)
}

/// The latest sessions as they are stored, and compared.
///
/// # Errors
/// [`Failure::Broken`], which does not happen.
pub fn written(latest: &LatestSessions) -> Result<String, Failure> {
    serde_json::to_string(latest).map_err(Failure::broken)
}

fn opened_meanwhile() -> Failure {
    Failure::conflict(Reason::CodeRefused, "This account was opened meanwhile.")
}
