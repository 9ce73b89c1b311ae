//! The hourly deletion, on fakes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use kernel::{Failure, FixedClock};
use policy::deletion::{DeleteExpired, ExpiredRow, ExpiredRows, Objects, Report, RowKey, Swept};
use policy::{Class, inventory};

/// Rows and objects in memory; those in `broken` fail.
#[derive(Default)]
struct Store {
    rows: Mutex<Vec<(ExpiredRow, Timestamp)>>,
    objects: Mutex<BTreeMap<String, u64>>,
    broken: Vec<String>,
    broken_class: Option<Class>,
}

#[async_trait]
impl ExpiredRows for Store {
    async fn expired(&self, class: Class, at_or_before: Timestamp, limit: usize) -> Result<Vec<ExpiredRow>, Failure> {
        if self.broken_class == Some(class) {
            return Err(Failure::broken("the index is down"));
        }
        let rows = self.rows.lock().unwrap();
        let due = rows.iter().filter(|(row, at)| row.class == class && *at <= at_or_before);
        Ok(due.take(limit).map(|(row, _)| row.clone()).collect())
    }

    async fn remove(&self, row: &ExpiredRow, at_or_before: Timestamp) -> Result<bool, Failure> {
        if self.broken.contains(&row.key.sk) {
            return Err(Failure::broken("throttled"));
        }
        let mut rows = self.rows.lock().unwrap();
        let before = rows.len();
        rows.retain(|(stored, at)| stored.key != row.key || stored.class != row.class || *at > at_or_before);
        Ok(rows.len() < before)
    }
}

#[async_trait]
impl Objects for Store {
    async fn remove_prefix(&self, prefix: &str) -> Result<u64, Failure> {
        if self.broken.iter().any(|broken| broken == prefix) {
            return Err(Failure::broken("slow down"));
        }
        let mut objects = self.objects.lock().unwrap();
        let before = objects.len();
        objects.retain(|key, _| !key.starts_with(prefix));
        Ok((before - objects.len()) as u64)
    }
}

impl Store {
    fn put(&self, class: Class, name: &str, created: Timestamp) {
        let objects = class.entry().objects.map(|owned| format!("{}acc_1/{name}/", owned.entry().prefix().unwrap()));
        if let Some(prefix) = &objects {
            self.objects.lock().unwrap().insert(format!("{prefix}selfie.png"), 1);
        }
        let key = RowKey { pk: "ACC#acc_1".into(), sk: name.into() };
        self.rows.lock().unwrap().push((ExpiredRow { class, key, objects }, class.expiring().unwrap().expires_at(created)));
    }

    fn names(&self) -> Vec<String> {
        self.rows.lock().unwrap().iter().map(|(row, _)| row.key.sk.clone()).collect()
    }

    fn objects(&self) -> usize {
        self.objects.lock().unwrap().len()
    }
}

fn created() -> Timestamp {
    "2026-11-21T10:30:00Z".parse().unwrap()
}

async fn run_at(store: &Arc<Store>, age: SignedDuration) -> Report {
    let clock = Arc::new(FixedClock::at(created() + age));
    DeleteExpired::new(clock, store.clone(), store.clone()).run().await
}

fn of(report: &Report, class: Class) -> &Swept {
    report.classes.iter().find(|swept| swept.class == class).unwrap()
}

const DAY: SignedDuration = SignedDuration::from_hours(24);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Invariant: Nothing outlives its promise.
#[tokio::test]
async fn an_40_a_selfie_is_there_at_29_days_23_hours_and_gone_at_30_days() {
    let store = Arc::new(Store::default());
    store.put(Class::Upload, "UPL#1", created());
    run_at(&store, DAY * 30 - HOUR).await;
    assert_eq!((store.names().len(), store.objects()), (1, 1));
    run_at(&store, DAY * 30).await;
    assert_eq!((store.names().len(), store.objects()), (0, 0));
}

#[tokio::test]
async fn an_40_a_selfie_nobody_used_is_gone_after_a_day() {
    let store = Arc::new(Store::default());
    store.put(Class::UploadUnused, "UPL#1", created());
    run_at(&store, DAY - HOUR).await;
    assert_eq!(store.objects(), 1);
    run_at(&store, DAY).await;
    assert_eq!((store.names().len(), store.objects()), (0, 0));
}

#[tokio::test]
async fn an_42_a_blocked_selfie_is_gone_after_5_days_though_another_fails() {
    let broken = vec!["quarantine/acc_1/GEN#bad/".to_owned()];
    let store = Arc::new(Store { broken, ..Store::default() });
    for name in ["GEN#bad", "GEN#good", "GEN#best"] {
        store.put(Class::Quarantine, name, created());
    }
    let swept = run_at(&store, DAY * 5).await;
    assert_eq!(store.names(), ["GEN#bad"]);
    assert_eq!(store.objects(), 1);
    let quarantine = of(&swept, Class::Quarantine);
    assert_eq!((quarantine.rows, quarantine.objects, quarantine.failures.len()), (2, 2, 1));
    let heard = swept.into_result().expect_err("a late deletion must be heard of");
    assert_eq!(std::error::Error::source(&heard).unwrap().to_string(), "1 deletions failed, the first of class quarantine");
}

#[tokio::test]
async fn an_48_a_moderation_record_is_gone_after_90_days_and_not_an_hour_early() {
    let store = Arc::new(Store::default());
    store.put(Class::ModerationRecord, "SCREENING", created());
    run_at(&store, DAY * 90 - SignedDuration::from_secs(1)).await;
    assert_eq!(store.names().len(), 1);
    run_at(&store, DAY * 90).await;
    assert!(store.names().is_empty());
}

#[tokio::test]
async fn a_class_that_cannot_be_asked_for_does_not_keep_the_others() {
    let store = Arc::new(Store { broken_class: Some(Class::Upload), ..Store::default() });
    store.put(Class::Upload, "UPL#1", created());
    store.put(Class::Quarantine, "GEN#1", created());
    let swept = run_at(&store, DAY * 31).await;
    assert_eq!(store.names(), ["UPL#1"]);
    assert_eq!(swept.failures(), 1);
}

#[tokio::test]
async fn bad_rows_at_the_front_never_starve_the_rest() {
    let batch = inventory().sweep().batch;
    let broken = (0..batch * 2).map(|n| format!("SES#bad{n}")).collect();
    let store = Arc::new(Store { broken, ..Store::default() });
    for n in 0..batch * 2 {
        store.put(Class::Session, &format!("SES#bad{n}"), created());
    }
    for n in 0..batch * 3 {
        store.put(Class::Session, &format!("SES#good{n}"), created());
    }
    let swept = run_at(&store, DAY * 30).await;
    let sessions = of(&swept, Class::Session);
    assert_eq!((sessions.rows, sessions.failures.len(), sessions.more), (batch as u64 * 3, batch * 2, false));
}

#[tokio::test]
async fn a_run_is_bounded_and_says_that_there_is_more() {
    let most = inventory().sweep().batch * inventory().sweep().rounds;
    let store = Arc::new(Store::default());
    for n in 0..=most {
        store.put(Class::Session, &format!("SES#{n}"), created());
    }
    let swept = run_at(&store, DAY * 30).await;
    let sessions = of(&swept, Class::Session);
    assert_eq!((sessions.rows, sessions.more), (most as u64, true));
    run_at(&store, DAY * 30).await;
    assert!(store.names().is_empty());
}

#[tokio::test]
async fn a_second_run_finds_nothing_to_do() {
    let store = Arc::new(Store::default());
    store.put(Class::Upload, "UPL#1", created());
    run_at(&store, DAY * 30).await;
    let again = run_at(&store, DAY * 30).await;
    assert_eq!((again.rows(), again.objects(), again.failures(), again.more()), (0, 0, 0, false));
    assert!(again.into_result().is_ok());
}

#[tokio::test]
async fn a_row_can_only_take_objects_of_its_own() {
    for stray in ["", "/", "uploads/", "uploads/acc_1/", "uploads//", "uploads/acc_1/../", "generated/acc_1/gen_1/", "uploads/acc_1/upl_1"]
    {
        let store = Arc::new(Store::default());
        store.put(Class::Upload, "UPL#1", created());
        store.rows.lock().unwrap()[0].0.objects = Some(stray.into());
        let swept = run_at(&store, DAY * 30).await;
        assert_eq!(store.objects(), 1, "`{stray}` must not be deleted");
        assert_eq!(swept.failures(), 1);
    }
}
