//! The contract of the rate counters.

use std::time::Duration;

use futures_util::future::join_all;
use kernel::{CallerAddress, Failure, Reason, SignedDuration, limits};
use studio::{RateKeys, RateSalt, RatedRequest};

use super::stores::reason;
use crate::builders;

/// Requests of one network are counted together, also many at once, and no more than it may ask for; other networks and hours are counted apart, and
/// all together in the hour's budget.
///
/// # Panics
/// When an assertion fails.
pub async fn rate_keys(store: &dyn RateKeys) {
    let (salt, now) = (RateSalt::new(b"a salt of the suite"), builders::midnight() + SignedDuration::from_mins(59));
    let hour = |hours: i64| now + SignedDuration::from_hours(hours);
    let request = |address: &str, at| RatedRequest::new(&salt, CallerAddress::read(address), 1_000, at);
    let most = limits::INSTANT_PER_HOUR.most as usize;

    let crowd = request("203.0.113.9", now);
    let counted = join_all((0..most + 10).map(|_| store.count(&crowd))).await;
    assert_eq!(counted.iter().filter(|counted| counted.is_ok()).count(), most);
    let refused = store.count(&crowd).await;
    assert!(matches!(&refused, Err(Failure::Busy { retry_after, .. }) if *retry_after == Duration::from_secs(60)), "the rest of the hour");
    assert_eq!(reason(refused), Some(Reason::RateLimited));
    store.count(&request("203.0.113.10", now)).await.unwrap();
    store.count(&request("203.0.113.9", hour(1))).await.unwrap();

    // As many as there are lines in a block: it may ask for more than a line, and not for that much.
    for ask in [|line: u32| format!("198.51.100.{line}"), |line: u32| format!("2001:db8:1:{line:x}00::1")] {
        let mut counted = 0;
        for line in 0..limits::INSTANT_PER_HOUR.most * 5 {
            counted += usize::from(store.count(&request(&ask(line), hour(2))).await.is_ok());
        }
        assert_eq!(counted, 4 * most);
    }

    let poor = |address: &str| RatedRequest { of_all: 2, ..request(address, hour(3)) };
    store.count(&poor("203.0.113.1")).await.unwrap();
    store.count(&poor("2001:db8::1")).await.unwrap();
    let refused = store.count(&poor("192.0.2.1")).await;
    assert_eq!(reason(refused), Some(Reason::BudgetSpent));
    let none = RatedRequest { of_all: 0, ..request("192.0.2.1", hour(4)) };
    assert_eq!(reason(store.count(&none).await), Some(Reason::BudgetSpent));
}
