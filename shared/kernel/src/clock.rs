//! Time as a port, so that "gone after 30 days" is a test and not a wait.

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The system's time, moved by an offset that is zero outside the local cloud.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock {
    offset: SignedDuration,
}

impl SystemClock {
    /// A clock that runs `offset` ahead of the system (behind it when negative).
    ///
    /// The local cloud alone uses an offset; `edge` refuses one in production.
    #[must_use]
    pub fn ahead_by(offset: SignedDuration) -> Self {
        Self { offset }
    }

    /// The time on this clock when the system's clock shows `system`: for instants that others report, such as the end of a function's time.
    #[must_use]
    pub fn shown_at(&self, system: Timestamp) -> Timestamp {
        system.checked_add(self.offset).unwrap_or(system)
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.shown_at(Timestamp::now())
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct FixedClock {
    now: Mutex<Timestamp>,
}

impl FixedClock {
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self { now: Mutex::new(now) }
    }

    /// Moves the clock forward by `duration` (back when negative).
    pub fn advance(&self, duration: SignedDuration) {
        let mut now = self.now.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now = now.checked_add(duration).unwrap_or(*now);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
