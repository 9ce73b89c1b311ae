//! The circuit breaker of each vendor: a dead vendor is not asked by every worker for every drawing.
//!
//! All workers share one [`Circuit`] an artist through the port [`Breaker`]. It opens after five failures in a row. Then one worker at a time probes
//! the vendor, after half a minute at first and after twice as long each time, up to ten minutes.

use std::time::Duration;

use async_trait::async_trait;
use kernel::{Failure, SignedDuration, Timestamp};

use crate::attempts::Outcome;
use crate::store::Written;

/// Failures in a row that open a circuit.
const FAILURES: u32 = 5;

/// The maximum distance of two failures in a row: a call may take two and a half minutes until it is given up, and a minute may lie between.
const IN_A_ROW: SignedDuration = SignedDuration::from_secs(210);

/// How long a circuit is open at first.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);

/// The longest wait; also the wait for an unpaid account, which nobody pays within a minute.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(10);

/// How long a probe may take before another worker may probe: a call, and the time to record its outcome.
const PROBE: SignedDuration = SignedDuration::from_secs(170);

/// The known health of a vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    pub artist: String,
    /// Grows with every change; 0 before the first.
    pub version: u64,
    /// Failures in a row.
    pub failures: u32,
    /// The time of the last failure; `None` before the first.
    pub failed_at: Option<Timestamp>,
    /// The end of the wait, or of a running probe; `None` while the circuit is closed.
    pub open_until: Option<Timestamp>,
    /// The length of the last wait.
    pub wait: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    Granted,
    /// By one worker at a time, after writing [`Circuit::probed`].
    Probe,
    /// Not before this instant.
    Refused(Timestamp),
}

impl Circuit {
    /// A closed circuit, for an artist without a record.
    #[must_use]
    pub fn closed(artist: &str) -> Self {
        Self { artist: artist.to_owned(), version: 0, failures: 0, failed_at: None, open_until: None, wait: Duration::ZERO }
    }

    #[must_use]
    pub fn permit(&self, now: Timestamp) -> Permit {
        match self.open_until {
            None => Permit::Granted,
            Some(until) if until > now => Permit::Refused(until),
            Some(_) => Permit::Probe,
        }
    }

    /// A worker probes the vendor: no other asks until the outcome is known, or the probing worker must be dead.
    #[must_use]
    pub fn probed(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, open_until: later(now, PROBE), ..self.clone() }
    }

    /// The worker did not probe after all: the next one may.
    #[must_use]
    pub fn given_back(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, open_until: Some(now), ..self.clone() }
    }

    /// The circuit after a call with this outcome at `now`; `probe` marks the call of a probe. `None` when nothing changes.
    ///
    /// A vendor that answers is alive, whatever it answers: only being down, an unclear outcome and an unpaid account count as failures.
    #[must_use]
    pub fn after(&self, outcome: Outcome, probe: bool, now: Timestamp) -> Option<Self> {
        let next = match outcome {
            Outcome::Exhausted => self.opened(LONGEST_WAIT, now),
            Outcome::Down | Outcome::Unclear => self.failed(probe, now)?,
            // The vendor is alive, but without a probe its state under less load is unknown.
            Outcome::Busy if !probe => return None,
            Outcome::Busy | Outcome::Drawn | Outcome::Refused | Outcome::NoPicture | Outcome::Misconfigured => self.answered()?,
        };
        Some(Self { version: self.version + 1, ..next })
    }

    fn failed(&self, probe: bool, now: Timestamp) -> Option<Self> {
        match self.open_until {
            Some(_) if probe => Some(self.opened(seconds(self.wait) * 2, now)),
            // The call began before the circuit opened: it says nothing new.
            Some(_) => None,
            None => {
                let in_a_row = self.failed_at.is_some_and(|last| now.duration_since(last) <= IN_A_ROW);
                let failures = if in_a_row { self.failures.saturating_add(1) } else { 1 };
                let counted = Self { failures, failed_at: Some(now), ..self.clone() };
                Some(if failures >= FAILURES { counted.opened(FIRST_WAIT, now) } else { counted })
            }
        }
    }

    fn answered(&self) -> Option<Self> {
        let anew = Self { version: self.version, ..Self::closed(&self.artist) };
        (anew != *self).then_some(anew)
    }

    fn opened(&self, wait: SignedDuration, now: Timestamp) -> Self {
        let wait = wait.clamp(FIRST_WAIT, LONGEST_WAIT);
        Self { open_until: later(now, wait), wait: wait.unsigned_abs(), failed_at: Some(now), ..self.clone() }
    }
}

fn later(now: Timestamp, wait: SignedDuration) -> Option<Timestamp> {
    Some(now.checked_add(wait).unwrap_or(Timestamp::MAX))
}

fn seconds(wait: Duration) -> SignedDuration {
    SignedDuration::try_from(wait).unwrap_or(LONGEST_WAIT)
}

#[async_trait]
pub trait Breaker: Send + Sync {
    /// The circuits of these artists, consistently read and in their order; a closed one without a record.
    async fn circuits(&self, artists: &[&str]) -> Result<Vec<Circuit>, Failure>;

    /// Writes a circuit if the stored one still has the version before `after.version`.
    async fn change(&self, after: &Circuit) -> Result<Written, Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    /// A circuit that was opened by failures, the last of them at `now`.
    fn open(now: i64) -> Circuit {
        let circuit = (0..FAILURES).fold(Circuit::closed("a"), |circuit, _| circuit.after(Outcome::Down, false, at(now)).unwrap());
        assert_eq!((circuit.version, circuit.permit(at(now))), (5, Permit::Refused(at(now + 30))));
        circuit
    }

    #[test]
    fn five_failures_in_a_row_open_it() {
        let mut circuit = Circuit::closed("a");
        for second in 0..4 {
            circuit = circuit.after(Outcome::Unclear, false, at(second)).unwrap();
            assert_eq!(circuit.permit(at(second)), Permit::Granted);
        }
        assert_eq!(circuit.after(Outcome::Down, false, at(4)).unwrap().permit(at(4)), Permit::Refused(at(34)));
        assert_eq!(circuit.after(Outcome::Down, false, at(1_000)).unwrap().permit(at(1_000)), Permit::Granted, "too far apart");
        let answered = circuit.after(Outcome::Refused, false, at(4)).unwrap();
        assert_eq!(answered.after(Outcome::Down, false, at(5)).unwrap().permit(at(5)), Permit::Granted, "an answer ends the row");
    }

    #[test]
    fn a_vendor_that_wants_money_is_left_alone_at_once() {
        let circuit = Circuit::closed("a").after(Outcome::Exhausted, false, at(0)).unwrap();
        assert_eq!(circuit.permit(at(599)), Permit::Refused(at(600)));
        assert_eq!(circuit.permit(at(600)), Permit::Probe);
    }

    #[test]
    fn one_tries_and_the_wait_doubles_up_to_ten_minutes() {
        let (mut circuit, mut now) = (open(0), 0);
        for wait in [30, 60, 120, 240, 480, 600, 600] {
            assert_eq!(circuit.permit(at(now + wait - 1)), Permit::Refused(at(now + wait)));
            now += wait;
            assert_eq!(circuit.permit(at(now)), Permit::Probe);
            let probed = circuit.probed(at(now));
            assert_eq!(probed.permit(at(now + 169)), Permit::Refused(at(now + 170)), "the others wait");
            assert_eq!(probed.permit(at(now + 170)), Permit::Probe, "the one who tried is dead");
            circuit = probed.after(Outcome::Down, true, at(now)).unwrap();
        }
        let closed = circuit.probed(at(now + 600)).after(Outcome::Drawn, true, at(now + 610)).unwrap();
        assert_eq!((closed.permit(at(now + 610)), closed.failures, closed.wait), (Permit::Granted, 0, Duration::ZERO));
    }

    #[test]
    fn what_says_nothing_new_is_not_written() {
        assert_eq!(Circuit::closed("a").after(Outcome::Drawn, false, at(0)), None);
        assert_eq!(Circuit::closed("a").after(Outcome::Busy, false, at(0)), None);
        assert_eq!(open(0).after(Outcome::Down, false, at(1)), None, "a call that began before it opened");
    }

    #[test]
    fn who_does_not_try_after_all_gives_the_turn_back() {
        assert_eq!(open(0).probed(at(30)).given_back(at(31)).permit(at(31)), Permit::Probe);
    }
}
