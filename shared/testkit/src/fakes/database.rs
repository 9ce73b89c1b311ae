//! The tables in memory, shared by every fake that reads or writes them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use accounts::{Choice, ChoiceOf, CodeHash, CodeSlot, ConsentRecord, EmailKey, Flags, KnownAccount, Lead, MailboxKey, Salt};
use desk::{AuditEntry, CredentialId, Opened, Operator, Passkey};
use exports::Export;
use insights::{Action, DailyCounts, Feedback};
use jiff::civil::Date;
use kernel::{
    AccountId, AccountSession, Clock, DeviceId, Email, EmailChangeId, ExportId, Failure, FixedClock, GenerationId, InstallId, Limit,
    OperatorId, OrderId, Owner, Principal, SecretHash, SessionId, Timestamp, TrialHolder, TrialId, UploadId, Window,
};
use outreach::{Campaign, Return, Subscription};
use payments::Order;
use policy::Class;
use receipts::Tile;
use rights::{Erasure, ErasureId, Head, Waiting};
use studio::{Circuit, Delivered, Generation, History, ModerationRecord, Replay, Upload};
use trials::LinkConsent;
use wallet::{Balance, Entry};

use super::email_changes::ChangeRow;
use crate::Faults;

/// The rows of all tables. Tests read them to see the effects of a step.
#[derive(Clone, Default)]
pub struct Rows {
    /// Address, language and creation of each account.
    pub profiles: BTreeMap<AccountId, (Email, String, Timestamp)>,
    /// Accounts by the key of their address.
    pub email_index: HashMap<EmailKey, KnownAccount>,
    pub wallets: BTreeMap<Owner, Balance>,
    pub ledger: Vec<(Owner, Entry)>,
    pub sessions: BTreeMap<SessionId, SessionRow>,
    /// The installs that may act; no adapter knows any yet.
    pub installs: BTreeSet<InstallId>,
    /// Hash, attempts and expiry.
    pub codes: HashMap<CodeSlot, (CodeHash, u32, Timestamp)>,
    /// Counts by kind, owner and window.
    pub counters: HashMap<(&'static str, String, String), u64>,
    /// The salts of days, by their beginnings.
    pub salts: BTreeMap<i64, Salt>,
    /// The addresses that get no mail, and until when.
    pub suppressions: HashMap<EmailKey, Timestamp>,
    pub subscriptions: HashMap<EmailKey, Subscription>,
    pub campaigns: BTreeMap<String, Campaign>,
    /// The mails of campaigns, by the name and the address.
    pub campaign_mails: HashMap<(String, EmailKey), CampaignMail>,
    /// The mailboxes that had their first credits, and until when that is known.
    pub mailboxes: HashMap<MailboxKey, Timestamp>,
    pub uploads: BTreeMap<UploadId, UploadRow>,
    pub generations: BTreeMap<(Owner, GenerationId), Generation>,
    pub delivered: BTreeMap<GenerationId, Delivered>,
    /// The attempts at drawings, by generation and index.
    pub attempts: BTreeMap<(GenerationId, u8), History>,
    pub circuits: BTreeMap<String, Circuit>,
    /// Trials by their ids.
    pub trials: BTreeMap<TrialId, TrialRow>,
    /// The proofs that gave a trial, and until when that is known.
    pub proofs: BTreeMap<SecretHash, Timestamp>,
    /// The links that were mailed: by their secret, the trial, whose consent opening them is, and until when they hold.
    pub links: BTreeMap<SecretHash, (TrialId, Option<LinkConsent>, Timestamp)>,
    /// The addresses that were given to us.
    pub leads: HashMap<EmailKey, Lead>,
    /// Until when no orders are taken.
    pub closed_until: Option<Timestamp>,
    /// How often the sweeper put off a generation since it was last written.
    pub setbacks: BTreeMap<GenerationId, u32>,
    pub moderation: BTreeMap<GenerationId, ModerationRecord>,
    /// Cases by their generations, and what was said of their reasons.
    pub cases: BTreeMap<GenerationId, studio::Case>,
    pub reasons: BTreeMap<(GenerationId, Timestamp), studio::case::StatementOfReasons>,
    pub operators: BTreeMap<OperatorId, (Email, Operator)>,
    pub passkeys: BTreeMap<(OperatorId, CredentialId), Passkey>,
    /// How sessions of the desk were opened, and when they end.
    pub desk_sessions: BTreeMap<(OperatorId, SecretHash), (Opened, Timestamp)>,
    /// The actions that were done.
    pub spent: BTreeSet<(OperatorId, [u8; 32])>,
    pub trails: BTreeMap<OperatorId, Vec<AuditEntry>>,
    /// Answers by account and hashed key, with their expiry.
    pub answers: BTreeMap<(Owner, String), (Replay, Timestamp)>,
    /// What browsers did, and when that goes.
    pub device_days: BTreeMap<(Date, DeviceId), (BTreeSet<Action>, Timestamp)>,
    /// Whose browsers they are, and until when that is known.
    pub device_links: BTreeMap<(AccountId, DeviceId), Timestamp>,
    /// What accounts chose, beside marketing.
    pub choices: BTreeMap<(AccountId, ChoiceOf), Choice>,
    /// The changes of addresses that were asked for.
    pub email_changes: HashMap<(AccountId, EmailChangeId), ChangeRow>,
    pub consent_records: Vec<(AccountId, ConsentRecord)>,
    pub daily_counts: BTreeMap<Date, DailyCounts>,
    pub feedback: Vec<Feedback>,
    pub orders: BTreeMap<(AccountId, OrderId), Order>,
    /// The orders whose refund waits for somebody.
    pub waiting_refunds: BTreeSet<OrderId>,
    /// The orders of idempotency keys, with the hash of the request and their expiry.
    pub order_keys: BTreeMap<(AccountId, String), (String, OrderId, Timestamp)>,
    /// The accounts that wait for their erasure, with the request.
    pub closing: BTreeMap<AccountId, ErasureId>,
    pub erasures: BTreeMap<ErasureId, Erasure>,
    pub receipts: FakeReceipts,
    /// Copies of everything, and whether their mail is to be sent again.
    pub exports: BTreeMap<(AccountId, ExportId), (Export, bool)>,
    /// The exports of idempotency keys, with their expiry.
    pub export_keys: BTreeMap<(AccountId, String), (ExportId, Timestamp)>,
}

/// The log of receipts.
#[derive(Debug, Clone, Default)]
pub struct FakeReceipts {
    pub head: Option<Head>,
    /// By their paths.
    pub tiles: BTreeMap<String, Tile>,
    pub waiting: Vec<Waiting>,
}

#[derive(Debug, Clone, Copy)]
pub struct SessionRow {
    pub account: AccountId,
    pub expires_at: Timestamp,
    pub flags: Flags,
}

#[derive(Debug, Clone, Copy)]
pub struct CampaignMail {
    pub claimed_at: Timestamp,
    pub is_sent: bool,
    pub returned: Option<Return>,
}

#[derive(Debug, Clone)]
pub struct TrialRow {
    pub passes: BTreeSet<SecretHash>,
    pub upload: Option<UploadId>,
    pub generation: Option<GenerationId>,
    pub claimed: Option<(AccountId, GenerationId)>,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct UploadRow {
    pub upload: Upload,
    /// Whether a generation used it.
    pub used: bool,
    /// Whether the content check refused it.
    pub refused: bool,
}

impl UploadRow {
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        if self.used { self.upload.used_until } else { self.upload.unused_until }
    }

    /// The class of the row.
    #[must_use]
    pub fn class(&self) -> Class {
        match self.upload.owner {
            Owner::Trial(_) => Class::TrialUpload,
            Owner::Account(_) | Owner::Install(_) if self.used => Class::Upload,
            Owner::Account(_) | Owner::Install(_) => Class::UploadUnused,
        }
    }
}

impl Rows {
    /// Refuses a closed session.
    pub(crate) fn ask_session(&self, principal: &Principal, now: Timestamp) -> Result<(), Failure> {
        let alive = match principal {
            Principal::Session(AccountSession { account, session }) => {
                self.sessions.get(session).is_some_and(|row| row.account == *account && row.expires_at > now)
            }
            Principal::Install(install) => self.installs.contains(install),
            Principal::Trial(holder) => return self.trial(holder, now).map(drop),
            Principal::Operator(_) | Principal::Nobody => false,
        };
        if alive { Ok(()) } else { Err(Failure::signed_out()) }
    }

    /// Refuses a closed session, and what a restriction forbids.
    pub(crate) fn ask_unrestricted(&self, principal: &Principal, now: Timestamp) -> Result<(), Failure> {
        self.ask_session(principal, now)?;
        if self.flags(principal).restricted { Err(accounts::restricted()) } else { Ok(()) }
    }

    /// What the session of a principal carries.
    pub(crate) fn flags(&self, principal: &Principal) -> Flags {
        let Principal::Session(session) = principal else { return Flags::default() };
        self.sessions.get(&session.session).map(|row| row.flags).unwrap_or_default()
    }

    pub(crate) fn is_suppressed(&self, address: &EmailKey, now: Timestamp) -> bool {
        self.suppressions.get(address).is_some_and(|until| *until > now)
    }

    /// The trial of who holds a pass of it.
    pub(crate) fn trial(&self, holder: &TrialHolder, now: Timestamp) -> Result<&TrialRow, Failure> {
        let row = self.trials.get(&holder.trial).filter(|row| row.expires_at > now && row.passes.contains(&holder.pass));
        row.ok_or_else(accounts::no_pass)
    }

    /// Uses what a trial may do once; `first` says whether it was not used before.
    pub(crate) fn use_trial(
        &mut self,
        holder: &TrialHolder,
        first: impl FnOnce(&mut TrialRow) -> bool,
        what: &'static str,
        now: Timestamp,
    ) -> Result<(), Failure> {
        self.trial(holder, now)?;
        let unused = self.trials.get_mut(&holder.trial).is_some_and(first);
        if unused { Ok(()) } else { Err(accounts::trial_used(what)) }
    }

    /// Writes entries with their balance; `false` when the balance does not suffice or an entry is already written.
    #[must_use]
    pub(crate) fn move_credits(&mut self, owner: Owner, entries: &[Entry]) -> bool {
        let known = |entry: &Entry| self.ledger.iter().any(|(whose, known)| *whose == owner && known.key() == entry.key());
        if entries.is_empty() {
            return true;
        }
        let Some(Ok(balance)) = self.wallets.get(&owner).map(|balance| balance.after(entries)) else { return false };
        if entries.iter().any(known) {
            return false;
        }
        self.wallets.insert(owner, balance);
        self.ledger.extend(entries.iter().map(|entry| (owner, *entry)));
        true
    }

    /// The attempts at a drawing; none where there are none.
    pub(crate) fn history(&self, generation: &Generation, index: u8, now: Timestamp) -> History {
        let none = || History::new(generation.owner, generation.id, index, now);
        self.attempts.get(&(generation.id, index)).cloned().unwrap_or_else(none)
    }

    /// Whether the stored attempts are of this version.
    pub(crate) fn is_unchanged(&self, history: &History) -> bool {
        self.attempts.get(&(history.generation, history.index)).map_or(0, |known| known.version) == history.version
    }

    /// Writes a history over the version before it; `false` when another version is stored.
    #[must_use]
    pub(crate) fn note_attempts(&mut self, history: &History) -> bool {
        let key = (history.generation, history.index);
        let current = self.attempts.get(&key).map_or(0, |known| known.version) == history.version.saturating_sub(1);
        if current {
            self.attempts.insert(key, history.clone());
        }
        current
    }

    /// Counts one for `whom`, as far as the limit lets.
    pub(crate) fn count(&mut self, limit: Limit, whom: &str, now: Timestamp) -> Result<(), Failure> {
        if self.add(limit.window, limit.what, whom, 1, limit.most.into(), now) { Ok(()) } else { Err(limit.refusal(now)) }
    }

    /// Adds `amount` to the count of `what` of `whom` in the window of `now`; `false` when that is more than `most`.
    #[must_use]
    pub(crate) fn add(&mut self, window: Window, what: &'static str, whom: &str, amount: u64, most: u64, now: Timestamp) -> bool {
        let count = self.counters.entry((what, whom.to_owned(), window.name(now))).or_default();
        *count += amount;
        *count <= most
    }

    /// The sum of an account's movements: available and held.
    #[must_use]
    pub fn ledger_sum(&self, owner: Owner) -> (i64, i64) {
        let own = self.ledger.iter().filter(|(whose, _)| *whose == owner);
        own.fold((0, 0), |(available, held), (_, entry)| (available + entry.available_delta(), held + entry.held_delta()))
    }
}

/// The tables, with the clock and the faults of all fakes that use them.
#[derive(Clone)]
pub struct FakeDatabase {
    rows: Arc<Mutex<Rows>>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) faults: Faults,
}

impl FakeDatabase {
    #[must_use]
    pub fn new(clock: Arc<FixedClock>, faults: Faults) -> Self {
        Self { rows: Arc::default(), clock, faults }
    }

    /// The current rows. Holding the guard blocks every fake.
    pub fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A read, as the call `name`.
    pub(crate) async fn read<T>(&self, name: &'static str, look: impl FnOnce(&Rows) -> Result<T, Failure> + Send) -> Result<T, Failure> {
        self.faults.call(name, || look(&self.rows())).await
    }

    /// A transaction, as the call `name`: an error leaves nothing behind.
    pub(crate) async fn transact<T>(
        &self,
        name: &'static str,
        write: impl FnOnce(&mut Rows) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        self.faults
            .call(name, || {
                let mut rows = self.rows();
                let mut draft = rows.clone();
                let outcome = write(&mut draft)?;
                *rows = draft;
                Ok(outcome)
            })
            .await
    }
}
