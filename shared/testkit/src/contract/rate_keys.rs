//! The contract of the rate counters.

use futures_util::future::join_all;
use kernel::{CallerAddress, SignedDuration};
use studio::{RateKey, RateKeys, RateSalt};

use crate::builders;

/// Each request counts as one, also of many concurrent ones; keys are independent; an expired row counts as none.
///
/// # Panics
/// When an assertion fails.
pub async fn rate_keys(store: &dyn RateKeys) {
    let (salt, now) = (RateSalt::new(b"a salt of the suite"), builders::midnight());
    let key = |address: &str| RateKey::of(&salt, CallerAddress::read(address), now);
    let (one, other) = (key("203.0.113.7"), key("203.0.113.8"));
    for expected in 1..=3 {
        assert_eq!(store.count(&one, now).await.unwrap(), expected);
    }
    assert_eq!(store.count(&other, now).await.unwrap(), 1);

    let crowd = key("203.0.113.9");
    let mut counts: Vec<u32> = join_all((0..20).map(|_| store.count(&crowd, now))).await.into_iter().map(Result::unwrap).collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=20).collect::<Vec<_>>());

    // The expiry is that of the first request, however many follow. A later hour has another key, but the counter must not depend on that.
    let later = now + SignedDuration::from_mins(59);
    assert_eq!(store.count(&one, later).await.unwrap(), 4);
    let expired = now + SignedDuration::from_hours(1);
    assert_eq!(store.count(&one, expired).await.unwrap(), 1);
    assert_eq!(store.count(&one, expired).await.unwrap(), 2);
}
