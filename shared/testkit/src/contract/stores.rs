//! The stores of one implementation, and the rows that the suites put into them.

use std::sync::Arc;

use ::accounts::{
    CallerNetworks, CodeSlot, Codes, EmailChanges, EmailKey, Guess, Guesses, IssuedCode, KnownAccount, Leads, Nonce, Profiles, Recipients,
    Salts, Sessions, SignIn, SignIns,
};
use ::rights::{Erasures, ReceiptLog};
use choices::Choices;
use kernel::{
    AccountSession, CallerAddress, Clock, Email, Failure, FixedClock, Randomness, Reason, SeededRandomness, SignedDuration, Timestamp,
};
use payments::{Checkouts, OrderViews, Orders};
use policy::Class;
use policy::deletion::ExpiredRows;
use studio::{
    Admission, Attempts, Breaker, Generation, Generations, NewGeneration, Overdue, OwnGenerations, Placement, Placements, Upload, Uploads,
    Views,
};
use trials::{Claims, TrialLinks, Trials};
use wallet::{Charge, Statements};

use crate::fakes::*;
use crate::{Faults, builders};

/// So many rows that every shard of an index has some.
pub(super) const MANY: usize = 128;

/// All ports of the tables, on one clock.
pub struct Stores {
    pub clock: Arc<FixedClock>,
    pub randomness: SeededRandomness,
    pub codes: Box<dyn Codes>,
    pub salts: Box<dyn Salts>,
    pub guesses: Box<dyn Guesses>,
    pub sign_ins: Box<dyn SignIns>,
    pub sessions: Box<dyn Sessions>,
    pub profiles: Box<dyn Profiles>,
    pub recipients: Box<dyn Recipients>,
    pub uploads: Box<dyn Uploads>,
    pub placements: Box<dyn Placements>,
    pub generations: Box<dyn Generations>,
    pub attempts: Box<dyn Attempts>,
    pub breaker: Box<dyn Breaker>,
    pub admission: Box<dyn Admission>,
    pub overdue: Box<dyn Overdue>,
    pub views: Box<dyn Views>,
    pub own: Box<dyn OwnGenerations>,
    pub expired: Box<dyn ExpiredRows>,
    pub checkouts: Box<dyn Checkouts>,
    pub orders: Box<dyn Orders>,
    pub order_views: Box<dyn OrderViews>,
    pub statements: Box<dyn Statements>,
    pub leads: Box<dyn Leads>,
    pub trials: Box<dyn Trials>,
    pub links: Box<dyn TrialLinks>,
    pub claims: Box<dyn Claims>,
    pub erasures: Box<dyn Erasures>,
    pub log: Box<dyn ReceiptLog>,
    pub choices: Box<dyn Choices>,
    pub email_changes: Box<dyn EmailChanges>,
}

impl Stores {
    #[must_use]
    pub fn fake(seed: u64) -> Self {
        Self::of(FakeDatabase::new(Arc::new(FixedClock::at(builders::midnight())), Faults::default()), seed)
    }

    /// The fakes on these tables.
    #[must_use]
    pub fn of(database: FakeDatabase, seed: u64) -> Self {
        Self {
            clock: database.clock.clone(),
            randomness: SeededRandomness::new(seed),
            codes: Box::new(FakeCodes(database.clone())),
            salts: Box::new(FakeSalts(database.clone())),
            guesses: Box::new(FakeGuesses(database.clone())),
            sign_ins: Box::new(FakeSignIns(database.clone())),
            sessions: Box::new(FakeSessions(database.clone())),
            profiles: Box::new(FakeProfiles(database.clone())),
            recipients: Box::new(FakeRecipients(database.clone())),
            uploads: Box::new(FakeUploads(database.clone())),
            placements: Box::new(FakePlacements(database.clone())),
            generations: Box::new(FakeGenerations(database.clone())),
            attempts: Box::new(FakeAttempts(database.clone())),
            breaker: Box::new(FakeBreaker(database.clone())),
            admission: Box::new(FakeAdmission(database.clone())),
            overdue: Box::new(FakeOverdue(database.clone())),
            views: Box::new(FakeViews(database.clone())),
            own: Box::new(FakeViews(database.clone())),
            expired: Box::new(FakeExpiredRows(database.clone())),
            checkouts: Box::new(FakeOrders(database.clone())),
            orders: Box::new(FakeOrders(database.clone())),
            order_views: Box::new(FakeOrders(database.clone())),
            statements: Box::new(FakeOrders(database.clone())),
            leads: Box::new(FakeLeads(database.clone())),
            trials: Box::new(FakeTrials(database.clone())),
            links: Box::new(FakeTrials(database.clone())),
            claims: Box::new(FakeTrials(database.clone())),
            erasures: Box::new(FakeErasures(database.clone())),
            log: Box::new(FakeReceiptLog(database.clone())),
            choices: Box::new(FakeChoices(database.clone())),
            email_changes: Box::new(FakeEmailChanges(database)),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Turns back by years that no other suite turns back by, so that what is due then is of one suite alone, though all of them write to the same tables
    /// at the same time.
    pub(super) fn turn_back(&self, years: i64) {
        self.later(SignedDuration::from_hours(-365 * 24 * years));
    }

    pub(super) fn later(&self, duration: SignedDuration) {
        self.clock.advance(duration);
    }

    /// A caller with ids that no other test uses.
    pub(super) fn nobody(&self) -> AccountSession {
        builders::caller(&*self.clock, &self.randomness)
    }

    /// An address that no other test uses.
    pub(super) fn address(&self) -> Email {
        builders::email(&self.nobody().account.to_string())
    }

    /// An address of the network that no other test uses, nor its block.
    pub(super) fn network(&self) -> CallerAddress {
        let mut bytes = [0; 16];
        self.randomness.fill(&mut bytes);
        bytes[0] = 0x20;
        CallerAddress::read(&std::net::Ipv6Addr::from(bytes).to_string())
    }

    pub(super) async fn networks(&self, address: CallerAddress, key: &EmailKey) -> CallerNetworks {
        CallerNetworks::of(address, key, &builders::pepper(), &*self.salts, &self.randomness, self.now()).await.unwrap()
    }

    /// The slot of a browser that no other test uses.
    pub(super) fn slot(&self, email: &Email) -> CodeSlot {
        builders::pepper().code_slot(email, &Nonce::new(&self.randomness))
    }

    /// A fresh code for this slot, which is not issued yet.
    pub(super) async fn code(&self, slot: &CodeSlot, digits: &str, address: CallerAddress) -> IssuedCode {
        let now = self.now();
        IssuedCode {
            hash: builders::pepper().code_hash(slot, digits),
            slot: slot.clone(),
            networks: self.networks(address, &slot.key).await,
            lead: None,
            mails_per_day: builders::PER_DAY,
            at: now,
            expires_at: Class::SIGN_IN_CODE.expires_at(now),
        }
    }

    /// A fresh code for `email`, of a browser and a network of its own.
    pub(super) async fn issue(&self, email: &Email, digits: &str) -> IssuedCode {
        let code = self.code(&self.slot(email), digits, self.network()).await;
        self.codes.issue(&code).await.unwrap();
        code
    }

    /// A code that was mailed to `email`, with the nonce of its browser.
    pub(super) async fn mailed(&self, email: &Email) -> (Nonce, String) {
        let nonce = Nonce::new(&self.randomness);
        let code = self.code(&builders::pepper().code_slot(email, &nonce), "123456", self.network()).await;
        self.codes.issue(&code).await.unwrap();
        (nonce, "123456".to_owned())
    }

    /// Tries the code of a slot from a network of its own.
    pub(super) async fn attempt(&self, slot: &CodeSlot) -> Result<bool, Failure> {
        self.attempt_from(slot, self.network()).await
    }

    pub(super) async fn attempt_from(&self, slot: &CodeSlot, address: CallerAddress) -> Result<bool, Failure> {
        let networks = self.networks(address, &slot.key).await;
        self.guesses.attempt(&Guess { slot: slot.clone(), networks, at: self.now() }).await
    }

    pub(super) async fn account_of(&self, slot: &CodeSlot) -> Option<KnownAccount> {
        self.guesses.find(slot, self.now()).await.unwrap().account
    }

    /// A first sign-in with a fresh code.
    pub(super) async fn sign_in(&self, email: &Email, caller: AccountSession, credits: u32) -> SignIn {
        let code = self.issue(email, "123456").await;
        builders::first_sign_in(caller, email, (&code.slot, &code.hash), code.networks, credits, self.now())
    }

    /// A sign-in to a known account with a fresh code.
    pub(super) async fn sign_in_again(&self, email: &Email) -> SignIn {
        let code = self.issue(email, "123456").await;
        let known = self.account_of(&code.slot).await.unwrap();
        let session = AccountSession { account: known.id, session: self.nobody().session };
        let first = builders::first_sign_in(session, email, (&code.slot, &code.hash), code.networks, 0, self.now());
        SignIn { latest: known.latest, flags: known.flags, opening: None, ..first }
    }

    /// A caller with a session and credits.
    pub(super) async fn customer(&self, credits: u32) -> AccountSession {
        let caller = self.nobody();
        let sign_in = self.sign_in(&self.address(), caller, credits).await;
        self.sign_ins.open(&sign_in).await.unwrap();
        caller
    }

    pub(super) async fn balance(&self, caller: &AccountSession) -> (i64, u32) {
        let balance = self.profiles.me(caller).await.unwrap().balance;
        (balance.available, balance.held)
    }

    pub(super) async fn upload(&self, caller: AccountSession) -> Upload {
        let upload = builders::upload(caller, &*self.clock, &self.randomness);
        self.uploads.open(&upload).await.unwrap();
        upload
    }

    pub(super) fn new_generation(&self, upload: &Upload, credits: u8, key: &str) -> NewGeneration {
        builders::new_generation(upload.principal, upload.id, Charge::Credits(u32::from(credits)), key, &*self.clock, &self.randomness)
    }

    pub(super) async fn placed(&self, caller: AccountSession, credits: u8) -> Generation {
        let upload = self.upload(caller).await;
        let new_generation = self.new_generation(&upload, credits, &upload.id.to_string());
        assert_eq!(self.placements.place(&new_generation).await.unwrap(), Placement::New);
        new_generation.generation
    }
}

/// The reason of a failure, if it has one.
pub(super) fn reason<T>(outcome: Result<T, Failure>) -> Option<Reason> {
    match outcome.err()? {
        Failure::Invalid(p) | Failure::Denied(p) | Failure::Missing(p) | Failure::Conflict(p) | Failure::Busy { problem: p, .. } => {
            Some(p.reason)
        }
        Failure::Broken(_) => None,
    }
}
