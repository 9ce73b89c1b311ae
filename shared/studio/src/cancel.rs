//! Deleting a generation, running or not.
//!
//! A drawing that was made, or that a vendor has been asked for without a known answer, has cost something: the credits for it are spent, and those for
//! the others are released. So nobody draws for nothing by cancelling in time. An attempt is claimed on the condition that its generation is drawn, and
//! a deletion is written on the condition that the attempts are as they were read: whichever comes first, the other knows.

use async_trait::async_trait;
use kernel::{Clock, Failure, GenerationId, Principal};

use crate::attempts::History;
use crate::generation::{Generation, State};
use crate::store::{Change, Generations, Written};
use crate::tidy::Tidy;
use crate::upload::form_is_over_at;

/// One of the caller's generations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnGeneration {
    pub generation: Generation,
    /// The attempts at each of its drawings, by index; an empty history where there were none.
    pub attempts: Vec<History>,
}

/// Looks up one of the caller's generations.
#[async_trait]
pub trait OwnGenerations: Send + Sync {
    /// `None` unless the generation belongs to the caller. A consistent read.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn own(&self, principal: &Principal, id: GenerationId) -> Result<Option<OwnGeneration>, Failure>;
}

/// Deletes a generation and every object of it; a running one is cancelled and its credits are settled, once.
pub struct DeleteGeneration<'a> {
    pub own: &'a dyn OwnGenerations,
    pub generations: &'a dyn Generations,
    pub tidy: Tidy<'a>,
    pub clock: &'a dyn Clock,
}

/// Maximum repetitions of a deletion when workers change the generation meanwhile.
const TRIES: usize = 5;

impl DeleteGeneration<'_> {
    /// Deletes `id`. A repetition finishes an interrupted deletion.
    ///
    /// # Errors
    /// [`Failure::Missing`] when the caller has no such generation.
    pub async fn run(&self, principal: &Principal, id: GenerationId) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let own = self.own.own(principal, id).await?.ok_or_else(|| Failure::missing("generation"))?;
            let generation = &own.generation;
            if matches!(generation.state, State::Blocked | State::Failed) {
                // A refused selfie goes even if its generation goes first: a cancelled generation no longer holds that fact.
                self.tidy.objects(generation).await?;
            }
            if let Some(cancelled) = self.cancelled(&own).await? {
                self.tidy.objects(&cancelled).await?;
                // One that was never read may be drawn from again, until the sweeper ends the tombstone.
                self.tidy.spare_original(&cancelled).await?;
                return if self.stays(generation) {
                    self.leave_tombstone(generation).await
                } else {
                    self.generations.remove(&cancelled).await
                };
            }
        }
        Err(Failure::unavailable(std::time::Duration::from_secs(1)))
    }

    /// Whether its row stays as a tombstone until the sweeper ends it: a worker may still be on a running generation, and its upload may be posted again
    /// as long as its form is open.
    fn stays(&self, generation: &Generation) -> bool {
        generation.state.is_running() || generation.state == State::Cancelled || form_is_over_at(generation.upload) > self.clock.now()
    }

    /// Of a generation that was at its end nothing else stays. The histories of one that ran do: they say what its workers did.
    async fn leave_tombstone(&self, generation: &Generation) -> Result<(), Failure> {
        if generation.state.is_running() || generation.state == State::Cancelled {
            Ok(())
        } else {
            self.generations.remove_beside(generation).await
        }
    }

    /// The generation in its cancelled state; `None` when a worker changed it, or claimed an attempt, meanwhile.
    async fn cancelled(&self, own: &OwnGeneration) -> Result<Option<Generation>, Failure> {
        let OwnGeneration { generation, attempts } = own;
        if generation.state == State::Cancelled {
            return Ok(Some(generation.clone()));
        }
        let now = self.clock.now();
        let cancelled = generation.cancel(now).map_err(Failure::broken)?;
        let settled = generation.settle_charge(owed(own), now);
        // In any other state nobody can have claimed an attempt since, and the generation itself would have changed.
        let unchanged = if generation.state == State::Drawing { attempts.as_slice() } else { &[] };
        let change = Change { entries: &settled, unchanged, ..Change::of(generation, &cancelled) };
        Ok(match self.generations.change(change).await? {
            Written::Stored => Some(cancelled),
            Written::Overtaken => None,
        })
    }
}

/// How many drawings have cost something, as far as anybody knows.
fn owed(own: &OwnGeneration) -> u8 {
    let OwnGeneration { generation, attempts } = own;
    match generation.state {
        State::Queued | State::Screening => 0,
        State::Drawing => {
            let is_owed =
                |index: &u8| *index < generation.drawn || attempts.iter().any(|history| history.index == *index && history.is_owed());
            u8::try_from((0..generation.count).filter(is_owed).count()).unwrap_or(generation.count)
        }
        // Every drawing is made, and what has ended has its price.
        State::Finishing | State::Done | State::Blocked | State::Failed | State::Cancelled => generation.count,
    }
}
