//! Fault injection: any call of a fake can fail, or kill its caller, before or after its effect.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use kernel::Failure;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The side of a call's effect on which it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The effect does not happen.
    Before,
    /// The effect happens, but the caller gets no answer.
    After,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The caller dies: none of its code runs on, not even to handle an error.
    Crash,
    /// [`Failure::Busy`].
    Busy,
    /// [`Failure::Broken`].
    Broken,
}

/// The caller of the call is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crashed;

/// Drives `work` to its end or to a [`Kind::Crash`]. Any other panic propagates.
///
/// # Errors
/// [`Crashed`].
pub async fn survive<T>(work: impl Future<Output = T>) -> Result<T, Crashed> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(outcome) => Ok(outcome),
        Err(panic) if panic.is::<Crashed>() => Err(Crashed),
        Err(panic) => resume_unwind(panic),
    }
}

/// The pending faults and the recorded calls, shared by the fakes of one test.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    calls: Vec<&'static str>,
    planned: BTreeMap<usize, (When, Kind)>,
    struck: Vec<&'static str>,
    down: BTreeMap<&'static str, (When, Kind)>,
    jitter: Option<StdRng>,
}

impl Faults {
    /// The `nth` call from now on, counted from 0 over all fakes, fails once.
    pub fn fail(&self, nth: usize, when: When, kind: Kind) {
        let mut inner = self.inner();
        let index = inner.calls.len() + nth;
        inner.planned.insert(index, (when, kind));
    }

    /// Every call of this name fails before its effect, until [`Faults::clear`].
    pub fn down(&self, name: &'static str, kind: Kind) {
        self.down_when(name, When::Before, kind);
    }

    /// Every call of this name fails on this side of its effect, until [`Faults::clear`].
    pub fn down_when(&self, name: &'static str, when: When, kind: Kind) {
        self.inner().down.insert(name, (when, kind));
    }

    /// Removes all faults; returns the names of the calls that were hit since the last time.
    pub fn clear(&self) -> Vec<&'static str> {
        let mut inner = self.inner();
        inner.planned.clear();
        inner.down.clear();
        std::mem::take(&mut inner.struck)
    }

    /// From now on every call yields to other tasks before it, at random: the same seed gives the same order.
    pub fn interleave(&self, seed: u64) {
        self.inner().jitter = Some(StdRng::seed_from_u64(seed));
    }

    /// The names of the calls so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<&'static str> {
        self.inner().calls.clone()
    }

    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        self.inner().calls.iter().filter(|call| **call == name).count()
    }

    /// Makes the call `name`, whose effect is `effect`, or its fault.
    pub(crate) async fn call<T>(&self, name: &'static str, effect: impl FnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
        self.make_way().await;
        let fault = self.record(name);
        if let Some((When::Before, kind)) = fault {
            return Err(strike(kind));
        }
        let outcome = effect();
        match fault {
            Some((_, kind)) => Err(strike(kind)),
            None => outcome,
        }
    }

    /// A call whose `Busy` means that nothing happened, so that it cannot come after the effect.
    pub(crate) async fn call_busy_means_undone<T>(
        &self,
        name: &'static str,
        effect: impl FnOnce() -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        self.busy_comes_before();
        self.call(name, effect).await
    }

    fn busy_comes_before(&self) {
        let mut inner = self.inner();
        let index = inner.calls.len();
        if let Some(fault @ (When::After, Kind::Busy)) = inner.planned.get_mut(&index) {
            fault.0 = When::Before;
        }
    }

    async fn make_way(&self) {
        let turns = self.inner().jitter.as_mut().map_or(0, |jitter| jitter.next_u32() % 6);
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }

    fn record(&self, name: &'static str) -> Option<(When, Kind)> {
        let mut inner = self.inner();
        let index = inner.calls.len();
        inner.calls.push(name);
        let down = inner.down.get(name).copied();
        let fault = inner.planned.remove(&index).or(down)?;
        inner.struck.push(name);
        Some(fault)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The failure of a fault. A crash unwinds without printing.
fn strike(kind: Kind) -> Failure {
    match kind {
        Kind::Crash => resume_unwind(Box::new(Crashed)),
        Kind::Busy => Failure::unavailable(Duration::from_secs(1)),
        Kind::Broken => Failure::broken("a fault of the test"),
    }
}
