//! Deleting a generation, running or not.

use async_trait::async_trait;
use kernel::{Clock, Failure, GenerationId, Principal};

use crate::generation::{Generation, State};
use crate::store::{Change, Generations, Written};
use crate::tidy::Tidy;

/// Looks up one of the caller's generations.
#[async_trait]
pub trait OwnGenerations: Send + Sync {
    /// `None` unless the generation belongs to the caller.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn own(&self, principal: &Principal, id: GenerationId) -> Result<Option<Generation>, Failure>;
}

/// Deletes a generation and every object of it; a running one is cancelled and its credits are released, once.
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
            let generation = self.own.own(principal, id).await?.ok_or_else(|| Failure::missing("generation"))?;
            if matches!(generation.state, State::Blocked | State::Failed) {
                // A refused selfie goes even if its generation goes first: a cancelled generation no longer holds that fact.
                self.tidy.objects(&generation).await?;
            }
            if let Some(cancelled) = self.cancelled(&generation).await? {
                self.tidy.objects(&cancelled).await?;
                // A worker may still be on a running generation: its row stays as a tombstone until the sweeper ends it.
                return if generation.state.is_running() || generation.state == State::Cancelled {
                    Ok(())
                } else {
                    self.generations.remove(&cancelled).await
                };
            }
        }
        Err(Failure::unavailable(std::time::Duration::from_secs(1)))
    }

    /// The generation in its cancelled state; `None` when a worker changed it meanwhile.
    async fn cancelled(&self, generation: &Generation) -> Result<Option<Generation>, Failure> {
        if generation.state == State::Cancelled {
            return Ok(Some(generation.clone()));
        }
        let now = self.clock.now();
        let cancelled = generation.cancel(now).map_err(Failure::broken)?;
        let release = generation.release(now);
        let change = Change { entry: release.as_ref(), ..Change::of(generation, &cancelled) };
        Ok(match self.generations.change(change).await? {
            Written::Stored => Some(cancelled),
            Written::Overtaken => None,
        })
    }
}
