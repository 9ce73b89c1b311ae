//! What counters of addresses promise.

use futures_util::future::join_all;
use kernel::{CallerAddress, SignedDuration};
use studio::{RateKey, RateKeys, RateSalt};

use crate::builders;

/// One more is one more, also of many at once; keys do not touch; a row that is past its time counts as none.
///
/// # Panics
/// When a promise is broken.
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

    // The end is that of the first request, however many follow; the key of a later hour is another, but no clock is to be trusted with that.
    let later = now + SignedDuration::from_mins(59);
    assert_eq!(store.count(&one, later).await.unwrap(), 4);
    let expired = now + SignedDuration::from_hours(1);
    assert_eq!(store.count(&one, expired).await.unwrap(), 1);
    assert_eq!(store.count(&one, expired).await.unwrap(), 2);
}
