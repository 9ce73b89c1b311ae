//! Opening and closing sessions.

use async_trait::async_trait;
use kernel::{AccountId, AccountSession, CallerAddress, Clock, Email, Failure, Randomness, Reason, SessionId, Timestamp};
use policy::Class;
use wallet::Entry;

use crate::entry::digits;
use crate::{
    AgeAttestation, CallerNetworks, CodeHash, CodeSlot, Country, Flags, LatestSessions, Lead, LeadPage, MailboxKey, Nonce, Pepper, Salts,
    check_age,
};

/// All rows that a successful sign-in writes, in one transaction.
#[derive(Clone)]
pub struct SignIn {
    /// The slot whose code is used up.
    pub slot: CodeSlot,
    /// The matching code: the transaction removes this one and no newer one.
    pub code: CodeHash,
    pub session: AccountSession,
    pub at: Timestamp,
    pub expires_at: Timestamp,
    /// The account's latest sessions as they were found: none where it is opened.
    pub latest: LatestSessions,
    /// What the account chose, as it was found: the session carries it.
    pub flags: Flags,
    /// The account that a first sign-in opens.
    pub opening: Option<NewAccount>,
}

/// An account as its address leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    pub id: AccountId,
    pub latest: LatestSessions,
    /// What it chose.
    pub flags: Flags,
}

#[derive(Clone)]
pub struct NewAccount {
    pub email: Email,
    /// A BCP 47 language tag.
    pub locale: String,
    pub created_at: Timestamp,
    /// Whose new accounts are counted.
    pub networks: CallerNetworks,
    /// Its address, which may be known already.
    pub lead: Lead,
    pub grant: Option<Grant>,
}

/// The first credits of a mailbox.
#[derive(Clone)]
pub struct Grant {
    pub entry: Entry,
    pub credits: u32,
    /// The mailbox that has had them then, and until when that is known.
    pub mailbox: MailboxKey,
    pub known_until: Timestamp,
    /// How many the service grants in a day.
    pub credits_per_day: u64,
}

/// An entry of a code.
pub struct Guess {
    pub slot: CodeSlot,
    pub networks: CallerNetworks,
    pub at: Timestamp,
}

/// What is under a slot, and whom its address leads to where that was asked for.
#[derive(Clone)]
pub struct Found {
    /// `None` without a code that is still good.
    pub code: Option<CodeHash>,
    pub account: Option<KnownAccount>,
}

/// The codes that people enter, whatever they are for.
#[async_trait]
pub trait Guesses: Send + Sync {
    /// Counts an entry before anything is compared: with its code, which takes [`kernel::limits::CODE_ATTEMPTS`], its address, its networks and both
    /// together; `false` without a code that may still be tried, for which only the networks are counted.
    ///
    /// The counts and their checks are one transaction, so that concurrent guesses cannot exceed a limit.
    ///
    /// # Errors
    /// [`Failure::Busy`] with [`Reason::RateLimited`] above a limit of [`kernel::limits`].
    async fn attempt(&self, guess: &Guess) -> Result<bool, Failure>;

    async fn find(&self, slot: &CodeSlot, now: Timestamp) -> Result<Found, Failure>;
}

#[async_trait]
pub trait SignIns: Send + Sync {
    /// Opens the session with what its account chose, though it chose otherwise meanwhile, and ends the oldest ones of the account where there would be
    /// more than [`kernel::limits::SESSIONS`], though others signed in meanwhile. A new account has its grant unless its mailbox had one.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::CodeRefused`] when the code was used or replaced meanwhile, or the account was erased;
    /// [`Failure::Conflict`] with [`Reason::AccountClosing`] while the account waits for its erasure, and with another reason when it was opened
    /// meanwhile; [`Failure::Busy`] with [`Reason::RateLimited`] when the networks opened too many accounts today, and with [`Reason::BudgetSpent`]
    /// above the budget of grants.
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
    pub guesses: &'a dyn Guesses,
    pub sign_ins: &'a dyn SignIns,
    pub salts: &'a dyn Salts,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
    pub starter: StarterCredits,
}

/// The credits that an account begins with, and how many all accounts of a day begin with together.
#[derive(Debug, Clone, Copy)]
pub struct StarterCredits {
    pub each: u32,
    pub per_day: u64,
}

/// A code as somebody enters it.
pub struct Entered<'a> {
    pub email: &'a Email,
    pub code: &'a str,
    /// The nonces that the browser brings, at least the one of the code.
    pub nonces: &'a [Nonce],
    pub address: CallerAddress,
    /// The language of an account that is opened, as a BCP 47 tag.
    pub locale: &'a str,
    /// What they say of their age, which an account that is opened needs (AN-64).
    pub age: Option<AgeAttestation>,
    pub country: Country,
}

/// Proves that somebody reads the mail of an address, by a code that was mailed to it.
pub struct ProveAddress<'a> {
    pub guesses: &'a dyn Guesses,
    pub salts: &'a dyn Salts,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
}

/// A code that is right, and still to be used up by the transaction of what it is for.
pub struct Proven {
    pub slot: CodeSlot,
    pub code: CodeHash,
    /// Whom its address leads to, where that was asked for.
    pub account: Option<KnownAccount>,
    pub networks: CallerNetworks,
    pub at: Timestamp,
}

impl ProveAddress<'_> {
    /// Compares the code with those that were mailed to the address and asked for by a browser with one of these nonces.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for what cannot be a code, which counts as no attempt; [`Failure::Denied`] with [`Reason::CodeRefused`], the same for a
    /// wrong, used, expired or exhausted code, for an unknown address and for another browser; those of [`Guesses::attempt`].
    pub async fn run(&self, email: &Email, code: &str, nonces: &[Nonce], address: CallerAddress) -> Result<Proven, Failure> {
        let code = digits(code)?;
        let at = self.clock.now();
        // A browser that brings none is counted as one with a nonce that nobody has.
        let stranger = [Nonce::new(self.randomness)];
        let nonces = if nonces.is_empty() { &stranger[..] } else { nonces };
        let key = self.pepper.email_key(email);
        let networks = CallerNetworks::of(address, &key, self.pepper, self.salts, self.randomness, at).await?;
        for nonce in nonces {
            let slot = self.pepper.code_slot(email, nonce);
            let code = self.pepper.code_hash(&slot, &code);
            let guess = Guess { slot, networks: networks.clone(), at };
            if let Some(account) = self.compare(&guess, &code).await? {
                let Guess { slot, networks, at } = guess;
                return Ok(Proven { slot, code, account, networks, at });
            }
        }
        Err(code_refused())
    }

    /// Whom the code lets in, an account or a new one; `None` for a wrong code.
    async fn compare(&self, guess: &Guess, code: &CodeHash) -> Result<Option<Option<KnownAccount>>, Failure> {
        if !self.guesses.attempt(guess).await? {
            return Ok(None);
        }
        let found = self.guesses.find(&guess.slot, guess.at).await?;
        Ok(found.code.is_some_and(|stored| stored.matches(code)).then_some(found.account))
    }
}

impl OpenSession<'_> {
    /// Checks the code and opens a session, with the account on the first sign-in.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::AgeAttestationRequired`] where an account would be opened by somebody who does not say that they are old enough:
    /// the code is right then, and still good.
    ///
    /// Those of [`ProveAddress::run`] and [`SignIns::open`].
    pub async fn run(&self, entered: &Entered<'_>) -> Result<SignedIn, Failure> {
        let Self { guesses, salts, pepper, clock, randomness, .. } = *self;
        let prove = ProveAddress { guesses, salts, pepper, clock, randomness };
        let proven = prove.run(entered.email, entered.code, entered.nonces, entered.address).await?;
        match self.write(entered, &proven, proven.account.clone()).await {
            // Another sign-in opened the account between the read and the write: this time it is found.
            Err(Failure::Conflict(_)) => {
                let found = self.guesses.find(&proven.slot, proven.at).await?;
                self.write(entered, &proven, found.account).await
            }
            other => other,
        }
    }

    async fn write(&self, entered: &Entered<'_>, proven: &Proven, known: Option<KnownAccount>) -> Result<SignedIn, Failure> {
        let now = self.clock.now();
        let (account, latest, flags, opening) = match known {
            Some(known) => (known.id, known.latest, known.flags, None),
            None => {
                check_age(entered.age, entered.country)?;
                let account = AccountId::new(self.clock, self.randomness);
                (account, LatestSessions::default(), Flags::default(), Some(self.new_account(entered, proven, now)))
            }
        };
        let session = AccountSession { account, session: SessionId::new(self.clock, self.randomness) };
        let expires_at = Class::SESSION.expires_at(now);
        let (slot, code) = (proven.slot.clone(), proven.code.clone());
        let sign_in = SignIn { slot, code, session, at: now, expires_at, latest, flags, opening };
        self.sign_ins.open(&sign_in).await?;
        Ok(SignedIn { session, issued_at: now, expires_at })
    }

    fn new_account(&self, entered: &Entered<'_>, proven: &Proven, now: Timestamp) -> NewAccount {
        let StarterCredits { each, per_day } = self.starter;
        let grant = (each > 0).then(|| Grant {
            entry: Entry::starter_grant(each, now),
            credits: each,
            mailbox: self.pepper.mailbox_key(entered.email),
            known_until: Class::MAILBOX_GRANT.expires_at(now),
            credits_per_day: per_day,
        });
        let (email, locale) = (entered.email.clone(), entered.locale.to_owned());
        let lead = Lead::new(entered.email, LeadPage::SignIn, self.pepper, now);
        NewAccount { email, locale, created_at: now, networks: proven.networks.clone(), lead, grant }
    }
}

/// An account that waits for its erasure lets nobody in, until that is taken back.
#[must_use]
pub fn account_closing() -> Failure {
    Failure::conflict(
        Reason::AccountClosing,
        "This account is being erased. The mail about it says how to take that back while there is time.",
    )
}

/// One answer for all codes that do not sign in, so that nobody learns why.
#[must_use]
pub fn code_refused() -> Failure {
    Failure::denied(Reason::CodeRefused, "This code is wrong or no longer works. Ask for a new one.")
}
