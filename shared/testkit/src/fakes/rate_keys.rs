//! Rate counters.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kernel::{Failure, Timestamp};
use policy::Class;
use studio::{RateKey, RateKeys};

use crate::Faults;

#[derive(Clone)]
pub struct FakeRateKeys {
    rows: Arc<Mutex<BTreeMap<String, (u32, Timestamp)>>>,
    faults: Faults,
}

impl FakeRateKeys {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { rows: Arc::default(), faults }
    }

    /// All stored data, as keys and counts.
    #[must_use]
    pub fn rows(&self) -> Vec<(String, u32)> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.iter().map(|(key, (count, _))| (key.clone(), *count)).collect()
    }
}

#[async_trait]
impl RateKeys for FakeRateKeys {
    async fn count(&self, key: &RateKey, now: Timestamp) -> Result<u32, Failure> {
        let count = || {
            let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
            let anew = (0, Class::RATE_KEY.expires_at(now));
            let row = rows.entry(key.as_str().to_owned()).or_insert(anew);
            if row.1.as_second() <= now.as_second() {
                *row = anew;
            }
            row.0 += 1;
            Ok(row.0)
        };
        self.faults.call("rate_keys.count", count).await
    }
}
