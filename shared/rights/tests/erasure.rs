//! An erasure runs to its end, whoever dies on the way.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use accounts::{LatestSessions, Pass};
use kernel::{AccountId, Clock, FixedClock, SeededRandomness, SignedDuration};
use policy::{Class, Table};
use receipts::Nonce;
use rights::{Closing, Erasure, ErasureDue, ErasureId, Erasures, GoOnErasing, Person, Place, Salt, Step, TakeBack, places};
use testkit::fakes::{FakeBelongings, FakeDatabase, FakeErasures, FakeQueue};
use testkit::{Faults, Kind, When, builders, survive};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

struct World {
    clock: Arc<FixedClock>,
    database: FakeDatabase,
    belongings: FakeBelongings,
    queue: FakeQueue<ErasureDue>,
    faults: Faults,
    key: Pass,
    person: Person,
}

impl World {
    /// An account with some of everything, whose erasure was asked for just now.
    async fn new() -> Self {
        let (clock, faults, randomness) = (Arc::new(FixedClock::at(builders::midnight())), Faults::default(), SeededRandomness::new(5));
        let database = FakeDatabase::new(clock.clone(), faults.clone());
        let person =
            Person { account: Some(AccountId::new(&*clock, &randomness)), address: builders::pepper().email_key(&builders::email("ada")) };
        let belongings = FakeBelongings::new(faults.clone());
        let account = person.account.unwrap();
        database.rows().profiles.insert(account, (builders::email("ada"), "en".into(), clock.now()));
        belongings.things().accounts.insert(person.address.as_str().to_owned(), account);
        let asked = clock.now();
        for (at, place) in places(&person).into_iter().enumerate() {
            match place {
                Place::Objects { prefix } => {
                    belongings.things().objects.extend((0..7).map(|number| (format!("{prefix}upl_{number}/original"), asked)));
                }
                Place::Partition { table, pk } => {
                    for number in 0..4 {
                        belongings.put(table, &pk, &format!("ATT#{at}#{number}"), Class::Attempt, &[("openai", asked)]);
                    }
                }
            }
        }
        let own = format!("ACC#{account}");
        belongings.put(Table::Accounts, &own, "PROFILE", Class::Account, &[]);
        belongings.put(Table::Accounts, &own, "ORD#ord_1", Class::Order, &[("polar", asked)]);
        belongings.put(Table::Accounts, "REFUNDS#WAITING", "ORD#ord_1", Class::RefundRequest, &[]);
        let key = Pass::new(&randomness);
        let world = Self { queue: FakeQueue::new(faults.clone()), clock, database, belongings, faults, key, person };
        world.ask(&randomness).await;
        world
    }

    async fn ask(&self, randomness: &SeededRandomness) {
        let now = self.clock.now();
        let erasure = Erasure {
            id: self.id(),
            version: 1,
            step: Step::Closing,
            person: Some(self.person.clone()),
            salt: Some(Salt::of(&self.key)),
            nonce: Nonce::new(randomness),
            asked_at: now,
            closed_at: now,
            purged_at: None,
            verified_at: None,
            done_at: None,
            counted: None,
            vendors: BTreeMap::new(),
            policy: policy::inventory().version().to_owned(),
            statement: None,
            index: None,
            due: now.checked_add(policy::inventory().erasure().regret()).ok(),
        };
        let closing = Closing { erasure, code: None, latest: LatestSessions::default() };
        FakeErasures(self.database.clone()).close(&closing).await.unwrap();
    }

    fn id(&self) -> ErasureId {
        ErasureId::of(&self.key)
    }

    fn erasure(&self) -> Erasure {
        self.database.rows().erasures[&self.id()].clone()
    }

    /// One message, by a worker with so much time.
    async fn go_on_for(&self, time: SignedDuration) -> Result<(), kernel::Failure> {
        let erasures = FakeErasures(self.database.clone());
        let until = self.clock.now().checked_add(time).unwrap();
        let Self { belongings, queue, clock, .. } = self;
        GoOnErasing { erasures: &erasures, belongings, list: belongings, objects: belongings, queue, clock: &**clock, until }
            .run(self.id())
            .await
    }

    async fn go_on(&self) {
        self.go_on_for(HOUR).await.unwrap();
    }

    fn left(&self) -> (usize, usize) {
        let things = self.belongings.things();
        (things.rows.len(), things.objects.len())
    }

    /// To the end, as the schedule tells it every hour.
    async fn to_the_end(&self) -> Erasure {
        for _ in 0..40 * 24 {
            self.go_on().await;
            if self.erasure().due.is_none() {
                return self.erasure();
            }
            self.clock.advance(HOUR);
        }
        panic!("it does not end: {:?}", self.erasure().step);
    }
}

#[tokio::test]
async fn an_49_an_56_everything_is_gone_in_time_and_the_statement_says_what_was_there() {
    let world = World::new().await;
    let (rows, objects) = world.left();
    world.go_on().await;
    assert_eq!((world.left(), world.erasure().step), ((rows, objects), Step::Closing), "a day to take it back");
    let done = world.to_the_end().await;
    assert_eq!((done.step, world.left()), (Step::Done, (0, 0)));
    assert!(done.done_at.unwrap().duration_since(done.asked_at) <= policy::inventory().erasure().within());
    assert!(done.done_at.unwrap().duration_since(done.purged_at.unwrap()) >= policy::inventory().backup(Table::Accounts).unwrap());
    assert!(done.verified_at.unwrap().duration_since(done.purged_at.unwrap()) >= SignedDuration::from_mins(15), "it is looked for twice");
    assert_eq!((done.person, done.salt), (None, None), "whose it was is said nowhere");
    let statement: serde_json::Value = serde_json::from_str(&done.statement.unwrap()).unwrap();
    assert_eq!(statement["objects"]["count"], objects);
    // The request for a refund is not in a place of its own; it is gone with its order all the same.
    assert_eq!(statement["erased"]["attempt"], rows - 3);
    assert_eq!(statement["erased"]["order"], 1);
    let names: Vec<&str> = statement["vendors"].as_array().unwrap().iter().map(|vendor| vendor["name"].as_str().unwrap()).collect();
    assert!(names.len() == 2 && names[0].contains("OpenAI") && names[1].contains("Polar"), "{names:?}");
    assert!(statement["residue"].as_array().unwrap().iter().all(|left| left["until"].is_string()), "what stays has an end");
}

/// An account's own rows and files are all of it: other people's stay.
#[tokio::test]
async fn nothing_of_anybody_else_goes() {
    let world = World::new().await;
    let other = AccountId::new(&*world.clock, &SeededRandomness::new(6));
    world.belongings.put(Table::Studio, &format!("ACC#{other}"), "GEN#1", Class::Generation, &[]);
    world.belongings.things().objects.insert(format!("generated/{other}/gen_1/bundle.zip"), world.clock.now());
    world.to_the_end().await;
    assert_eq!(world.left(), (1, 1));
}

/// Whoever comes back after the purge has an account of their own under the same address, of which nothing goes.
#[tokio::test]
async fn who_opens_an_account_again_keeps_it() {
    let world = World::new().await;
    world.clock.advance(HOUR * 25);
    world.go_on().await;
    assert_eq!((world.erasure().step, world.left()), (Step::Verifying, (0, 0)));
    let again = AccountId::new(&*world.clock, &SeededRandomness::new(6));
    let address = world.person.address.as_str();
    world.belongings.things().accounts.insert(address.to_owned(), again);
    world.belongings.put(Table::Accounts, &format!("EMAIL#{address}"), "ACCOUNT", Class::EmailIndex, &[]);
    world.belongings.put(Table::Leads, &format!("LEAD#{address}"), "LEAD", Class::Lead, &[]);
    world.to_the_end().await;
    assert_eq!(world.left(), (2, 0));
}

#[tokio::test]
async fn what_a_worker_stores_after_the_first_look_goes_too() {
    let world = World::new().await;
    world.clock.advance(HOUR * 25);
    world.go_on().await;
    let first = world.erasure().purged_at.unwrap();
    world.belongings.things().objects.insert(format!("generated/{}/gen_1/1.png", world.person.account.unwrap()), world.clock.now());
    world.clock.advance(SignedDuration::from_mins(15));
    world.go_on().await;
    assert_eq!((world.left(), world.erasure().step), ((0, 0), Step::Verifying), "it is looked for twice again");
    assert!(world.erasure().purged_at.unwrap() > first);
    assert_eq!(world.to_the_end().await.step, Step::Done);
}

/// Killed at every call of every step, and with every call failing once: it goes on where it was, and nothing is left or counted twice.
#[tokio::test]
async fn whoever_dies_the_end_is_the_same() {
    let whole = World::new().await.to_the_end().await;
    for (when, kind) in [(When::Before, Kind::Crash), (When::After, Kind::Crash), (When::Before, Kind::Busy), (When::After, Kind::Broken)] {
        for nth in 0.. {
            let world = World::new().await;
            world.clock.advance(HOUR * 25);
            world.faults.fail(nth, when, kind);
            // The message comes again, and so does the hour.
            while world.erasure().due.is_some() {
                let _ = survive(world.go_on_for(HOUR)).await;
                world.clock.advance(HOUR);
            }
            let struck = !world.faults.clear().is_empty();
            let done = world.erasure();
            assert_eq!((done.step, world.left()), (Step::Done, (0, 0)), "{nth} {when:?} {kind:?}");
            assert_eq!((&done.counted, &done.vendors), (&whole.counted, &whole.vendors), "{nth} {when:?} {kind:?}");
            assert_eq!(world.database.rows().receipts.waiting.len(), 1, "{nth} {when:?} {kind:?}");
            if !struck {
                break;
            }
        }
    }
}

/// A worker whose time is up hands on, and two at once do what one does.
#[tokio::test]
async fn little_time_and_two_workers_come_to_the_same() {
    let world = World::new().await;
    world.clock.advance(HOUR * 25);
    world.go_on_for(SignedDuration::ZERO).await.unwrap();
    assert_eq!(world.erasure().step, Step::Purging);
    assert_eq!(world.queue.waiting().len(), 1, "the same message goes on");
    let (one, other) = tokio::join!(world.go_on_for(HOUR), world.go_on_for(HOUR));
    one.and(other).unwrap();
    assert_eq!((world.erasure().step, world.left()), (Step::Verifying, (0, 0)));
}

#[tokio::test]
async fn im_18_it_is_taken_back_in_time_and_not_later() {
    let world = World::new().await;
    let erasures = FakeErasures(world.database.clone());
    let take_back = async || TakeBack { erasures: &erasures, clock: &*world.clock }.run(&world.key).await;
    world.clock.advance(HOUR * 23);
    take_back().await.unwrap();
    take_back().await.unwrap();
    assert!(world.database.rows().closing.is_empty() && world.erasure().person.is_none());
    let before = world.left();
    world.clock.advance(HOUR * 48);
    world.go_on().await;
    assert_eq!((world.left(), world.erasure().step), (before, Step::TakenBack));
    let late = World::new().await;
    late.clock.advance(HOUR * 24);
    let erasures = FakeErasures(late.database.clone());
    let refused = TakeBack { erasures: &erasures, clock: &*late.clock }.run(&late.key).await;
    assert!(matches!(refused, Err(kernel::Failure::Conflict(problem)) if problem.reason == kernel::Reason::ErasureBegun));
}

#[test]
fn a_key_leads_to_one_name_and_one_salt() {
    let randomness = SeededRandomness::new(1);
    let (one, other) = (Pass::new(&randomness), Pass::new(&randomness));
    assert!(ErasureId::of(&one) != ErasureId::of(&other) && Salt::of(&one) != Salt::of(&other));
    assert_ne!(ErasureId::of(&one).to_string(), Salt::of(&one).to_string());
    assert_eq!(ErasureId::of(&one).to_string().parse::<ErasureId>().unwrap(), ErasureId::of(&one));
    assert!("A".repeat(64).parse::<ErasureId>().is_err() && "a".repeat(63).parse::<ErasureId>().is_err());
}
