//! Requesting a sign-in code.

use async_trait::async_trait;
use kernel::{CallerAddress, Clock, Failure, Randomness, Recipient, Timestamp};
use policy::Class;

use crate::{CallerNetworks, CodeHash, EmailKey, Lead, LeadPage, Nonce, NonceKey, Pepper, Salts};

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
    /// The address, where the page that asks notes it before anybody has signed in.
    pub lead: Option<Lead>,
    /// How many mails with codes the service sends in a day.
    pub mails_per_day: u64,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

#[async_trait]
pub trait Codes: Send + Sync {
    /// Stores a code in place of the older one in its slot, notes its lead, and counts it: by its address, by the networks of who asked, by both together, and in the
    /// budget of the day. All of it or nothing, and the same for an address that gets no mail.
    ///
    /// # Errors
    /// [`Failure::Busy`] with [`kernel::Reason::RateLimited`] above a limit of [`kernel::limits`], and with [`kernel::Reason::BudgetSpent`] above the
    /// budget.
    async fn issue(&self, code: &IssuedCode) -> Result<Issued, Failure>;
}

/// What becomes of a stored code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issued {
    ToBeMailed,
    /// Mail to the address came back, or its owner called ours spam: it gets none for some time.
    Suppressed,
}

/// Mails codes.
#[async_trait]
pub trait CodeMailer: Send + Sync {
    /// Hands the mail with a code of six decimal digits to the mail service. `Ok` means accepted, not delivered.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when the service takes no mail for this address, [`Failure::Busy`] when it throttles or is down, [`Failure::Broken`]
    /// otherwise.
    async fn send_code(&self, to: &Recipient, code: String, minutes: i64) -> Result<(), Failure>;
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
    /// Issues a code for `to` to the browser that has this nonce, or gets one now, and mails it. It does not depend on whether the address has an
    /// account, so that neither the answer nor its cost reveals it (AN-01). An address that gets no mail is answered the same. A page other than that of
    /// signing in notes the address as a lead at once (AN-03).
    ///
    /// # Errors
    /// Those of [`Codes::issue`] and [`CodeMailer::send_code`].
    pub async fn run(
        &self,
        to: &Recipient,
        nonce: Option<Nonce>,
        address: CallerAddress,
        page: LeadPage,
    ) -> Result<CodeRequested, Failure> {
        let now = self.clock.now();
        let expires_at = Class::SIGN_IN_CODE.expires_at(now);
        let code = format!("{:06}", self.randomness.below(1_000_000));
        let nonce = nonce.unwrap_or_else(|| Nonce::new(self.randomness));
        let slot = self.pepper.code_slot(&to.email, &nonce);
        let hash = self.pepper.code_hash(&slot, &code);
        let networks = CallerNetworks::of(address, &slot.key, self.pepper, self.salts, self.randomness, now).await?;
        // Whoever signs in becomes one once the address is proven.
        let lead = (page != LeadPage::SignIn).then(|| Lead::new(&to.email, page, self.pepper, now));
        let issued = IssuedCode { slot, hash, networks, lead, mails_per_day: self.mails_per_day, at: now, expires_at };
        let minutes = expires_at.duration_since(now).as_mins();
        match self.codes.issue(&issued).await? {
            Issued::ToBeMailed => self.mailer.send_code(to, code, minutes).await?,
            // A metric counts these lines.
            Issued::Suppressed => tracing::warn!("a code for a suppressed address was not mailed"),
        }
        Ok(CodeRequested { minutes, nonce })
    }
}
