//! Deleting a generation, running or not.

use async_trait::async_trait;
use kernel::{Clock, Failure, GenerationId, Principal};

use crate::generation::{Generation, State};
use crate::store::{Change, Generations, Written};
use crate::tidy::Tidy;

/// Looks up one of the caller's generations.
#[async_trait]
pub trait OwnGenerations: Send + Sync {
    /// The generation, if it is the caller's.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn own(&self, principal: &Principal, id: GenerationId) -> Result<Option<Generation>, Failure>;
}

/// Deletes a generation and every object of it; a running one is cancelled and its credits are released, once.
pub struct DeleteGeneration<'a> {
    /// Looks the generation up.
    pub own: &'a dyn OwnGenerations,
    /// Where generations live.
    pub generations: &'a dyn Generations,
    /// Removes the objects.
    pub tidy: Tidy<'a>,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// Times a deletion looks again when a worker changes the generation under it.
const TRIES: usize = 5;

impl DeleteGeneration<'_> {
    /// Deletes `id`. Repeating it finishes what an interrupted deletion began.
    ///
    /// # Errors
    /// [`Failure::Missing`] when the caller has no such order.
    pub async fn run(&self, principal: &Principal, id: GenerationId) -> Result<(), Failure> {
        for _ in 0..TRIES {
            let generation = self.own.own(principal, id).await?.ok_or_else(|| Failure::missing("generation"))?;
            if matches!(generation.state, State::Blocked | State::Failed) {
                // A refused selfie goes even if its generation goes first: a cancelled generation no longer says that it must.
                self.tidy.objects(&generation).await?;
            }
            if let Some(cancelled) = self.cancelled(&generation).await? {
                self.tidy.objects(&cancelled).await?;
                // A worker may still be on a running generation: its row stays as a sign to it until the sweeper ends it.
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
