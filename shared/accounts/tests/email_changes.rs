//! Another address on fakes: both codes, no word of who has an account, and a fault at every call (AN-55).
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;

use accounts::{AskForEmailChange, ConfirmEmailChange, EmailChangeAsked, Flags, KnownAccount, LatestSessions, Pepper};
use kernel::{AccountSession, Clock, Failure, FixedClock, Reason, SeededRandomness, SignedDuration};
use outreach::Mail;
use testkit::fakes::{FakeDatabase, FakeEmailChanges, FakeMailer, SessionRow};
use testkit::{Crashed, Faults, Kind, When, builders, survive};

const FAULTS: [(When, Kind); 6] = [
    (When::Before, Kind::Crash),
    (When::After, Kind::Crash),
    (When::Before, Kind::Busy),
    (When::After, Kind::Busy),
    (When::Before, Kind::Broken),
    (When::After, Kind::Broken),
];

struct World {
    clock: Arc<FixedClock>,
    faults: Faults,
    database: FakeDatabase,
    mailer: FakeMailer,
    pepper: Pepper,
    randomness: SeededRandomness,
}

impl World {
    fn new() -> Self {
        let (clock, faults) = (Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        Self {
            database: FakeDatabase::new(clock.clone(), faults.clone()),
            mailer: FakeMailer::new(faults.clone()),
            pepper: builders::pepper(),
            randomness: SeededRandomness::new(5),
            clock,
            faults,
        }
    }

    /// Somebody with an account of this address.
    fn person(&self, name: &str) -> AccountSession {
        let (caller, now) = (builders::caller(&*self.clock, &self.randomness), self.clock.now());
        let expires_at = now + SignedDuration::from_hours(24 * 30);
        let mut rows = self.database.rows();
        rows.profiles.insert(caller.account, (builders::email(name), "en".into(), now));
        let (latest, _) = LatestSessions::default().opening(caller.session, expires_at, now);
        let known = KnownAccount { id: caller.account, latest, flags: Flags::default() };
        rows.email_index.insert(self.pepper.email_key(&builders::email(name)), known);
        rows.sessions.insert(caller.session, SessionRow { account: caller.account, expires_at, flags: Flags::default() });
        caller
    }

    async fn ask(&self, caller: &AccountSession, to: &str) -> Result<Result<EmailChangeAsked, Failure>, Crashed> {
        let (changes, pepper, clock) = (&FakeEmailChanges(self.database.clone()), &self.pepper, &*self.clock);
        let ask = AskForEmailChange { changes, mailer: &self.mailer, pepper, clock, randomness: &self.randomness, mails_per_day: 100 };
        survive(ask.run(caller, &builders::email(to))).await
    }

    async fn confirm(&self, caller: &AccountSession, asked: EmailChangeAsked, codes: [&str; 2]) -> Result<Result<(), Failure>, Crashed> {
        let (changes, pepper, clock) = (&FakeEmailChanges(self.database.clone()), &self.pepper, &*self.clock);
        let confirm = ConfirmEmailChange { changes, mailer: &self.mailer, pepper, clock };
        survive(confirm.run(caller, asked.id, codes[0], codes[1])).await
    }

    /// The codes that were mailed last, to the old address and to the new.
    fn codes(&self) -> [String; 2] {
        let sent = self.mailer.sent();
        let last = |wanted: fn(&Mail) -> Option<String>| sent.iter().rev().find_map(|(_, mail)| wanted(mail)).unwrap();
        [
            last(|mail| if let Mail::EmailChangeOld { code, .. } = mail { Some(code.clone()) } else { None }),
            last(|mail| if let Mail::EmailChangeNew { code, .. } = mail { Some(code.clone()) } else { None }),
        ]
    }

    /// The addresses that were told of a change, in order.
    fn told(&self) -> Vec<String> {
        let sent = self.mailer.sent();
        sent.iter().filter(|(_, mail)| *mail == Mail::EmailChanged).map(|(to, _)| to.email.as_str().to_owned()).collect()
    }

    fn address(&self, caller: &AccountSession) -> String {
        self.database.rows().profiles[&caller.account].0.as_str().to_owned()
    }
}

fn is_refused(answer: &Result<(), Failure>) -> bool {
    matches!(answer, Err(Failure::Denied(problem)) if problem.reason == Reason::CodeRefused)
}

fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn an_55_both_codes_are_needed_and_both_addresses_are_told() {
    let world = World::new();
    let caller = world.person("ada");
    let asked = world.ask(&caller, "grace").await.unwrap().unwrap();
    assert_eq!(asked.expires_at.duration_since(world.clock.now()), SignedDuration::from_hours(24));
    let [old, new] = world.codes();
    let wrong = other_than(&old);
    for codes in [[&*old, &*old], [&*new, &*new], [&*new, &*old], [&*wrong, &*new]] {
        assert!(old == new || is_refused(&world.confirm(&caller, asked, codes).await.unwrap()), "{codes:?}");
        assert_eq!(world.address(&caller), "ada@example.org");
    }
    assert!(world.told().is_empty());
    for _ in 0..1 {
        world.confirm(&caller, asked, [&old, &new]).await.unwrap().unwrap();
        assert_eq!(
            (world.address(&caller), world.told()),
            ("grace@example.org".into(), vec!["ada@example.org".into(), "grace@example.org".into()])
        );
    }
    assert!(is_refused(&world.confirm(&caller, asked, [&old, &new]).await.unwrap()), "five attempts");
}

#[tokio::test]
async fn an_55_neither_answer_nor_cost_says_whether_an_address_has_an_account() {
    let world = World::new();
    let (ada, eve) = (world.person("ada"), world.person("eve"));
    let calls = async |caller: &AccountSession, to: &str| {
        let before = world.faults.calls().len();
        world.ask(caller, to).await.unwrap().unwrap();
        world.faults.calls()[before..].to_vec()
    };
    assert_eq!(calls(&ada, "eve").await, calls(&eve, "nobody").await);
    let asked = world.ask(&ada, "eve").await.unwrap().unwrap();
    let [old, new] = world.codes();
    let taken = world.confirm(&ada, asked, [&old, &new]).await.unwrap();
    assert!(matches!(taken, Err(Failure::Conflict(problem)) if problem.reason == Reason::AddressTaken), "who has the mailbox is told");
    assert_eq!(world.address(&ada), "ada@example.org");
    assert!(matches!(world.ask(&ada, "ada").await.unwrap(), Err(Failure::Invalid(_))));
}

#[tokio::test]
async fn an_55_whatever_fails_a_repetition_makes_the_change_once_and_tells_both() {
    for (when, kind) in FAULTS {
        for nth in 0.. {
            let world = World::new();
            let caller = world.person("ada");
            let asked = world.ask(&caller, "grace").await.unwrap().unwrap();
            let [old, new] = world.codes();
            world.faults.fail(nth, when, kind);
            let made = matches!(world.confirm(&caller, asked, [&old, &new]).await, Ok(Ok(())));
            let hit = world.faults.clear();
            assert_eq!(made, hit.is_empty(), "{when:?} {kind:?} {hit:?}");
            world.confirm(&caller, asked, [&old, &new]).await.unwrap().unwrap();
            assert_eq!(world.address(&caller), "grace@example.org");
            let told = world.told();
            assert!(told.contains(&"ada@example.org".to_owned()) && told.contains(&"grace@example.org".to_owned()), "{told:?}");
            assert!(made || told.len() <= 4, "{told:?}");
            if made {
                break;
            }
        }
    }
}
