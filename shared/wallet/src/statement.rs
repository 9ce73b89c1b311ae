//! The ledger as its owner reads it.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use kernel::{AccountSession, Failure, Timestamp};

use crate::{Cause, Entry, Kind};

/// Newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub entries: Vec<Entry>,
    /// The start of the next page; `None` on the last.
    pub next: Option<Place>,
}

#[async_trait]
pub trait Statements: Send + Sync {
    /// One page of at most `limit` entries that come after `after`. An entry of the last second may be missing.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn page(&self, caller: &AccountSession, after: Option<Place>, limit: u16) -> Result<Statement, Failure>;
}

/// Where an entry is in its ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub at: Timestamp,
    pub kind: Kind,
    pub cause: Cause,
}

impl Place {
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        Self { at: entry.at(), kind: entry.kind(), cause: entry.cause() }
    }

    /// The key of the entry.
    #[must_use]
    pub fn key(&self) -> String {
        Entry::stored(self.kind, self.cause, 0, self.at).key()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.at.as_nanosecond(), self.kind.name(), self.cause)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a ledger")]
pub struct NotAPlace;

impl FromStr for Place {
    type Err = NotAPlace;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (at, rest) = text.split_once('.').ok_or(NotAPlace)?;
        let (kind, cause) = rest.split_once('.').ok_or(NotAPlace)?;
        let at = at.parse().ok().and_then(|at| Timestamp::from_nanosecond(at).ok()).ok_or(NotAPlace)?;
        Ok(Self { at, kind: kind.parse().map_err(|_| NotAPlace)?, cause: cause.parse().map_err(|_| NotAPlace)? })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{OrderId, SeededRandomness, SystemClock};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_is_read_as_it_was_written(at: i64, nth: u32) {
            let order = OrderId::new(&SystemClock::default(), &SeededRandomness::new(1));
            let entry = Entry::claw_back(order, nth, 1, Timestamp::from_nanosecond(at.into()).unwrap());
            let place = Place::of(&entry);
            prop_assert_eq!(place.to_string().parse(), Ok(place));
            prop_assert_eq!(place.key(), entry.key());
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}|[0-9]{0,40}\\.(hold|grant|claw-back)\\.\\PC{0,40}") {
            if let Ok(place) = text.parse::<Place>() {
                prop_assert_eq!(place.to_string().parse(), Ok(place));
            }
        }
    }
}
