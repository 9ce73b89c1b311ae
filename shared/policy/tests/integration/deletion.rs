//! The deletion of what is due, on fakes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use kernel::message::Queue;
use kernel::{Clock, Failure, FixedClock};
use policy::deletion::{DeleteDue, Deleted, DueRows, ExpiredPage, ExpiredRow, ExpiredRows, MOST_KEYS, Objects, RowKey, TellDue};
use policy::{Class, inventory};

/// Rows and objects in memory, and the messages that were sent; rows and keys in `broken` fail.
#[derive(Default)]
struct Store {
    rows: Mutex<Vec<ExpiredRow>>,
    objects: Mutex<BTreeSet<String>>,
    sent: Mutex<Vec<DueRows>>,
    broken: BTreeSet<String>,
    /// A key that makes the whole call fail.
    poison: Option<String>,
    broken_class: Option<Class>,
    /// The clock moves so far with each page.
    pace: SignedDuration,
    clock: Option<Arc<FixedClock>>,
    calls: Mutex<usize>,
}

fn shard_of(row: &ExpiredRow) -> u8 {
    row.key.sk.bytes().fold(0_u8, u8::wrapping_add) % 16
}

fn position(row: &ExpiredRow) -> (Timestamp, String) {
    (row.expires_at, row.key.sk.clone())
}

#[async_trait]
impl ExpiredRows for Store {
    async fn page(&self, due: &DueRows, after: Option<&ExpiredRow>, limit: usize) -> Result<ExpiredPage, Failure> {
        if self.broken_class == Some(due.class) {
            return Err(Failure::broken("the index is down"));
        }
        self.clock.iter().for_each(|clock| clock.advance(self.pace));
        let rows = self.rows.lock().unwrap();
        let is_asked_for = |row: &&ExpiredRow| {
            let is_after = after.is_none_or(|after| position(row) > position(after));
            row.class == due.class && row.expires_at <= due.due_by && is_after && shard_of(row) == due.shard
        };
        let mut rows: Vec<_> = rows.iter().filter(is_asked_for).cloned().collect();
        rows.sort_by_key(position);
        let more = rows.len() > limit;
        rows.truncate(limit);
        Ok(ExpiredPage { rows, more })
    }

    async fn remove(&self, row: &ExpiredRow, at_or_before: Timestamp) -> Result<bool, Failure> {
        if self.broken.contains(&row.key.sk) {
            return Err(Failure::broken("throttled"));
        }
        let mut rows = self.rows.lock().unwrap();
        let before = rows.len();
        rows.retain(|stored| stored.key != row.key || stored.class != row.class || stored.expires_at > at_or_before);
        Ok(rows.len() < before)
    }
}

#[async_trait]
impl Objects for Store {
    async fn remove(&self, keys: &[String]) -> Result<Vec<String>, Failure> {
        assert!(keys.len() <= MOST_KEYS, "more than one call takes");
        *self.calls.lock().unwrap() += 1;
        if self.poison.as_ref().is_some_and(|poison| keys.contains(poison)) {
            return Err(Failure::broken("MalformedXML"));
        }
        let (failed, gone): (Vec<String>, Vec<String>) = keys.iter().cloned().partition(|key| self.broken.contains(key));
        self.objects.lock().unwrap().retain(|key| !gone.contains(key));
        Ok(failed)
    }

    async fn remove_prefix(&self, _prefix: &str) -> Result<u64, Failure> {
        Err(Failure::broken("the deletion lists nothing"))
    }
}

#[async_trait]
impl Queue<DueRows> for Store {
    async fn send(&self, content: &DueRows, _delay: Duration) -> Result<(), Failure> {
        self.sent.lock().unwrap().push(*content);
        Ok(())
    }
}

impl Store {
    fn put(&self, class: Class, name: &str, created: Timestamp) {
        let objects = class.entry().objects.map(|owned| format!("{}acc_1/{name}/", owned.entry().prefix().unwrap()));
        if let Some(prefix) = &objects {
            self.objects.lock().unwrap().insert(format!("{prefix}selfie.png"));
        }
        let key = RowKey { pk: "ACC#acc_1".into(), sk: name.into() };
        let expires_at = class.expiring().unwrap().expires_at(created);
        self.rows.lock().unwrap().push(ExpiredRow { class, key, expires_at, objects });
    }

    fn names(&self) -> Vec<String> {
        self.rows.lock().unwrap().iter().map(|row| row.key.sk.clone()).collect()
    }

    fn objects(&self) -> usize {
        self.objects.lock().unwrap().len()
    }

    fn sent(&self) -> Vec<DueRows> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

fn created() -> Timestamp {
    "2026-11-21T10:30:00Z".parse().unwrap()
}

/// The messages of the hour at this age.
async fn told_at(store: &Store, age: SignedDuration) -> Vec<DueRows> {
    let clock = FixedClock::at(created() + age);
    let count = TellDue { clock: &clock, queue: store, shards: 16 }.run().await.unwrap();
    let told = store.sent();
    assert_eq!(told.len(), count);
    told
}

/// Everything the messages of one hour ask for, each until nothing is left of it.
async fn run_at(store: &Store, age: SignedDuration) -> Vec<Result<Deleted, Failure>> {
    let clock = FixedClock::at(created() + age);
    let delete = DeleteDue { clock: &clock, rows: store, objects: store, queue: store, until: Timestamp::MAX };
    let mut all = Vec::new();
    for due in told_at(store, age).await {
        all.push(delete.delete(&due).await);
    }
    all
}

fn failures(deleted: &[Result<Deleted, Failure>]) -> usize {
    deleted.iter().map(|deleted| deleted.as_ref().map_or(1, |deleted| deleted.failures.len())).sum()
}

const DAY: SignedDuration = SignedDuration::from_hours(24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn every_hour_each_shard_of_each_class_is_told_once() {
    let told = told_at(&Store::default(), DAY).await;
    let parts: BTreeSet<(Class, u8)> = told.iter().map(|due| (due.class, due.shard)).collect();
    let all = inventory().sweeps().count() * 16;
    assert_eq!((told.len(), parts.len()), (all, all));
    for due in told {
        assert_eq!(due.due_by, created() + DAY + due.class.entry().lookahead());
        let text = kernel::message::written(&due).unwrap();
        assert_eq!(kernel::message::read::<DueRows>(&text).unwrap(), due);
    }
}

/// Invariant: Nothing outlives its promise.
#[tokio::test]
async fn an_40_a_selfie_is_there_at_29_days_23_hours_and_gone_at_30_days() {
    let store = Store::default();
    store.put(Class::Upload, "UPL#1", created());
    run_at(&store, DAY * 30 - HOUR).await;
    assert_eq!((store.names().len(), store.objects()), (1, 1));
    run_at(&store, DAY * 30).await;
    assert_eq!((store.names().len(), store.objects()), (0, 0));
}

#[tokio::test]
async fn an_40_a_selfie_nobody_used_is_gone_after_a_day_and_its_original_too() {
    let store = Store::default();
    store.put(Class::UploadUnused, "UPL#1", created());
    store.objects.lock().unwrap().insert("uploads/acc_1/UPL#1/original".into());
    run_at(&store, DAY - HOUR).await;
    assert_eq!(store.objects(), 2);
    run_at(&store, DAY).await;
    assert_eq!((store.names().len(), store.objects()), (0, 0));
}

#[tokio::test]
async fn an_42_a_blocked_selfie_is_gone_after_5_days_though_another_fails() {
    let bad = "quarantine/acc_1/GEN#bad/selfie.png".to_owned();
    let one_fails = Store { broken: BTreeSet::from([bad.clone()]), ..Store::default() };
    let all_fail_with_it = Store { poison: Some(bad), ..Store::default() };
    for store in [one_fails, all_fail_with_it] {
        // One shard: the sums of their letters are the same.
        for name in ["GEN#bad", "GEN#abd", "GEN#dab"] {
            store.put(Class::Quarantine, name, created());
        }
        let deleted = run_at(&store, DAY * 5).await;
        assert_eq!((store.names(), store.objects()), (vec!["GEN#bad".to_owned()], 1));
        assert_eq!(failures(&deleted), 1);
    }
}

#[tokio::test]
async fn a_row_that_fails_is_heard_of_and_its_message_comes_again() {
    let store = Store { broken: BTreeSet::from(["SES#1".to_owned()]), ..Store::default() };
    store.put(Class::Session, "SES#1", created());
    let clock = FixedClock::at(created() + DAY * 30);
    let delete = DeleteDue { clock: &clock, rows: &store, objects: &store, queue: &store, until: Timestamp::MAX };
    let told = told_at(&store, DAY * 30).await;
    let mut heard = Vec::new();
    for due in told {
        heard.extend(delete.run(&due).await.err());
    }
    assert_eq!(heard.len(), 1);
    assert_eq!(std::error::Error::source(&heard[0]).unwrap().to_string(), "1 deletions failed, the first of class session");
    assert_eq!(store.sent(), [], "the queue itself brings it again");
}

#[tokio::test]
async fn an_48_a_moderation_record_is_gone_after_90_days_and_not_an_hour_early() {
    let store = Store::default();
    store.put(Class::ModerationRecord, "SCREENING", created());
    run_at(&store, DAY * 90 - SignedDuration::from_secs(1)).await;
    assert_eq!(store.names().len(), 1);
    run_at(&store, DAY * 90).await;
    assert!(store.names().is_empty());
}

#[tokio::test]
async fn a_class_that_cannot_be_asked_for_does_not_keep_the_others() {
    let store = Store { broken_class: Some(Class::Upload), ..Store::default() };
    store.put(Class::Upload, "UPL#1", created());
    store.put(Class::Quarantine, "GEN#1", created());
    let deleted = run_at(&store, DAY * 31).await;
    assert_eq!(store.names(), ["UPL#1"]);
    assert_eq!(failures(&deleted), 16, "the messages of that class, and no other");
}

#[tokio::test]
async fn bad_rows_at_the_front_never_starve_the_rest() {
    let batch = inventory().sweep().batch;
    let broken = (0..batch * 8).map(|n| format!("SES#a{n}")).collect();
    let store = Store { broken, ..Store::default() };
    for n in 0..batch * 8 {
        store.put(Class::Session, &format!("SES#a{n}"), created());
        store.put(Class::Session, &format!("SES#b{n}"), created());
    }
    let deleted = run_at(&store, DAY * 30).await;
    assert_eq!(failures(&deleted), batch * 8);
    assert!(store.names().iter().all(|name| name.starts_with("SES#a")));
}

#[tokio::test]
async fn a_run_ends_with_its_time_and_the_same_message_goes_on() {
    let batch = inventory().sweep().batch;
    let clock = Arc::new(FixedClock::at(created() + DAY * 30));
    let store = Store { clock: Some(clock.clone()), pace: SignedDuration::from_secs(30), ..Store::default() };
    for n in 0..batch * 64 {
        store.put(Class::Session, &format!("SES#{n}"), created());
    }
    let mut messages =
        told_at(&store, DAY * 30).await.into_iter().filter(|due| due.class == Class::Session && due.shard == 3).collect::<Vec<_>>();
    let own = store.rows.lock().unwrap().iter().filter(|row| shard_of(row) == 3).count();
    assert!(own > batch * 2, "{own}");
    let mut runs = 0;
    while let Some(due) = messages.pop() {
        let before = store.names().len();
        // Time for two pages.
        let until = clock.now() + SignedDuration::from_secs(90);
        DeleteDue { clock: &*clock, rows: &store, objects: &store, queue: &store, until }.run(&due).await.unwrap();
        assert!(store.names().len() < before, "a run gets on");
        messages.extend(store.sent());
        runs += 1;
    }
    assert!(runs > 1);
    assert!(!store.rows.lock().unwrap().iter().any(|row| shard_of(row) == 3));
}

#[tokio::test]
async fn what_the_next_hour_is_told_is_not_told_twice() {
    let batch = inventory().sweep().batch;
    for (late, told) in [(SignedDuration::ZERO, 1), (HOUR, 0)] {
        let clock = Arc::new(FixedClock::at(created() + DAY * 30));
        let store = Store { clock: Some(clock.clone()), pace: SignedDuration::from_secs(30), ..Store::default() };
        for n in 0..batch * 64 {
            store.put(Class::Session, &format!("SES#{n}"), created());
        }
        let due = told_at(&store, DAY * 30).await.into_iter().find(|due| due.class == Class::Session && due.shard == 3).unwrap();
        clock.advance(late);
        let until = clock.now() + SignedDuration::from_secs(60);
        DeleteDue { clock: &*clock, rows: &store, objects: &store, queue: &store, until }.run(&due).await.unwrap();
        assert_eq!(store.sent().len(), told, "{late}");
    }
}

#[tokio::test]
async fn the_objects_of_many_rows_go_in_one_call() {
    let store = Store::default();
    for n in 0..MOST_KEYS * 4 {
        store.put(Class::Upload, &format!("UPL#{n}"), created());
    }
    let deleted = run_at(&store, DAY * 30).await;
    assert_eq!((store.names().len(), store.objects(), failures(&deleted)), (0, 0, 0));
    let calls = *store.calls.lock().unwrap();
    assert!(calls <= 32, "{calls} calls for {} keys in sixteen shards", MOST_KEYS * 8);
}

#[tokio::test]
async fn a_second_run_finds_nothing_to_do() {
    let store = Store::default();
    store.put(Class::Upload, "UPL#1", created());
    run_at(&store, DAY * 30).await;
    let again = run_at(&store, DAY * 30).await;
    assert!(
        again.iter().all(|deleted| deleted.as_ref().is_ok_and(|deleted| (deleted.rows, deleted.objects, deleted.more) == (0, 0, false)))
    );
    assert_eq!(failures(&again), 0);
}

#[tokio::test]
async fn a_row_can_only_take_objects_of_its_own() {
    for stray in ["", "/", "uploads/", "uploads/acc_1/", "uploads//", "uploads/acc_1/../", "generated/acc_1/gen_1/", "uploads/acc_1/upl_1"]
    {
        let store = Store::default();
        store.put(Class::Upload, "UPL#1", created());
        store.rows.lock().unwrap()[0].objects = Some(stray.into());
        let deleted = run_at(&store, DAY * 30).await;
        assert_eq!(store.objects(), 1, "`{stray}` must not be deleted");
        assert_eq!(failures(&deleted), 1);
    }
}

/// A selfie that stays is late a minute after its time, for it should have gone before; a session when the hour after its end is over.
#[tokio::test]
async fn what_stays_past_its_time_is_a_backlog() {
    for (class, name, broken, late) in
        [(Class::Upload, "UPL#1", "uploads/acc_1/UPL#1/selfie.png", SignedDuration::from_mins(1)), (Class::Session, "SES#1", "SES#1", HOUR)]
    {
        let store = Store { broken: BTreeSet::from([broken.to_owned()]), ..Store::default() };
        store.put(class, name, created());
        store.put(class, &name.replace('1', "2"), created());
        for (age, backlog) in [(late - SignedDuration::from_secs(1), None), (late, Some(late)), (DAY, Some(DAY))] {
            let now = created() + DAY * 30 + age;
            let deleted: Vec<Deleted> = run_at(&store, DAY * 30 + age).await.into_iter().map(Result::unwrap).collect();
            let oldest = deleted.iter().filter_map(|deleted| deleted.backlog(class, now)).max();
            assert_eq!((oldest, store.names()), (backlog, vec![name.to_owned()]), "{class} {age}");
        }
    }
    // Where the time is up before the first page, the first row of it is the oldest.
    let store = Store::default();
    store.put(Class::Session, "SES#1", created());
    let clock = FixedClock::at(created() + DAY * 32);
    let mut ages = Vec::new();
    for due in told_at(&store, DAY * 32).await {
        let delete = DeleteDue { clock: &clock, rows: &store, objects: &store, queue: &store, until: clock.now() };
        let deleted = delete.delete(&due).await.unwrap();
        ages.extend(deleted.backlog(due.class, clock.now()));
        assert_eq!(deleted.more, deleted.backlog(due.class, clock.now()).is_some());
    }
    assert_eq!(ages, [DAY * 2]);
}
