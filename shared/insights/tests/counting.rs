//! Recording and counting on fakes: a fault at every call, repetitions, and what arrives late.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;

use accounts::Salts;
use insights::{CountDays, RecordActions, SendFeedback};
use kernel::{CallerAddress, Clock, DeviceId, Failure, FixedClock, SeededRandomness, SignedDuration};
use testkit::fakes::{FakeDatabase, FakeDays, FakeInbox, FakeSalts, FakeUsage};
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
    randomness: SeededRandomness,
}

impl World {
    fn new() -> Self {
        let (clock, faults) = (Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        let database = FakeDatabase::new(clock.clone(), faults.clone());
        Self { clock, faults, database, randomness: SeededRandomness::new(9) }
    }

    fn device(&self) -> DeviceId {
        DeviceId::new(&*self.clock, &self.randomness)
    }

    async fn tell(&self, device: DeviceId, actions: &[&str]) -> Result<Result<(), Failure>, Crashed> {
        let (usage, salts, pepper) = (FakeUsage(self.database.clone()), FakeSalts(self.database.clone()), builders::pepper());
        let record = RecordActions { usage: &usage, salts: &salts, pepper: &pepper, clock: &*self.clock, randomness: &self.randomness };
        let actions = actions.iter().map(|action| action.parse().unwrap()).collect();
        survive(record.run(device, actions, None, CallerAddress::read("203.0.113.7"))).await
    }

    async fn count(&self) -> Result<Result<(), Failure>, Crashed> {
        let days = FakeDays(self.database.clone());
        survive(CountDays { days: &days, clock: &*self.clock }.run()).await
    }

    /// A day on which some browsers did something.
    async fn busy_day(&self, browsers: usize) {
        for _ in 0..browsers {
            self.tell(self.device(), &["page-viewed/home", "signed-in"]).await.unwrap().unwrap();
        }
    }

    fn persons(&self) -> Vec<Option<u32>> {
        self.database.rows().daily_counts.values().map(|counts| counts.persons).collect()
    }

    fn days_later(&self, days: i64) {
        self.clock.advance(SignedDuration::from_hours(24 * days));
    }
}

#[tokio::test]
async fn a_batch_is_stored_once_whatever_dies() {
    let calls = {
        let world = World::new();
        world.tell(world.device(), &["signed-in"]).await.unwrap().unwrap();
        world.faults.calls().len()
    };
    assert_eq!(calls, 2, "the salt, and one transaction");
    for nth in 0..calls {
        for (when, kind) in FAULTS {
            let world = World::new();
            let device = world.device();
            world.faults.fail(nth, when, kind);
            assert!(!matches!(world.tell(device, &["signed-in"]).await, Ok(Ok(()))), "{nth} {when:?} {kind:?}");
            world.tell(device, &["signed-in"]).await.unwrap().unwrap();
            let rows = world.database.rows();
            assert_eq!(rows.device_days.values().map(|(actions, _)| actions.len()).collect::<Vec<_>>(), [1], "{nth} {when:?} {kind:?}");
        }
    }
}

#[tokio::test]
async fn an_08_a_message_is_not_lost_whatever_dies() {
    for nth in 0..2 {
        for (when, kind) in FAULTS {
            let world = World::new();
            let (inbox, salts, pepper) = (FakeInbox(world.database.clone()), FakeSalts(world.database.clone()), builders::pepper());
            let send = SendFeedback { inbox: &inbox, salts: &salts, pepper: &pepper, clock: &*world.clock, randomness: &world.randomness };
            let run = || survive(send.run("Hello".parse().unwrap(), None, None, CallerAddress::default()));
            world.faults.fail(nth, when, kind);
            assert!(!matches!(run().await, Ok(Ok(_))));
            run().await.unwrap().unwrap();
            let kept = world.database.rows().feedback.len();
            assert!((1..=2).contains(&kept), "told of a failure, a person sends it again: {kept}");
        }
    }
}

#[tokio::test]
async fn days_are_counted_the_same_whatever_dies() {
    let whole = {
        let world = World::new();
        world.busy_day(7).await;
        world.days_later(1);
        world.busy_day(9).await;
        world.days_later(1);
        world.count().await.unwrap().unwrap();
        let counted = world.database.rows().daily_counts.clone();
        world.count().await.unwrap().unwrap();
        assert_eq!(world.database.rows().daily_counts, counted, "twice is once");
        counted
    };
    assert_eq!(whole.values().filter_map(|counts| counts.persons).collect::<Vec<_>>(), [7, 9]);
    // The links; of each of seven days sixteen partitions and its numbers.
    for nth in 0..1 + 7 * 17 {
        for (when, kind) in FAULTS {
            let world = World::new();
            world.busy_day(7).await;
            world.days_later(1);
            world.busy_day(9).await;
            world.days_later(1);
            world.faults.fail(nth, when, kind);
            assert!(!matches!(world.count().await, Ok(Ok(()))), "{nth}");
            world.count().await.unwrap().unwrap();
            assert_eq!(world.database.rows().daily_counts, whole, "{nth} {when:?} {kind:?}");
        }
    }
}

#[tokio::test]
async fn what_arrives_late_is_counted_for_a_week_and_today_is_not_counted_yet() {
    let world = World::new();
    let late: Vec<_> = (0..5).map(|_| world.device()).collect();
    world.busy_day(5).await;
    world.count().await.unwrap().unwrap();
    assert!(world.persons().iter().all(Option::is_none), "today is not over");
    world.days_later(1);
    world.count().await.unwrap().unwrap();
    assert_eq!(world.persons().last(), Some(&Some(5)));
    // They reach the day before, as rows that an index or another region shows late.
    let (day, row) = {
        let rows = world.database.rows();
        let ((day, _), row) = rows.device_days.iter().next().unwrap();
        (*day, row.clone())
    };
    world.database.rows().device_days.extend(late.iter().map(|device| ((day, *device), row.clone())));
    world.days_later(6);
    world.count().await.unwrap().unwrap();
    assert_eq!(world.database.rows().daily_counts[&day].persons, Some(10));
    world.database.rows().device_days.clear();
    world.days_later(1);
    world.count().await.unwrap().unwrap();
    assert_eq!(world.database.rows().daily_counts[&day].persons, Some(10), "what was kept stays when the rows are gone");
}

#[tokio::test]
async fn an_10_no_count_of_a_network_is_beside_a_browser_or_a_message() {
    let world = World::new();
    let device = world.device();
    world.tell(device, &["signed-in"]).await.unwrap().unwrap();
    let salt = FakeSalts(world.database.clone());
    let fresh = accounts::Salt::new(&world.randomness);
    let salt = salt.of_day(fresh, world.clock.now()).await.unwrap();
    let rows = world.database.rows();
    let counters: Vec<_> = rows.counters.keys().collect();
    let of_networks = counters.iter().filter(|(_, whom, _)| *whom != device.to_string());
    assert_eq!((counters.len(), of_networks.clone().count()), (3, 2), "the browser, its line and its block");
    for (what, whom, _) in of_networks {
        assert!(*what == "events" && whom.len() == 32 && !whom.contains(salt.as_str()) && !device.to_string().contains(whom.as_str()));
    }
}
