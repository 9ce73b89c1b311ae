//! Opening and closing sessions.

use async_trait::async_trait;
use kernel::{AccountId, AccountSession, Clock, Email, Failure, Randomness, Reason, SessionId, Timestamp};
use policy::Class;
use wallet::Entry;

use crate::entry::digits;
use crate::{CodeHash, Codes, EmailKey, LatestSessions, Pepper};

/// All rows that a successful sign-in writes, in one transaction.
#[derive(Clone)]
pub struct SignIn {
    /// The address whose code is used up.
    pub key: EmailKey,
    /// The matching code: the transaction removes this one and no newer one.
    pub code: CodeHash,
    pub session: AccountSession,
    pub at: Timestamp,
    pub expires_at: Timestamp,
    /// The account's latest sessions as they were found: none where it is opened.
    pub latest: LatestSessions,
    /// The account that a first sign-in opens.
    pub opening: Option<NewAccount>,
}

/// An account as its address leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    pub id: AccountId,
    pub latest: LatestSessions,
}

#[derive(Clone)]
pub struct NewAccount {
    pub email: Email,
    /// A BCP 47 language tag.
    pub locale: String,
    pub created_at: Timestamp,
    pub grant: Entry,
}

#[async_trait]
pub trait SignIns: Send + Sync {
    async fn account_of(&self, key: &EmailKey) -> Result<Option<KnownAccount>, Failure>;

    /// Opens the session, and ends the oldest ones of the account where there would be more than [`kernel::limits::SESSIONS`], though others signed in
    /// meanwhile.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::CodeRefused`] when the code was used or replaced meanwhile, or the account was erased; [`Failure::Conflict`]
    /// when the account was opened meanwhile.
    async fn open(&self, sign_in: &SignIn) -> Result<(), Failure>;
}

#[async_trait]
pub trait Sessions: Send + Sync {
    /// Ends a session at once, everywhere. Idempotent.
    async fn close(&self, caller: &AccountSession) -> Result<(), Failure>;
}

/// The result of a valid code.
pub struct SignedIn {
    pub session: AccountSession,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Exchanges a code for a session.
pub struct OpenSession<'a> {
    pub codes: &'a dyn Codes,
    pub sign_ins: &'a dyn SignIns,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
    pub starter_credits: u32,
}

impl OpenSession<'_> {
    /// Checks `code` for `email` and opens a session, with the account on the first sign-in.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for what cannot be a code, which counts as no attempt; [`Failure::Denied`] with [`Reason::CodeRefused`], the same for a
    /// wrong, used, expired or exhausted code and for an unknown address.
    pub async fn run(&self, email: &Email, code: &str, locale: &str) -> Result<SignedIn, Failure> {
        let code = digits(code)?;
        let key = self.pepper.email_key(email);
        let code_hash = self.pepper.code_hash(&key, &code);
        let stored = self.codes.attempt(&key, self.clock.now()).await?;
        if !stored.is_some_and(|hash| hash.matches(&code_hash)) {
            return Err(code_refused());
        }
        match self.write(email, locale, &key, &code_hash).await {
            // Another sign-in opened the account between the read and the write: this time it is found.
            Err(Failure::Conflict(_)) => self.write(email, locale, &key, &code_hash).await,
            other => other,
        }
    }

    async fn write(&self, email: &Email, locale: &str, key: &EmailKey, code: &CodeHash) -> Result<SignedIn, Failure> {
        let now = self.clock.now();
        let (account, latest, opening) = match self.sign_ins.account_of(key).await? {
            Some(known) => (known.id, known.latest, None),
            None => {
                let account = AccountId::new(self.clock, self.randomness);
                (account, LatestSessions::default(), Some(self.new_account(email, locale, now)))
            }
        };
        let session = AccountSession { account, session: SessionId::new(self.clock, self.randomness) };
        let expires_at = Class::SESSION.expires_at(now);
        let sign_in = SignIn { key: key.clone(), code: code.clone(), session, at: now, expires_at, latest, opening };
        self.sign_ins.open(&sign_in).await?;
        Ok(SignedIn { session, issued_at: now, expires_at })
    }

    fn new_account(&self, email: &Email, locale: &str, now: Timestamp) -> NewAccount {
        let grant = Entry::starter_grant(self.starter_credits, now);
        NewAccount { email: email.clone(), locale: locale.to_owned(), created_at: now, grant }
    }
}

/// One answer for all codes that do not sign in, so that nobody learns why.
#[must_use]
pub fn code_refused() -> Failure {
    Failure::denied(Reason::CodeRefused, "This code is wrong or no longer works. Ask for a new one.")
}
