//! The stores of one implementation, and what the suites put into them.

use std::sync::Arc;

use ::accounts::{Codes, IssuedCode, Profiles, Sessions, SignIn, SignIns};
use kernel::{AccountSession, Clock, Email, Failure, FixedClock, Reason, SeededRandomness, SignedDuration, Timestamp};
use policy::Class;
use policy::deletion::ExpiredRows;
use studio::{
    Attempts, Breaker, Generation, Generations, NewGeneration, Overdue, OwnGenerations, Placement, Placements, Recipients, Upload, Uploads,
    Views,
};
use wallet::Charge;

use crate::fakes::*;
use crate::{Faults, builders};

/// Every port of the tables, on one clock.
pub struct Stores {
    /// The clock of all of them.
    pub clock: Arc<FixedClock>,
    /// Where the suites' ids come from.
    pub randomness: SeededRandomness,
    /// Sign-in codes.
    pub codes: Box<dyn Codes>,
    /// Sign-ins.
    pub sign_ins: Box<dyn SignIns>,
    /// Sessions.
    pub sessions: Box<dyn Sessions>,
    /// Profiles.
    pub profiles: Box<dyn Profiles>,
    /// Addresses.
    pub recipients: Box<dyn Recipients>,
    /// Uploads.
    pub uploads: Box<dyn Uploads>,
    /// The placing of generations.
    pub placements: Box<dyn Placements>,
    /// Generations.
    pub generations: Box<dyn Generations>,
    /// What was tried for drawings.
    pub attempts: Box<dyn Attempts>,
    /// How vendors are.
    pub breaker: Box<dyn Breaker>,
    /// Generations past their deadline.
    pub overdue: Box<dyn Overdue>,
    /// What owners see.
    pub views: Box<dyn Views>,
    /// An owner's order.
    pub own: Box<dyn OwnGenerations>,
    /// Rows whose time has come.
    pub expired: Box<dyn ExpiredRows>,
}

impl Stores {
    /// The fakes.
    #[must_use]
    pub fn fake(seed: u64) -> Self {
        let clock = Arc::new(FixedClock::at(builders::midnight()));
        let database = FakeDatabase::new(clock.clone(), Faults::default());
        Self {
            clock,
            randomness: SeededRandomness::new(seed),
            codes: Box::new(FakeCodes(database.clone())),
            sign_ins: Box::new(FakeSignIns(database.clone())),
            sessions: Box::new(FakeSessions(database.clone())),
            profiles: Box::new(FakeProfiles(database.clone())),
            recipients: Box::new(FakeRecipients(database.clone())),
            uploads: Box::new(FakeUploads(database.clone())),
            placements: Box::new(FakePlacements(database.clone())),
            generations: Box::new(FakeGenerations(database.clone())),
            attempts: Box::new(FakeAttempts(database.clone())),
            breaker: Box::new(FakeBreaker(database.clone())),
            overdue: Box::new(FakeOverdue(database.clone())),
            views: Box::new(FakeViews(database.clone())),
            own: Box::new(FakeViews(database.clone())),
            expired: Box::new(FakeExpiredRows(database)),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn later(&self, duration: SignedDuration) {
        self.clock.advance(duration);
    }

    /// A caller whose ids no other test has.
    pub(super) fn nobody(&self) -> AccountSession {
        builders::caller(&*self.clock, &self.randomness)
    }

    /// An address no other test has.
    pub(super) fn address(&self) -> Email {
        builders::email(&self.nobody().account.to_string())
    }

    /// A code, newly issued for `email`.
    pub(super) async fn issue(&self, email: &Email, digits: &str) -> IssuedCode {
        let pepper = builders::pepper();
        let key = pepper.email_key(email);
        let now = self.now();
        let expires_at = Class::SIGN_IN_CODE.expires_at(now);
        let code = IssuedCode { hash: pepper.code_hash(&key, digits), key, at: now, expires_at };
        self.codes.issue(&code).await.unwrap();
        code
    }

    /// A first sign-in with a code newly issued.
    pub(super) async fn sign_in(&self, email: &Email, caller: AccountSession, credits: u32) -> SignIn {
        let code = self.issue(email, "123456").await;
        builders::first_sign_in(caller, email, &code.key, &code.hash, credits, self.now())
    }

    /// Somebody with a session and credits.
    pub(super) async fn customer(&self, credits: u32) -> AccountSession {
        let caller = self.nobody();
        let sign_in = self.sign_in(&self.address(), caller, credits).await;
        self.sign_ins.open(&sign_in).await.unwrap();
        caller
    }

    pub(super) async fn balance(&self, caller: &AccountSession) -> (u32, u32) {
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

    /// A generation of `credits` that is placed.
    pub(super) async fn placed(&self, caller: AccountSession, credits: u8) -> Generation {
        let upload = self.upload(caller).await;
        let new_generation = self.new_generation(&upload, credits, &upload.id.to_string());
        assert_eq!(self.placements.place(&new_generation).await.unwrap(), Placement::New);
        new_generation.generation
    }
}

/// The reason of a failure that has one.
pub(super) fn reason<T>(outcome: Result<T, Failure>) -> Option<Reason> {
    match outcome.err()? {
        Failure::Invalid(p) | Failure::Denied(p) | Failure::Missing(p) | Failure::Conflict(p) | Failure::Busy { problem: p, .. } => {
            Some(p.reason)
        }
        Failure::Broken(_) => None,
    }
}
