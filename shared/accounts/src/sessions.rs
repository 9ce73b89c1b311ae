//! Opening and closing sessions.

use async_trait::async_trait;
use kernel::{AccountId, AccountSession, Clock, Email, Failure, Randomness, Reason, SessionId, Timestamp};
use policy::Class;
use wallet::Entry;

use crate::{CodeHash, Codes, EmailKey, Pepper};

/// Everything one successful sign-in writes, in one transaction.
pub struct SignIn {
    /// Whose code is used up.
    pub key: EmailKey,
    /// The code that was right: the transaction removes this one and no newer one.
    pub code: CodeHash,
    /// The new session.
    pub caller: AccountSession,
    /// When the session ends.
    pub expires_at: Timestamp,
    /// What the first sign-in opens.
    pub opening: Option<NewAccount>,
}

/// An account that its first sign-in opens.
pub struct NewAccount {
    /// Its address.
    pub email: Email,
    /// A BCP 47 language tag.
    pub locale: String,
    /// When.
    pub created_at: Timestamp,
    /// The starter credits.
    pub grant: Entry,
}

/// Where accounts are found and sessions opened.
#[async_trait]
pub trait SignIns: Send + Sync {
    /// The account of an address.
    async fn account_of(&self, key: &EmailKey) -> Result<Option<AccountId>, Failure>;

    /// Writes a sign-in.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::CodeRefused`] when the code was used or replaced meanwhile; [`Failure::Conflict`] when the account was
    /// opened meanwhile.
    async fn open(&self, sign_in: &SignIn) -> Result<(), Failure>;
}

/// Where sessions are closed.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Ends a session at once, everywhere. Closing a closed session is no error.
    async fn close(&self, caller: &AccountSession) -> Result<(), Failure>;
}

/// What the caller gets for a right code.
pub struct SignedIn {
    /// Who they are now.
    pub caller: AccountSession,
    /// When the session began.
    pub issued_at: Timestamp,
    /// When the session ends.
    pub expires_at: Timestamp,
}

/// Trades a code for a session.
pub struct OpenSession<'a> {
    /// Where codes live.
    pub codes: &'a dyn Codes,
    /// Where sessions are opened.
    pub sign_ins: &'a dyn SignIns,
    /// The secret of the hashes.
    pub pepper: &'a Pepper,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Where ids come from.
    pub randomness: &'a dyn Randomness,
    /// Credits a new account starts with.
    pub starter_credits: u32,
}

impl OpenSession<'_> {
    /// Checks `code` for `email` and opens a session, and the account with it on the first sign-in.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::CodeRefused`], the same for a wrong, used, expired or exhausted code and for an unknown address.
    pub async fn run(&self, email: &Email, code: &str, locale: &str) -> Result<SignedIn, Failure> {
        let key = self.pepper.email_key(email);
        let given = self.pepper.code_hash(&key, code);
        let stored = self.codes.attempt(&key, self.clock.now()).await?;
        if !stored.is_some_and(|hash| hash.matches(&given)) {
            return Err(code_refused());
        }
        match self.write(email, locale, &key, &given).await {
            // Another sign-in opened the account between the look and the write: now it is found.
            Err(Failure::Conflict(_)) => self.write(email, locale, &key, &given).await,
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
