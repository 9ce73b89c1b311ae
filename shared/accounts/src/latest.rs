//! The latest sessions of an account, of which it has a limited number.

use kernel::{SessionId, Timestamp, limits};
use serde::{Deserialize, Serialize};

/// The sessions that an account opened last, the oldest first, each with the second in which its time is over. Every open one is among them.
///
/// One that was closed stays among them until its time is over, because closing is one write and changes nothing here. It still counts, so that it
/// may end an older session early, and never lets there be more than [`limits::SESSIONS`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct LatestSessions(Vec<(SessionId, i64)>);

impl LatestSessions {
    /// What they are once `session` is opened at `now`, and the sessions that this ends: the oldest, where there would be too many.
    #[must_use]
    pub fn opening(&self, session: SessionId, expires_at: Timestamp, now: Timestamp) -> (Self, Vec<SessionId>) {
        let alive = self.0.iter().copied().filter(|(_, over)| *over > now.as_second());
        let mut latest: Vec<_> = alive.chain([(session, expires_at.as_second())]).collect();
        let too_many = latest.len().saturating_sub(limits::SESSIONS);
        let ended = latest.drain(..too_many).map(|(session, _)| session).collect();
        (Self(latest), ended)
    }

    /// What they are where all but `session` end, and those that end.
    #[must_use]
    pub fn keeping(&self, session: SessionId) -> (Self, Vec<SessionId>) {
        let (kept, ended): (Vec<_>, Vec<_>) = self.0.iter().copied().partition(|(known, _)| *known == session);
        (Self(kept), ended.into_iter().map(|(session, _)| session).collect())
    }

    /// Their ids, the oldest first.
    pub fn ids(&self) -> impl Iterator<Item = SessionId> {
        self.0.iter().map(|(session, _)| *session)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{FixedClock, SeededRandomness, SignedDuration};

    use super::*;

    #[test]
    fn one_too_many_ends_the_oldest_and_what_is_over_drops_out() {
        let (clock, randomness) = (FixedClock::at(Timestamp::UNIX_EPOCH), SeededRandomness::new(1));
        let now = Timestamp::UNIX_EPOCH;
        let hour = |hours: i64| now.checked_add(SignedDuration::from_hours(hours)).unwrap();
        let mut latest = LatestSessions::default();
        let mut opened = Vec::new();
        for hours in 1..=20 {
            let session = SessionId::new(&clock, &randomness);
            let (after, ended) = latest.opening(session, hour(hours), now);
            assert_eq!(ended, []);
            (latest, opened) = (after, [opened, vec![session]].concat());
        }
        let session = SessionId::new(&clock, &randomness);
        let (full, ended) = latest.opening(session, hour(21), now);
        assert_eq!((ended, full.ids().collect::<Vec<_>>()), (vec![opened[0]], [&opened[1..], &[session]].concat()));
        let (fewer, ended) = latest.opening(session, hour(21), hour(3));
        assert_eq!((ended, fewer.ids().collect::<Vec<_>>()), (vec![], [&opened[3..], &[session]].concat()));
    }
}
