//! Opening and closing sessions.

use async_trait::async_trait;
use kernel::{AccountId, AccountSession, Clock, Email, Failure, Randomness, Reason, SessionId, Timestamp};
use policy::Class;
use wallet::Entry;

use crate::{CodeHash, Codes, EmailKey, Pepper};

/// All rows that a successful sign-in writes, in one transaction.
pub struct SignIn {
    /// The address whose code is used up.
    pub key: EmailKey,
    /// The matching code: the transaction removes this one and no newer one.
    pub code: CodeHash,
    pub caller: AccountSession,
    pub expires_at: Timestamp,
    /// The account that a first sign-in opens.
    pub opening: Option<NewAccount>,
}

pub struct NewAccount {
    pub email: Email,
    /// A BCP 47 language tag.
    pub locale: String,
    pub created_at: Timestamp,
    pub grant: Entry,
}

#[async_trait]
pub trait SignIns: Send + Sync {
    async fn account_of(&self, key: &EmailKey) -> Result<Option<AccountId>, Failure>;

    /// # Errors
    /// [`Failure::Denied`] with [`Reason::CodeRefused`] when the code was used or replaced meanwhile; [`Failure::Conflict`] when the account was
    /// opened meanwhile.
    async fn open(&self, sign_in: &SignIn) -> Result<(), Failure>;
}

#[async_trait]
pub trait Sessions: Send + Sync {
    /// Ends a session at once, everywhere. Idempotent.
    async fn close(&self, caller: &AccountSession) -> Result<(), Failure>;
}

/// The result of a valid code.
pub struct SignedIn {
    pub caller: AccountSession,
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
    /// [`Failure::Denied`] with [`Reason::CodeRefused`], the same for a wrong, used, expired or exhausted code and for an unknown address.
    pub async fn run(&self, email: &Email, code: &str, locale: &str) -> Result<SignedIn, Failure> {
        let key = self.pepper.email_key(email);
        let code_hash = self.pepper.code_hash(&key, code);
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
        let known = self.sign_ins.account_of(key).await?;
        let account = known.unwrap_or_else(|| AccountId::new(self.clock, self.randomness));
        let opening = known.is_none().then(|| NewAccount {
            email: email.clone(),
            locale: locale.to_owned(),
            created_at: now,
            grant: Entry::starter_grant(self.starter_credits, now),
        });
        let caller = AccountSession { account, session: SessionId::new(self.clock, self.randomness) };
        let expires_at = Class::SESSION.expires_at(now);
        let sign_in = SignIn { key: key.clone(), code: code.clone(), caller, expires_at, opening };
        self.sign_ins.open(&sign_in).await?;
        Ok(SignedIn { caller, issued_at: now, expires_at })
    }
}

fn code_refused() -> Failure {
    Failure::denied(Reason::CodeRefused, "This code is wrong or no longer works. Ask for a new one.")
}
