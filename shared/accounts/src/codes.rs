//! Requesting a sign-in code.

use async_trait::async_trait;
use kernel::{Clock, Email, Failure, Randomness, Timestamp};
use policy::Class;

use crate::{CodeHash, EmailKey, Pepper};

/// A stored code: one per address, a newer one replaces it.
pub struct IssuedCode {
    pub key: EmailKey,
    /// The keyed hash of the code.
    pub hash: CodeHash,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

#[async_trait]
pub trait Codes: Send + Sync {
    /// Stores a code in place of the address's older one, and counts it against the address's hourly limit.
    ///
    /// # Errors
    /// [`Failure::Busy`] with [`kernel::Reason::RateLimited`] above [`kernel::limits::CODES_PER_HOUR`].
    async fn issue(&self, code: &IssuedCode) -> Result<(), Failure>;

    /// Counts one attempt and returns the hash to compare with; `None` without a valid code, or when its attempts are used up.
    ///
    /// The count and the check are one conditional write, so that concurrent guesses cannot exceed the limit.
    async fn attempt(&self, key: &EmailKey, now: Timestamp) -> Result<Option<CodeHash>, Failure>;
}

/// Mails codes.
#[async_trait]
pub trait CodeMailer: Send + Sync {
    /// Hands the mail with a code of six decimal digits to the mail service. `Ok` means accepted, not delivered.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when the service takes no mail for this address, [`Failure::Busy`] when it throttles or is down, [`Failure::Broken`]
    /// otherwise.
    async fn send_code(&self, to: &Email, code: String, minutes: i64) -> Result<(), Failure>;
}

/// Mails a six-digit code.
pub struct RequestCode<'a> {
    pub codes: &'a dyn Codes,
    pub mailer: &'a dyn CodeMailer,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
}

impl RequestCode<'_> {
    /// Issues a code for `email`, mails it and returns the minutes until it expires. It does not depend on whether the address has an account, so
    /// that neither the answer nor its cost reveals it (AN-01).
    ///
    /// # Errors
    /// [`Failure::Busy`] above the hourly limit; those of [`CodeMailer::send_code`].
    pub async fn run(&self, email: &Email) -> Result<i64, Failure> {
        let now = self.clock.now();
        let expires_at = Class::SIGN_IN_CODE.expires_at(now);
        let code = format!("{:06}", self.randomness.below(1_000_000));
        let key = self.pepper.email_key(email);
        let hash = self.pepper.code_hash(&key, &code);
        self.codes.issue(&IssuedCode { key, hash, at: now, expires_at }).await?;
        let minutes = expires_at.duration_since(now).as_mins();
        self.mailer.send_code(email, code, minutes).await?;
        Ok(minutes)
    }
}
