//! Another address for an account (AN-55): a code from the old mailbox and one from the new.

use async_trait::async_trait;
use kernel::{AccountSession, Clock, Email, EmailChangeId, Failure, Randomness, Reason, Recipient, Timestamp};
use policy::Class;

use crate::entry::digits;
use crate::{CodeHash, EmailKey, Pepper, code_refused};

/// A change that was asked for.
#[derive(Clone)]
pub struct EmailChange {
    pub id: EmailChangeId,
    pub caller: AccountSession,
    /// The address that the account has.
    pub from: Email,
    pub to: Email,
    /// The keyed hash of the code that is mailed to the old address, and of that to the new one.
    pub codes: [CodeHash; 2],
    /// The key of the new address, by which codes are counted.
    pub to_key: EmailKey,
    /// How many mails with codes the service sends in a day.
    pub mails_per_day: u64,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

/// A change as it is stored, with the language of its owner.
#[derive(Clone)]
pub struct StoredChange {
    pub from: Recipient,
    pub to: Recipient,
    pub codes: [CodeHash; 2],
    pub progress: Progress,
}

/// How far a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Asked,
    /// The account has the new address.
    Made,
    /// And both addresses were told.
    Told,
}

/// The addresses of a change, as keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub id: EmailChangeId,
    pub from: Email,
    pub from_key: EmailKey,
    pub to: Email,
    pub to_key: EmailKey,
    pub at: Timestamp,
}

#[async_trait]
pub trait EmailChanges: Send + Sync {
    /// Whom the mails of the account go to.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed or the account is gone.
    async fn recipient(&self, caller: &AccountSession) -> Result<Recipient, Failure>;

    /// Stores a change, and counts it: by its account, the codes of the new address, and two mails in the budget of the day. All of it or nothing, and the same
    /// whether or not the new address has an account.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed, [`Failure::Busy`] with [`Reason::RateLimited`] above a limit of [`kernel::limits`], and with
    /// [`Reason::BudgetSpent`] above the budget.
    async fn ask(&self, change: &EmailChange) -> Result<(), Failure>;

    /// Counts an entry of the codes before they are compared, and reads the change.
    ///
    /// # Errors
    /// [`Failure::Missing`] where it is unknown, another's or over; [`Failure::Denied`] when the session is closed, and with [`Reason::CodeRefused`] after
    /// [`kernel::limits::CODE_ATTEMPTS`].
    async fn attempt(&self, caller: &AccountSession, id: EmailChangeId, now: Timestamp) -> Result<StoredChange, Failure>;

    /// Gives the account its new address: profile, the row that leads to it, whether it gets marketing, and the lead, in one transaction, which ends all other
    /// sessions, though others sign in meanwhile. What the new address chose about marketing before stays so.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::SignedOut`] when the session is closed, and with [`Reason::CodeRefused`] when the account has another address by
    /// now; [`Failure::Conflict`] with [`Reason::AddressTaken`] when the new address has an account.
    async fn make(&self, caller: &AccountSession, change: &Move) -> Result<(), Failure>;

    /// Notes that both addresses were told. Idempotent.
    async fn note_told(&self, caller: &AccountSession, id: EmailChangeId) -> Result<(), Failure>;
}

/// Which mail of a change it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeMail {
    /// The code for the address that the account has.
    ToOld { code: String, hours: i64 },
    /// The code for the address that it is to have.
    ToNew { code: String, hours: i64 },
    /// To both: it was changed.
    Changed,
}

#[async_trait]
pub trait ChangeMailer: Send + Sync {
    /// Hands a mail to the mail service. `Ok` means accepted, not delivered.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when the service takes no mail for this address, [`Failure::Busy`] when it throttles or is down, [`Failure::Broken`]
    /// otherwise.
    async fn send_of_change(&self, to: &Recipient, mail: ChangeMail) -> Result<(), Failure>;
}

/// Asks for another address.
pub struct AskForEmailChange<'a> {
    pub changes: &'a dyn EmailChanges,
    pub mailer: &'a dyn ChangeMailer,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
    pub mails_per_day: u64,
}

/// A change that was asked for, and until when its codes are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmailChangeAsked {
    pub id: EmailChangeId,
    pub expires_at: Timestamp,
}

impl AskForEmailChange<'_> {
    /// Mails a code to the address that the account has, and another to the one that it is to have. Neither the answer nor its cost depends on whether that one
    /// has an account already.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for the address that the account has; those of [`EmailChanges`] and [`ChangeMailer`].
    pub async fn run(&self, caller: &AccountSession, to: &Email) -> Result<EmailChangeAsked, Failure> {
        let recipient = self.changes.recipient(caller).await?;
        if recipient.email == *to {
            return Err(Failure::invalid(Reason::FieldInvalid, "email is the address that the account has."));
        }
        let (now, id) = (self.clock.now(), EmailChangeId::new(self.clock, self.randomness));
        let expires_at = Class::EMAIL_CHANGE.expires_at(now);
        let [old, new] = [(); 2].map(|()| format!("{:06}", self.randomness.below(1_000_000)));
        let change = EmailChange {
            id,
            caller: *caller,
            codes: hashes(self.pepper, id, [(&recipient.email, old.as_str()), (to, new.as_str())]),
            to_key: self.pepper.email_key(to),
            from: recipient.email.clone(),
            to: to.clone(),
            mails_per_day: self.mails_per_day,
            at: now,
            expires_at,
        };
        self.changes.ask(&change).await?;
        let hours = expires_at.duration_since(now).as_hours();
        self.mailer.send_of_change(&recipient, ChangeMail::ToOld { code: old, hours }).await?;
        let new_mailbox = Recipient { email: to.clone(), language: recipient.language };
        self.mailer.send_of_change(&new_mailbox, ChangeMail::ToNew { code: new, hours }).await?;
        Ok(EmailChangeAsked { id, expires_at })
    }
}

/// Gives an account its new address.
pub struct ConfirmEmailChange<'a> {
    pub changes: &'a dyn EmailChanges,
    pub mailer: &'a dyn ChangeMailer,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
}

impl ConfirmEmailChange<'_> {
    /// Checks both codes, changes the address, ends all other sessions and tells both addresses. A repetition changes nothing, and tells whom a run that died
    /// did not.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for what cannot be codes, which counts as no attempt; [`Failure::Denied`] with [`Reason::CodeRefused`], the same for either code
    /// being wrong; those of [`EmailChanges`] and [`ChangeMailer`].
    pub async fn run(&self, caller: &AccountSession, id: EmailChangeId, old_code: &str, new_code: &str) -> Result<(), Failure> {
        let (old, new) = (digits(old_code)?, digits(new_code)?);
        let now = self.clock.now();
        let stored = self.changes.attempt(caller, id, now).await?;
        let entered = hashes(self.pepper, id, [(&stored.from.email, old.as_str()), (&stored.to.email, new.as_str())]);
        // Both are compared, whatever comes of the first.
        let right = stored.codes.iter().zip(&entered).fold(true, |right, (stored, entered)| stored.matches(entered) && right);
        if !right {
            return Err(code_refused());
        }
        if stored.progress == Progress::Asked {
            self.changes.make(caller, &self.moving(id, &stored, now)).await?;
        }
        if stored.progress != Progress::Told {
            self.tell(&stored).await?;
            self.changes.note_told(caller, id).await?;
        }
        Ok(())
    }

    fn moving(&self, id: EmailChangeId, stored: &StoredChange, at: Timestamp) -> Move {
        let key = |recipient: &Recipient| self.pepper.email_key(&recipient.email);
        let (from, to) = (stored.from.email.clone(), stored.to.email.clone());
        Move { id, from, from_key: key(&stored.from), to, to_key: key(&stored.to), at }
    }

    /// The old address may take no mail any more: that is no reason to leave the other untold.
    async fn tell(&self, stored: &StoredChange) -> Result<(), Failure> {
        for recipient in [&stored.from, &stored.to] {
            match self.mailer.send_of_change(recipient, ChangeMail::Changed).await {
                Ok(()) | Err(Failure::Invalid(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }
}

/// The stored forms of the codes for two addresses.
fn hashes(pepper: &Pepper, id: EmailChangeId, codes: [(&Email, &str); 2]) -> [CodeHash; 2] {
    codes.map(|(email, code)| pepper.email_change_hash(id, email, code))
}

/// The refusal of an address that has an account: whoever hears it proved that the address is theirs.
#[must_use]
pub fn address_taken() -> Failure {
    Failure::conflict(Reason::AddressTaken, "This address has an account of its own. Erase that account first, or sign in to it.")
}
