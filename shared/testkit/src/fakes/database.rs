//! The tables in memory, shared by every fake that reads or writes them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use accounts::{CodeHash, CodeSlot, EmailKey, KnownAccount, MailboxKey, Salt};
use kernel::{
    AccountId, AccountSession, Clock, Email, Failure, FixedClock, GenerationId, InstallId, Owner, Principal, SessionId, Timestamp,
    UploadId, Window,
};
use policy::Class;
use studio::{Circuit, Delivered, Generation, History, ModerationRecord, Replay, Upload};
use wallet::{Balance, Entry};

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
    /// The mailboxes that had their first credits, and until when that is known.
    pub mailboxes: HashMap<MailboxKey, Timestamp>,
    pub uploads: BTreeMap<UploadId, UploadRow>,
    pub generations: BTreeMap<(Owner, GenerationId), Generation>,
    pub delivered: BTreeMap<GenerationId, Delivered>,
    /// The attempts at drawings, by generation and index.
    pub attempts: BTreeMap<(GenerationId, u8), History>,
    pub circuits: BTreeMap<String, Circuit>,
    /// Until when no orders are taken.
    pub closed_until: Option<Timestamp>,
    /// How often the sweeper put off a generation since it was last written.
    pub setbacks: BTreeMap<GenerationId, u32>,
    pub moderation: BTreeMap<GenerationId, ModerationRecord>,
    /// Answers by account and hashed key, with their expiry.
    pub answers: BTreeMap<(Owner, String), (Replay, Timestamp)>,
}

#[derive(Debug, Clone, Copy)]
pub struct SessionRow {
    pub account: AccountId,
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
        if self.used { Class::Upload } else { Class::UploadUnused }
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
            Principal::Operator(_) | Principal::Nobody => false,
        };
        if alive { Ok(()) } else { Err(Failure::signed_out()) }
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

    /// Counts one `what` of `whom` in the hour of `now`; `false` when there were `most` already.
    #[must_use]
    pub(crate) fn count_one(&mut self, what: &'static str, whom: &str, most: u32, now: Timestamp) -> bool {
        self.add(Window::Hour, what, whom, 1, most.into(), now)
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
