//! Rate counters.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use kernel::{Failure, Window};
use studio::{RateKeys, RatedRequest};

use crate::Faults;

#[derive(Clone)]
pub struct FakeRateKeys {
    rows: Arc<Mutex<BTreeMap<String, u32>>>,
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
        rows.iter().map(|(key, count)| (key.clone(), *count)).collect()
    }
}

#[async_trait]
impl RateKeys for FakeRateKeys {
    async fn count(&self, request: &RatedRequest) -> Result<(), Failure> {
        let count = || {
            let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
            let has_room = |key: &str, most: u32| rows.get(key).is_none_or(|count| *count < most) && most > 0;
            let all = format!("all#{}", Window::Hour.name(request.at));
            if let Some((_, limit)) = request.networks.iter().find(|(network, limit)| !has_room(network.as_str(), limit.most)) {
                return Err(limit.refusal(request.at));
            }
            if !has_room(&all, request.of_all) {
                return Err(Failure::budget_spent(Window::Hour.left(request.at)));
            }
            for key in request.networks.iter().map(|(network, _)| network.as_str()).chain([all.as_str()]) {
                *rows.entry(key.to_owned()).or_default() += 1;
            }
            Ok(())
        };
        self.faults.call("rate_keys.count", count).await
    }
}
