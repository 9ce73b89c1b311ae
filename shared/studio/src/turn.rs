//! A worker's turn on a step: messages that come twice do not do its work, and pay for it, beside each other.
//!
//! A turn lasts as long as the worker's own function may run, so that it ends by itself when the worker dies. Its message comes again later than that.

use kernel::{Clock, Failure, SignedDuration, Timestamp};

use crate::generation::{Generation, IllegalChange};
use crate::store::{Change, Generations, Written, write};

/// The longest time a function may run, by AWS Lambda's limits.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// The turns that a worker takes.
#[derive(Clone, Copy)]
pub struct Turns<'a> {
    pub generations: &'a dyn Generations,
    pub clock: &'a dyn Clock,
    /// The end of this worker's time.
    pub until: Timestamp,
}

impl Turns<'_> {
    /// Until when a turn lasts that begins now.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.clock.now().checked_add(LONGEST).map_or(self.until, |longest| self.until.min(longest))
    }

    /// Takes the present step of a generation.
    ///
    /// # Errors
    /// [`Failure::Busy`] while another worker has it, or when one was faster; the message comes again.
    pub async fn take(&self, generation: &Generation) -> Result<Generation, Failure> {
        let now = self.clock.now();
        if let Some(until) = generation.held_until.filter(|until| *until > now) {
            return Err(Failure::unavailable(until.duration_since(now).unsigned_abs()));
        }
        self.enter(generation, generation.take(self.end(), now)).await
    }

    /// Begins a turn by this change.
    ///
    /// # Errors
    /// As of [`Self::take`].
    pub async fn enter(&self, before: &Generation, taken: Result<Generation, IllegalChange>) -> Result<Generation, Failure> {
        let taken = taken.map_err(Failure::broken)?;
        match self.generations.change(Change::of(before, &taken)).await {
            Ok(Written::Stored) => Ok(taken),
            Ok(Written::Overtaken) => Err(Failure::unavailable(std::time::Duration::from_secs(1))),
            // It may be written, and only the answer lost.
            Err(failure) => self.leave(&taken, Err(failure)).await.map(|()| taken),
        }
    }

    /// Ends the turn of a run that failed, so that the next need not wait for its end; passes the outcome on.
    pub async fn leave(&self, taken: &Generation, outcome: Result<(), Failure>) -> Result<(), Failure> {
        if outcome.is_err()
            && let Ok(Some(now)) = self.generations.load(taken.owner, taken.id).await
            && (now.state, now.held_until) == (taken.state, taken.held_until)
        {
            // If it cannot be written, the turn ends by itself.
            let _left = self.write(&now, Generation::put_down).await;
        }
        outcome
    }

    /// Writes how a worker leaves its step.
    ///
    /// # Errors
    /// As of [`write`].
    pub async fn write(
        &self,
        before: &Generation,
        leave: fn(&Generation, Timestamp) -> Result<Generation, IllegalChange>,
    ) -> Result<Generation, Failure> {
        let after = leave(before, self.clock.now()).map_err(Failure::broken)?;
        write(self.generations, Change::of(before, &after)).await?;
        Ok(after)
    }
}
