//! How much work waits, and whether more is let in.
//!
//! A queue takes any number of messages, and a vendor draws only so many pictures a minute. A generation that would wait for longer than anybody waits is not
//! taken: its caller is told when to come again, and no credits are held. The sweeper looks at the queues every minute, and closes the admission for a
//! little longer than until its next look; the generation's own transaction asks whether it is closed.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::{Clock, Failure, SignedDuration, Timestamp};

use crate::steps::{Backlog, Step};

/// The longest that a generation may have to wait for all its steps when it is taken.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);

/// How long one look closes the admission: until the next, and a half more.
const CLOSED: SignedDuration = SignedDuration::from_secs(90);

impl Step {
    /// Every step, in the order of the work.
    pub const ALL: [Self; 3] = [Self::GenerationQueued, Self::ScreeningPassed, Self::DrawingReady];

    /// The seconds a worker needs for a message, as a rule: a look at a selfie, a drawing by a vendor, the files of a drawing.
    const fn seconds(self) -> u64 {
        match self {
            Self::GenerationQueued => 5,
            Self::ScreeningPassed => 30,
            Self::DrawingReady => 20,
        }
    }
}

/// What waits in the queues of the steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting(BTreeMap<Step, u64>);

impl Waiting {
    /// Asks every queue. One that does not answer is unknown.
    pub async fn of(backlog: &dyn Backlog) -> Self {
        let mut all = BTreeMap::new();
        for step in Step::ALL {
            match backlog.waiting(step).await {
                Ok(messages) => drop(all.insert(step, messages)),
                Err(failure) => tracing::warn!(failure = &failure as &dyn std::error::Error, "it is unknown how much waits"),
            }
        }
        Self(all)
    }

    /// Whether messages of a step may wait. Where it is unknown they may: nothing is given up for that.
    #[must_use]
    pub fn holds(&self, step: Step) -> bool {
        self.0.get(&step).is_none_or(|messages| *messages > 0)
    }

    /// The messages that wait for a step, and for those before it, which become messages of this one.
    fn until(&self, step: Step) -> u64 {
        self.0.iter().filter(|(other, _)| **other <= step).map(|(_, messages)| messages).sum()
    }

    /// Whether a step has more to do than its workers do in the time that a generation may have to wait.
    fn is_more_than(&self, step: Step, workers: u32) -> bool {
        let in_time = u64::from(workers) * LONGEST_WAIT.unsigned_abs().as_secs() / step.seconds();
        self.until(step) > in_time
    }
}

/// Whether generations are taken.
#[async_trait]
pub trait Admission: Send + Sync {
    /// Takes no more generations until then.
    async fn close(&self, until: Timestamp) -> Result<(), Failure>;
}

/// Closes the admission while there is more work than the workers do in time.
pub struct ControlAdmission<'a> {
    pub admission: &'a dyn Admission,
    pub waiting: &'a Waiting,
    /// The workers of each step.
    pub workers: [(Step, u32); 3],
    pub clock: &'a dyn Clock,
}

impl ControlAdmission<'_> {
    /// Returns whether it closed.
    ///
    /// # Errors
    /// Those of [`Admission::close`].
    pub async fn run(&self) -> Result<bool, Failure> {
        let too_much = self.workers.iter().any(|(step, workers)| self.waiting.is_more_than(*step, *workers));
        if too_much {
            let now = self.clock.now();
            self.admission.close(now.checked_add(CLOSED).unwrap_or(now)).await?;
        }
        Ok(too_much)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(messages: [u64; 3]) -> Waiting {
        Waiting(Step::ALL.into_iter().zip(messages).collect())
    }

    #[test]
    fn generations_are_taken_while_the_workers_of_every_step_come_after() {
        assert!(!waiting([0, 0, 0]).is_more_than(Step::ScreeningPassed, 20));
        assert!(!waiting([0, 600, 0]).is_more_than(Step::ScreeningPassed, 20), "20 workers, 30 seconds a drawing, 15 minutes");
        assert!(waiting([0, 601, 0]).is_more_than(Step::ScreeningPassed, 20));
        assert!(waiting([300, 301, 0]).is_more_than(Step::ScreeningPassed, 20), "what is screened now is drawn next");
        assert!(!waiting([0, 0, 601]).is_more_than(Step::ScreeningPassed, 20), "what is drawn is drawn");
        assert!(waiting([0, 0, 901]).is_more_than(Step::DrawingReady, 20));
        assert!(waiting([0, 61, 0]).is_more_than(Step::ScreeningPassed, 2), "fewer workers, less work");
    }

    #[test]
    fn a_queue_that_does_not_answer_may_hold_anything_and_closes_nothing() {
        assert!(Waiting::default().holds(Step::ScreeningPassed) && !waiting([0, 0, 0]).holds(Step::ScreeningPassed));
        assert!(!Waiting::default().is_more_than(Step::ScreeningPassed, 2));
    }
}
