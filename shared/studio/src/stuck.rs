//! The sweeper: generations past their state's deadline are restarted, or ended (every-minute-end-stuck).
//!
//! A generation whose message waits behind others is not stuck. It is told again only when its message must be lost: when nothing waits in its queue, or
//! after half a day. So a vendor that is slow makes generations late and condemns none, and a backlog is not made longer by second messages.

use async_trait::async_trait;
use futures_util::{StreamExt, future, stream};
use kernel::{Clock, Failure, GenerationId, Owner, SignedDuration, Timestamp};

use crate::backlog::Waiting;
use crate::generation::{EndReason, Generation, IllegalChange, MailState, State};
use crate::steps::{Step, Steps};
use crate::store::{Change, Generations, Written};
use crate::tidy::Tidy;
use crate::upload::form_is_over_at;

/// Generations of one lane that are handled at the same time.
const AT_ONCE: usize = 16;

/// A message that has waited for so long behind others is lost: admission lets no queue grow to hours of work.
const LOST: SignedDuration = SignedDuration::from_hours(12);

/// The time that a run leaves for what it has begun.
const SPARE: SignedDuration = SignedDuration::from_secs(10);

/// The longest time for which a row that cannot be handled is put off.
const LONGEST_SETBACK: u32 = 64;

/// Running and ended generations are looked for apart, so that neither is behind however many of the other there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Credits are held.
    Running,
    /// Leftovers may be left, or a mail is due.
    Ended,
}

impl Lane {
    /// The lane of a generation in this state.
    #[must_use]
    pub fn of(state: State) -> Self {
        if state.is_running() { Self::Running } else { Self::Ended }
    }
}

/// A row whose deadline has passed. The index may lag behind it, so it is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The row's own keys.
    pub row: (String, String),
    pub deadline: Timestamp,
    /// `None` for keys that name no generation.
    pub generation: Option<(Owner, GenerationId)>,
}

#[async_trait]
pub trait Overdue: Send + Sync {
    /// The rows of a lane whose deadline is `now` or earlier.
    fn of(&self, lane: Lane, now: Timestamp) -> Box<dyn OverduePages + '_>;

    /// Puts off a row that cannot be handled, longer each time until it is changed ([`setback`]), unless its deadline has changed.
    async fn put_off(&self, due: &Due, now: Timestamp) -> Result<(), Failure>;
}

#[async_trait]
pub trait OverduePages: Send {
    /// Some more of them, each shard's earliest first; none when there are no more.
    async fn next(&mut self) -> Result<Vec<Due>, Failure>;
}

/// How long a row is put off that was put off `times` times before: two minutes, and twice as long each time, up to about an hour.
#[must_use]
pub fn setback(times: u32) -> SignedDuration {
    let minutes = 2_u32.saturating_pow(times.saturating_add(1)).min(LONGEST_SETBACK);
    SignedDuration::from_mins(i64::from(minutes))
}

pub struct EndStuck<'a> {
    pub overdue: &'a dyn Overdue,
    pub generations: &'a dyn Generations,
    pub steps: &'a dyn Steps,
    /// What waits in the queues of the steps.
    pub waiting: &'a Waiting,
    pub tidy: Tidy<'a>,
    pub clock: &'a dyn Clock,
    /// The end of this run's time. It begins with nothing a little before; the rest waits for the next.
    pub until: Timestamp,
}

/// The counts of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Restarted generations.
    pub revived: u32,
    /// Generations whose message may still wait in its queue.
    pub waiting: u32,
    /// Generations ended, their credits released.
    pub failed: u32,
    /// Ended generations whose last leftovers were removed.
    pub tidied: u32,
    /// What failed in this run.
    pub errors: u32,
    /// The earliest deadline of those that are still overdue.
    pub oldest: Option<Timestamp>,
}

enum Outcome {
    Revived,
    Waiting,
    Failed,
    Tidied,
    /// There is nothing to do yet, or another worker has just done something.
    Early,
    /// The time of the run is over.
    Left,
}

impl Swept {
    /// Says what was done, and how far behind the sweeper is.
    pub fn log(&self, now: Timestamp) {
        let Self { revived, waiting, failed, tidied, errors, .. } = *self;
        tracing::info!(revived, waiting, failed, tidied, errors, "swept");
        tracing::info!(oldest_seconds = self.oldest_seconds(now), "sweeper backlog");
    }

    /// For how many seconds the oldest that is still overdue has been so.
    #[must_use]
    pub fn oldest_seconds(&self, now: Timestamp) -> i64 {
        self.oldest.map_or(0, |oldest| now.duration_since(oldest).as_secs().max(0))
    }

    /// A run with errors has failed, once all the others are handled.
    ///
    /// # Errors
    /// [`Failure::Broken`] when there were any.
    pub fn outcome(&self) -> Result<(), Failure> {
        if self.errors == 0 { Ok(()) } else { Err(Failure::broken(format!("{} could not be swept", self.errors))) }
    }

    fn count(&mut self, due: &Due, outcome: Result<Outcome, Failure>) {
        match outcome {
            Ok(Outcome::Revived) => self.revived += 1,
            Ok(Outcome::Waiting) => self.waiting += 1,
            Ok(Outcome::Failed) => self.failed += 1,
            Ok(Outcome::Tidied) => self.tidied += 1,
            Ok(Outcome::Early) => {}
            Ok(Outcome::Left) => self.is_overdue(due.deadline),
            Err(failure) => {
                tracing::warn!(about = due.row.1, failure = &failure as &dyn std::error::Error, "could not be swept");
                self.errors += 1;
                self.is_overdue(due.deadline);
            }
        }
    }

    fn is_overdue(&mut self, deadline: Timestamp) {
        self.oldest = Some(self.oldest.map_or(deadline, |oldest| oldest.min(deadline)));
    }

    fn and(self, other: Self) -> Self {
        Self {
            revived: self.revived + other.revived,
            waiting: self.waiting + other.waiting,
            failed: self.failed + other.failed,
            tidied: self.tidied + other.tidied,
            errors: self.errors + other.errors,
            oldest: self.oldest.into_iter().chain(other.oldest).min(),
        }
    }
}

impl EndStuck<'_> {
    /// Handles overdue generations until none is left or the time is over; one that fails does not stop the others.
    pub async fn run(&self) -> Swept {
        let (running, ended) = future::join(self.lane(Lane::Running), self.lane(Lane::Ended)).await;
        running.and(ended)
    }

    async fn lane(&self, lane: Lane) -> Swept {
        let mut swept = Swept::default();
        let mut pages = self.overdue.of(lane, self.clock.now());
        loop {
            let page = match pages.next().await {
                Ok(page) if page.is_empty() => return swept,
                Ok(page) => page,
                Err(failure) => {
                    tracing::warn!(failure = &failure as &dyn std::error::Error, "what is overdue could not be found");
                    swept.errors += 1;
                    return swept;
                }
            };
            let handled = stream::iter(page).map(|due| async { (self.handle(&due).await, due) });
            let outcomes: Vec<_> = handled.buffer_unordered(AT_ONCE).collect().await;
            let over = outcomes.iter().any(|(outcome, _)| matches!(outcome, Ok(Outcome::Left)));
            outcomes.into_iter().for_each(|(outcome, due)| swept.count(&due, outcome));
            if over {
                return swept;
            }
        }
    }

    /// What fails is put off, so that it is in nobody's way.
    async fn handle(&self, due: &Due) -> Result<Outcome, Failure> {
        if self.clock.now().checked_add(SPARE).is_ok_and(|end| end >= self.until) {
            return Ok(Outcome::Left);
        }
        let outcome = match due.generation {
            Some((owner, id)) => self.one(owner, id).await,
            None => Err(Failure::broken("keys that name no generation")),
        };
        if outcome.is_err()
            && let Err(failure) = self.overdue.put_off(due, self.clock.now()).await
        {
            tracing::warn!(about = due.row.1, failure = &failure as &dyn std::error::Error, "could not be put off");
        }
        outcome
    }

    async fn one(&self, owner: Owner, id: GenerationId) -> Result<Outcome, Failure> {
        let now = self.clock.now();
        let Some(generation) = self.generations.load(owner, id).await? else { return Ok(Outcome::Early) };
        if generation.deadline.is_none_or(|deadline| deadline > now) {
            return Ok(Outcome::Early);
        }
        if generation.is_over(now) {
            return self.end(&generation, now).await;
        }
        match generation.state {
            State::Queued | State::Screening => self.go_on(&generation, Step::GenerationQueued, now).await,
            State::Drawing => self.go_on(&generation, Step::ScreeningPassed, now).await,
            State::Finishing => self.go_on(&generation, Step::DrawingReady, now).await,
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

    /// The end of what a trial made, as if its owner deleted it. Its tombstone stays until no worker can be on it any more.
    async fn end(&self, generation: &Generation, now: Timestamp) -> Result<Outcome, Failure> {
        // A refused selfie goes even if its generation goes first: a cancelled one no longer says that it was refused.
        self.tidy.objects(generation).await?;
        let cancelled = generation.cancel(now).map_err(Failure::broken)?;
        if self.generations.change(Change::of(generation, &cancelled)).await? == Written::Overtaken {
            return Ok(Outcome::Early);
        }
        self.tidy.objects(&cancelled).await?;
        Ok(Outcome::Tidied)
    }

    /// A restart is safe, because every step may be repeated; bounded, because a step that fails three times will fail again.
    async fn go_on(&self, generation: &Generation, step: Step, now: Timestamp) -> Result<Outcome, Failure> {
        let untouched = generation.held_until.is_none();
        let may_wait = self.waiting.holds(step) && now.duration_since(generation.updated_at) < LOST;
        if untouched && may_wait {
            return self.change(generation, generation.wait_on(now), Outcome::Waiting).await;
        }
        if generation.revivals_in_state >= Generation::REVIVALS {
            return self.fail(generation, now).await;
        }
        if may_wait {
            return self.change(generation, generation.wait_on(now), Outcome::Waiting).await;
        }
        self.revive(generation, step, now).await
    }

    async fn revive(&self, generation: &Generation, step: Step, now: Timestamp) -> Result<Outcome, Failure> {
        let revived = generation.revive(now).map_err(Failure::broken)?;
        match self.generations.change(Change::of(generation, &revived)).await? {
            Written::Overtaken => Ok(Outcome::Early),
            Written::Stored => self.steps.tell(step, &revived).await.map(|()| Outcome::Revived),
        }
    }

    async fn fail(&self, generation: &Generation, now: Timestamp) -> Result<Outcome, Failure> {
        let failed = generation.fail(EndReason::TimedOut, now).map_err(Failure::broken)?;
        let release = generation.release(now);
        let change = Change { entries: release.as_slice(), ..Change::of(generation, &failed) };
        if self.generations.change(change).await? == Written::Overtaken {
            return Ok(Outcome::Early);
        }
        tracing::info!(generation_id = %generation.id, reason = ?EndReason::TimedOut, "generation failed, credits released");
        self.tidy.objects(&failed).await?;
        Ok(Outcome::Failed)
    }

    /// A delivered generation is settled when its mail went. A due mail was refused for the moment, or its worker died before the claim; a claimed
    /// mail without the mail service's confirmation before the deadline counts as not sent. Both go to the last step again, a few times.
    async fn conclude(&self, generation: &Generation, now: Timestamp) -> Result<Outcome, Failure> {
        if matches!(generation.mail, None | Some(MailState::Sent)) {
            return self.tidy_and_settle(generation, now).await;
        }
        if generation.revivals_in_state < Generation::REVIVALS {
            return self.revive(generation, Step::DrawingReady, now).await;
        }
        tracing::error!(generation_id = %generation.id, "ready mail may not have been sent");
        self.tidy_and_settle(generation, now).await
    }

    async fn tidy_and_settle(&self, generation: &Generation, now: Timestamp) -> Result<Outcome, Failure> {
        self.tidy.objects(generation).await?;
        self.tidy.original(self.generations, generation).await?;
        self.change(generation, generation.settle(now), Outcome::Tidied).await
    }

    /// A worker that changes the generation at the same moment is no fault.
    async fn change(&self, before: &Generation, after: Result<Generation, IllegalChange>, done: Outcome) -> Result<Outcome, Failure> {
        let after = after.map_err(Failure::broken)?;
        Ok(match self.generations.change(Change::of(before, &after)).await? {
            Written::Stored => done,
            Written::Overtaken => Outcome::Early,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_cannot_be_handled_comes_back_later_each_time_and_within_about_an_hour() {
        let minutes: Vec<i64> = [0, 1, 2, 5, 6, 1000, u32::MAX].map(|times| setback(times).as_mins()).to_vec();
        assert_eq!(minutes, [2, 4, 8, 64, 64, 64, 64]);
    }
}
