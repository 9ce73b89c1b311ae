//! The cloud's clock: the system's, moved by a command.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A clock that all parts of one cloud share.
#[derive(Debug, Clone, Default)]
pub(crate) struct CloudClock {
    /// The seconds by which it is ahead of the system's, each with the system's time from which on it is.
    moved: Arc<Mutex<Vec<(Timestamp, i64)>>>,
}

impl CloudClock {
    fn moved(&self) -> MutexGuard<'_, Vec<(Timestamp, i64)>> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves it to this many seconds ahead of the system's clock.
    pub(crate) fn set_offset(&self, seconds: i64) {
        self.moved().push((Timestamp::now(), seconds));
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.at(Timestamp::now())
    }

    /// The time it showed when the system's clock, which is the emulator's, showed this.
    pub(crate) fn at(&self, system: Timestamp) -> Timestamp {
        let seconds = self.moved().iter().rfind(|(from, _)| *from <= system).map_or(0, |(_, seconds)| *seconds);
        system.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }
}
