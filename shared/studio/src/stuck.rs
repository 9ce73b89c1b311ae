//! The sweeper: generations past their state's deadline are restarted, or ended (every-minute-end-stuck).

use async_trait::async_trait;
use kernel::{Clock, Failure, GenerationId, Owner, Timestamp};

use crate::generation::{EndReason, Generation, MailState, State};
use crate::steps::{Step, Steps};
use crate::store::{Change, Generations, write};
use crate::tidy::{Tidy, end_in_failure};
use crate::upload::form_is_over_at;

/// Maximum generations of one run; the rest waits for the next minute.
const BATCH: usize = 100;

#[async_trait]
pub trait Overdue: Send + Sync {
    /// The generations whose deadline is `now` or earlier, the earliest first, at most `limit`. It may lag behind the rows, so each is read again.
    async fn overdue(&self, now: Timestamp, limit: usize) -> Result<Vec<(Owner, GenerationId)>, Failure>;
}

pub struct EndStuck<'a> {
    pub overdue: &'a dyn Overdue,
    pub generations: &'a dyn Generations,
    pub steps: &'a dyn Steps,
    pub tidy: Tidy<'a>,
    pub clock: &'a dyn Clock,
}

/// The counts of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Restarted generations.
    pub revived: u32,
    /// Generations ended, their credits released.
    pub failed: u32,
    /// Ended generations whose last leftovers were removed.
    pub tidied: u32,
    /// Generations that failed in this run.
    pub errors: u32,
}

enum Outcome {
    Revived,
    Failed,
    Tidied,
    Early,
}

impl EndStuck<'_> {
    /// Handles every overdue generation; one that fails does not stop the others.
    ///
    /// # Errors
    /// Only when the overdue generations cannot be found.
    pub async fn run(&self) -> Result<Swept, Failure> {
        let mut swept = Swept::default();
        for (owner, id) in self.overdue.overdue(self.clock.now(), BATCH).await? {
            match self.one(owner, id).await {
                Ok(Outcome::Revived) => swept.revived += 1,
                Ok(Outcome::Failed) => swept.failed += 1,
                Ok(Outcome::Tidied) => swept.tidied += 1,
                Ok(Outcome::Early) => {}
                Err(failure) => {
                    tracing::warn!(generation_id = %id, failure = &failure as &dyn std::error::Error, "could not be swept");
                    swept.errors += 1;
                }
            }
        }
        Ok(swept)
    }

    async fn one(&self, owner: Owner, id: GenerationId) -> Result<Outcome, Failure> {
        let now = self.clock.now();
        let Some(generation) = self.generations.load(owner, id).await? else { return Ok(Outcome::Early) };
        if generation.deadline.is_none_or(|deadline| deadline > now) {
            return Ok(Outcome::Early);
        }
        match generation.state {
            State::Queued => self.revive_or_fail(&generation, Step::GenerationQueued, now).await,
            State::Screening => self.revive_or_fail(&generation, Step::GenerationQueued, now).await,
            State::Drawing => self.revive_or_fail(&generation, Step::ScreeningPassed, now).await,
            State::Finishing => self.revive_or_fail(&generation, Step::DrawingReady, now).await,
            State::Done => self.conclude(&generation, now).await,
            State::Blocked | State::Failed => self.tidy_and_settle(&generation, now).await,
            // Its tombstone stays as long as its upload can be posted again.
            State::Cancelled if form_is_over_at(generation.upload) > now => self.tidy_and_settle(&generation, now).await,
            State::Cancelled => {
                self.tidy.objects(&generation).await?;
                self.tidy.original(self.generations, &generation).await?;
                self.generations.remove(&generation).await?;
                Ok(Outcome::Tidied)
            }
        }
    }

    /// Safe, because every step may be repeated; bounded, because a step that fails three times will fail again.
    async fn revive_or_fail(&self, generation: &Generation, step: Step, now: Timestamp) -> Result<Outcome, Failure> {
        if generation.revivals >= Generation::REVIVALS {
            end_in_failure(self.generations, self.tidy, generation, EndReason::TimedOut, now).await?;
            return Ok(Outcome::Failed);
        }
        self.revive(generation, step, now).await
    }

    async fn revive(&self, generation: &Generation, step: Step, now: Timestamp) -> Result<Outcome, Failure> {
        let revived = generation.revive(now).map_err(Failure::broken)?;
        write(self.generations, Change::of(generation, &revived)).await?;
        self.steps.tell(step, generation.owner, generation.id).await?;
        Ok(Outcome::Revived)
    }

    /// A delivered generation is settled when its mail went. A due mail was refused for the moment, or its worker died before the claim; a claimed
    /// mail without the mail service's confirmation before the deadline counts as not sent. Both go to the last step again, a few times.
    async fn conclude(&self, generation: &Generation, now: Timestamp) -> Result<Outcome, Failure> {
        if generation.mail == Some(MailState::Sent) {
            return self.tidy_and_settle(generation, now).await;
        }
        if generation.revivals < Generation::REVIVALS {
            return self.revive(generation, Step::DrawingReady, now).await;
        }
        tracing::error!(generation_id = %generation.id, "ready mail may not have been sent");
        self.tidy_and_settle(generation, now).await
    }

    async fn tidy_and_settle(&self, generation: &Generation, now: Timestamp) -> Result<Outcome, Failure> {
        self.tidy.objects(generation).await?;
        self.tidy.original(self.generations, generation).await?;
        let settled = generation.settle(now).map_err(Failure::broken)?;
        write(self.generations, Change::of(generation, &settled)).await?;
        Ok(Outcome::Tidied)
    }
}
