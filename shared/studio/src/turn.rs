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
    /// This worker's delivery of its message: `<id>/<times>`, as of [`Handed`].
    pub delivery: &'a str,
}

/// A delivery: a message, and how often it was handed out. A queue hands a message out again when its worker reported a failure, died, or is long past its
/// time, and else on rare occasions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Handed<'a> {
    id: &'a str,
    times: u32,
}

impl<'a> Handed<'a> {
    fn parse(text: &'a str) -> Self {
        let (id, times) = text.rsplit_once('/').unwrap_or((text, ""));
        Self { id, times: times.parse().unwrap_or(1) }
    }
}

impl Turns<'_> {
    /// Until when a turn lasts that begins now.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.clock.now().checked_add(LONGEST).map_or(self.until, |longest| self.until.min(longest))
    }

    /// Takes the present step of a generation; `None` while the worker of another message has it, whose message comes again if that worker dies: this one
    /// is not needed. Who is handed the message of that worker again takes its turn: that worker is dead.
    ///
    /// # Errors
    /// [`Failure::Busy`] while another worker has this very delivery, or when one was faster; the message comes again.
    pub async fn take(&self, generation: &Generation) -> Result<Option<Generation>, Failure> {
        let now = self.clock.now();
        if let Some(until) = generation.held_until.filter(|until| *until > now) {
            let (ours, holders) = (Handed::parse(self.delivery), Handed::parse(generation.held_by.as_deref().unwrap_or_default()));
            if ours.id != holders.id {
                return Ok(None);
            }
            if ours.times <= holders.times {
                return Err(Failure::unavailable(until.duration_since(now).unsigned_abs()));
            }
        }
        self.enter(generation, generation.take(self.end(), now)).await.map(Some)
    }

    /// Begins a turn by this change.
    ///
    /// # Errors
    /// As of [`Self::take`].
    pub async fn enter(&self, before: &Generation, taken: Result<Generation, IllegalChange>) -> Result<Generation, Failure> {
        let taken = taken.map_err(Failure::broken)?.held_by(self.delivery);
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
