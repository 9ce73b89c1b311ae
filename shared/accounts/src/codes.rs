//! Requesting a sign-in code.

use async_trait::async_trait;
use kernel::{CallerAddress, Clock, Email, Failure, Randomness, Timestamp};
use policy::Class;

use crate::{CallerNetworks, CodeHash, EmailKey, Nonce, NonceKey, Pepper, Salts};

/// Where a code is stored: under the address it was mailed to and the browser that asked for it. So a newer code of a browser replaces its older one,
/// and the codes of different browsers stand side by side: a stranger who asks for one, or guesses at it, takes nothing from the owner of the address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CodeSlot {
    pub key: EmailKey,
    pub nonce: NonceKey,
}

/// A stored code.
pub struct IssuedCode {
    pub slot: CodeSlot,
    /// The keyed hash of the code.
    pub hash: CodeHash,
    pub networks: CallerNetworks,
    /// How many mails with codes the service sends in a day.
    pub mails_per_day: u64,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

#[async_trait]
pub trait Codes: Send + Sync {
    /// Stores a code in place of the older one in its slot, and counts it: by its address, by the networks of who asked, by both together, and in the
    /// budget of the day. All of it or nothing.
    ///
    /// # Errors
    /// [`Failure::Busy`] with [`kernel::Reason::RateLimited`] above a limit of [`kernel::limits`], and with [`kernel::Reason::BudgetSpent`] above the
    /// budget.
    async fn issue(&self, code: &IssuedCode) -> Result<(), Failure>;
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
    pub salts: &'a dyn Salts,
    pub mailer: &'a dyn CodeMailer,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
    pub mails_per_day: u64,
}

/// A code that was mailed.
pub struct CodeRequested {
    pub minutes: i64,
    /// What the browser must bring with the code.
    pub nonce: Nonce,
}

impl RequestCode<'_> {
    /// Issues a code for `email` to the browser that has this nonce, or gets one now, and mails it. It does not depend on whether the address has an
    /// account, so that neither the answer nor its cost reveals it (AN-01).
    ///
    /// # Errors
    /// Those of [`Codes::issue`] and [`CodeMailer::send_code`].
    pub async fn run(&self, email: &Email, nonce: Option<Nonce>, address: CallerAddress) -> Result<CodeRequested, Failure> {
        let now = self.clock.now();
        let expires_at = Class::SIGN_IN_CODE.expires_at(now);
        let code = format!("{:06}", self.randomness.below(1_000_000));
        let nonce = nonce.unwrap_or_else(|| Nonce::new(self.randomness));
        let slot = self.pepper.code_slot(email, &nonce);
        let hash = self.pepper.code_hash(&slot, &code);
        let networks = CallerNetworks::of(address, &slot.key, self.pepper, self.salts, self.randomness, now).await?;
        let issued = IssuedCode { slot, hash, networks, mails_per_day: self.mails_per_day, at: now, expires_at };
        self.codes.issue(&issued).await?;
        let minutes = expires_at.duration_since(now).as_mins();
        self.mailer.send_code(email, code, minutes).await?;
        Ok(CodeRequested { minutes, nonce })
    }
}
