//! The auditor of retention.
//!
//! It asks the store what is there, and the ids and the store how old that is. The rows that say when something ends it does not ask: a row that is lost or
//! wrong must not hide an object (AN-12, AN-40, AN-42).

use async_trait::async_trait;
use kernel::{Clock, ExportId, Failure, SignedDuration, Timestamp, TrialId, UploadId};
use policy::{Class, Entry};

/// An object as its store lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub key: String,
    /// When it was last written.
    pub written_at: Timestamp,
}

#[async_trait]
pub trait ObjectList: Send + Sync {
    /// Objects below `prefix` behind the key `after`, in the order of their keys; none behind the last.
    async fn page(&self, prefix: &str, after: Option<&str>) -> Result<Vec<Listed>, Failure>;
}

/// What an audit found in one prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audited {
    pub objects: u64,
    /// Of those, how many are there longer than promised.
    pub late: u64,
    /// Those whose key does not say how old they are: nothing of ours has such a key.
    pub unknown: u64,
    /// How long the latest is past its end.
    pub latest: SignedDuration,
}

/// Something outlived its promise.
#[derive(Debug, thiserror::Error)]
#[error("{late} objects below {prefix} are there longer than promised, and {unknown} have keys that nothing of ours has")]
struct Outlived {
    prefix: String,
    late: u64,
    unknown: u64,
}

/// Asks whether anything is stored longer than the policy says.
#[derive(Clone, Copy)]
pub struct AuditRetention<'a> {
    pub clock: &'a dyn Clock,
    pub objects: &'a dyn ObjectList,
}

impl AuditRetention<'_> {
    /// Looks at every object whose retention is a time, and at those of trials.
    ///
    /// # Errors
    /// [`Failure::Broken`] when anything outlived its promise, once all was looked at; those of [`ObjectList::page`].
    pub async fn run(&self) -> Result<(), Failure> {
        let mut outlived = None;
        for prefix in prefixes() {
            let audited = self.audit(&prefix).await?;
            let Audited { objects, late, unknown, latest } = audited;
            tracing::info!(prefix, objects, late, unknown, "audited");
            if late + unknown > 0 {
                tracing::error!(prefix, late, unknown, latest_seconds = latest.as_secs(), "retention breach");
                outlived.get_or_insert(Outlived { prefix, late, unknown });
            }
        }
        outlived.map_or(Ok(()), |outlived| Err(Failure::broken(outlived)))
    }

    /// Looks at what is below one prefix.
    ///
    /// # Errors
    /// Those of [`ObjectList::page`].
    pub async fn audit(&self, prefix: &str) -> Result<Audited, Failure> {
        let mut audited = Audited::default();
        let mut after: Option<String> = None;
        loop {
            let page = self.objects.page(prefix, after.as_deref()).await?;
            let Some(last) = page.last() else { return Ok(audited) };
            after = Some(last.key.clone());
            let now = self.clock.now();
            page.iter().for_each(|object| audited.see(object, now));
        }
    }
}

impl Audited {
    fn see(&mut self, object: &Listed, now: Timestamp) {
        self.objects += 1;
        match end_of(object) {
            Some(end) if end < now => {
                self.late += 1;
                self.latest = self.latest.max(now.duration_since(end));
            }
            Some(_) => {}
            None => self.unknown += 1,
        }
    }
}

/// Where objects are that end by themselves: those with a time of their own, and those of trials among the finished pictures.
fn prefixes() -> impl Iterator<Item = String> {
    let timed = policy::inventory().entries().iter().filter(|entry| entry.kept().is_some()).filter_map(Entry::prefix).map(str::to_owned);
    let of_trials = Class::TrialObject.entry().prefix().map(|prefix| format!("{prefix}{}", TrialId::PREFIX));
    timed.chain(of_trials)
}

/// When an object must be gone; `None` for a key that nothing of ours has.
fn end_of(object: &Listed) -> Option<Timestamp> {
    let mut parts = object.key.split('/');
    let (prefix, owner, id) = (parts.next()?, parts.next()?, parts.next()?);
    let is_of = |class: Class| class.entry().prefix().is_some_and(|known| known.trim_end_matches('/') == prefix);
    // Whoever's it is: it is written when it was decided on.
    if is_of(Class::QuarantineObject) {
        return id.parse::<UploadId>().ok().map(|_| Class::QUARANTINE_OBJECT.expires_at(object.written_at));
    }
    // Anything else of a trial ends with it, wherever it is.
    if owner.starts_with(TrialId::PREFIX) {
        return Some(Class::TRIAL.expires_at(owner.parse::<TrialId>().ok()?.created_at()));
    }
    if is_of(Class::ExportObject) {
        // `exp_…-2`: the second of its folders.
        let export = id.split_once('-')?.0.parse::<ExportId>().ok()?;
        return Some(Class::EXPORT_OBJECT.expires_at(export.created_at()));
    }
    is_of(Class::UploadObject)
        .then(|| id.parse::<UploadId>().ok())
        .flatten()
        .map(|upload| Class::UPLOAD_OBJECT.expires_at(upload.created_at()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{AccountId, FixedClock, SeededRandomness};
    use std::collections::BTreeMap;

    /// Objects by their keys, three to a page.
    struct FakeList(BTreeMap<String, Timestamp>);

    #[async_trait]
    impl ObjectList for FakeList {
        async fn page(&self, prefix: &str, after: Option<&str>) -> Result<Vec<Listed>, Failure> {
            let behind = |key: &&String| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after);
            let keys = self.0.keys().filter(behind).take(3);
            Ok(keys.map(|key| Listed { key: key.clone(), written_at: self.0[key] }).collect())
        }
    }

    fn clock() -> FixedClock {
        FixedClock::at("2026-11-30T12:00:00Z".parse().unwrap())
    }

    fn ago(age: SignedDuration) -> FixedClock {
        FixedClock::at(clock().now().checked_sub(age).unwrap())
    }

    /// The key of an upload of an account, or of a trial, that was made so long ago.
    fn upload(prefix: &str, age: SignedDuration, seed: u64) -> String {
        let (clock, randomness) = (ago(age), SeededRandomness::new(seed));
        format!("{prefix}/{}/{}/selfie.png", AccountId::new(&clock, &randomness), UploadId::new(&clock, &randomness))
    }

    fn trial(prefix: &str, age: SignedDuration, rest: &str) -> String {
        format!("{prefix}/{}/{rest}", TrialId::new(&ago(age), &SeededRandomness::new(7)))
    }

    async fn audited(prefix: &str, objects: impl IntoIterator<Item = (String, Timestamp)>) -> Audited {
        let list = FakeList(objects.into_iter().collect());
        AuditRetention { clock: &clock(), objects: &list }.audit(prefix).await.unwrap()
    }

    const DAY: SignedDuration = SignedDuration::from_hours(24);
    const SECOND: SignedDuration = SignedDuration::from_secs(1);

    #[tokio::test]
    async fn an_40_a_selfie_of_thirty_days_is_in_time_and_a_second_more_is_not() {
        let now = clock().now();
        let in_time = (0..10).map(|seed| (upload("uploads", DAY * 30, seed), now));
        assert_eq!(audited("uploads/", in_time).await, Audited { objects: 10, ..Audited::default() });
        // Written anew it is no younger: its id says when it came.
        let late = (0..10).map(|seed| (upload("uploads", DAY * 30 + SECOND, seed), now));
        assert_eq!(audited("uploads/", late).await, Audited { objects: 10, late: 10, unknown: 0, latest: SECOND });
    }

    #[tokio::test]
    async fn an_42_a_quarantined_selfie_counts_from_its_decision() {
        let decided = |age| clock().now().checked_sub(age).unwrap();
        let objects =
            [(upload("quarantine", DAY * 20, 1), decided(DAY * 5)), (upload("quarantine", DAY * 6, 2), decided(DAY * 5 + SECOND * 9))];
        assert_eq!(audited("quarantine/", objects).await, Audited { objects: 2, late: 1, unknown: 0, latest: SECOND * 9 });
        // That of a trial as well, which is over by then.
        let rest = "upl_01900000000070008000000000000000/selfie.png";
        let of_trial = |age| [(trial("quarantine", DAY * 6, rest), decided(age))];
        assert_eq!(audited("quarantine/", of_trial(DAY * 5)).await.late, 0);
        assert_eq!(audited("quarantine/", of_trial(DAY * 5 + SECOND)).await.late, 1);
    }

    #[tokio::test]
    async fn an_73_what_is_a_trials_ends_with_it_wherever_it_is() {
        let now = clock().now();
        let rest = "gen_01900000000070008000000000000000/1/avatars/discord-128.png";
        for (prefix, rest) in [("uploads", "upl_01900000000070008000000000000000/original"), ("generated", rest)] {
            let folder = format!("{prefix}/");
            assert_eq!(audited(&folder, [(trial(prefix, DAY, rest), now)]).await.late, 0, "{prefix}");
            assert_eq!(audited(&folder, [(trial(prefix, DAY + SECOND, rest), now)]).await.late, 1, "{prefix}");
        }
    }

    #[tokio::test]
    async fn an_54_a_copy_of_everything_counts_from_when_it_was_asked_for() {
        let key = |age| {
            let (clock, randomness) = (ago(age), SeededRandomness::new(3));
            format!("exports/{}/{}-12/volume.zip", AccountId::new(&clock, &randomness), ExportId::new(&clock, &randomness))
        };
        let now = clock().now();
        let objects = [(key(DAY * 7), now), (key(DAY * 7 + SECOND), now), ("exports/acc/exp_1/volume.zip".to_owned(), now)];
        assert_eq!(audited("exports/", objects).await, Audited { objects: 3, late: 1, unknown: 1, latest: SECOND });
    }

    #[tokio::test]
    async fn an_12_a_key_that_nothing_of_ours_has_is_no_secret_place() {
        let now = clock().now();
        let strange =
            ["uploads/a.png", "uploads/acc_1/upl_1/original", "uploads//", "uploads/tri_1/upl_1/original"].map(|key| (key.to_owned(), now));
        assert_eq!(audited("uploads/", strange).await, Audited { objects: 4, unknown: 4, ..Audited::default() });
    }

    #[tokio::test]
    async fn all_is_looked_at_before_a_breach_is_reported() {
        let now = clock().now();
        let late = upload("uploads", DAY * 31, 1);
        let list = FakeList([(late, now), (upload("quarantine", DAY, 2), now)].into_iter().collect());
        let audit = AuditRetention { clock: &clock(), objects: &list };
        assert!(matches!(audit.run().await, Err(Failure::Broken(_))));
        assert_eq!(prefixes().collect::<Vec<_>>(), ["uploads/", "quarantine/", "exports/", "generated/tri_"]);
        let list = FakeList(BTreeMap::new());
        AuditRetention { clock: &clock(), objects: &list }.run().await.unwrap();
    }
}
