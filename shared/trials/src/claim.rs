//! Claiming: what a trial made becomes an account's.
//!
//! The claim is one transaction: it marks the trial and writes a generation of the account that has yet to take over the files. The last step of the work
//! copies them under keys of the account, as often as it must, and delivers them as any others. So a claim cannot be had twice and cannot be lost, and
//! what the end of the trial deletes is under keys of its own.

use async_trait::async_trait;
use kernel::{AccountSession, Clock, Failure, GenerationId, Owner, Randomness, Reason, SignedDuration, TrialHolder};
use studio::steps::tell_again;
use studio::{Generation, Generations, State, Step, Steps};

use crate::{Standing, Trials};

/// A claim may take so long between its transaction and its message, and is not to be helped meanwhile.
const ABOUT_TO_TELL: SignedDuration = SignedDuration::from_secs(10);

/// All rows that a claim writes.
#[derive(Debug, Clone)]
pub struct Claim {
    pub caller: AccountSession,
    pub holder: TrialHolder,
    /// The trial's own, which must still be there and done.
    pub of: GenerationId,
    /// The account's.
    pub generation: Generation,
}

/// The outcome of the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    New,
    /// The account claimed it before, as this generation; nothing was written.
    Before(GenerationId),
}

#[async_trait]
pub trait Claims: Send + Sync {
    /// Writes a claim: session and pass good, the trial claimed by nobody else, its generation done; all of it or nothing.
    ///
    /// # Errors
    /// [`Failure::Denied`] for a session or a pass that is none, [`Failure::Conflict`] with [`Reason::TrialUsed`] where another account claimed it, and
    /// with [`Reason::TrialUnfinished`] where the generation is gone.
    async fn claim(&self, claim: &Claim) -> Result<Claimed, Failure>;
}

pub struct ClaimTrial<'a> {
    pub trials: &'a dyn Trials,
    pub generations: &'a dyn Generations,
    pub claims: &'a dyn Claims,
    pub steps: &'a dyn Steps,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
}

impl ClaimTrial<'_> {
    /// Claims the files of the trial of `holder` for the account of `caller`; answers the generation that has them there in a moment. A repetition answers
    /// the same, and helps a first request that died.
    ///
    /// # Errors
    /// Those of [`Trials::find`] and [`Claims::claim`]; [`Failure::Conflict`] with [`Reason::TrialUnfinished`] while there is nothing to claim.
    pub async fn run(&self, caller: AccountSession, holder: TrialHolder) -> Result<GenerationId, Failure> {
        let standing = self.trials.find(&holder).await?;
        if let Some((account, id)) = standing.claimed {
            return if account == caller.account { self.again(caller, id).await } else { Err(claimed_by_another()) };
        }
        let done = self.finished(&standing, holder).await?;
        let (id, now) = (GenerationId::new(self.clock, self.randomness), self.clock.now());
        let generation = done.claimed_by(caller.account, id, now).map_err(|_| unfinished())?;
        let claim = Claim { caller, holder, of: done.id, generation };
        match self.claims.claim(&claim).await? {
            Claimed::New => {
                left_to_the_sweeper(id, self.steps.tell(Step::DrawingReady, &claim.generation).await);
                Ok(id)
            }
            Claimed::Before(id) => Ok(id),
        }
    }

    async fn finished(&self, standing: &Standing, holder: TrialHolder) -> Result<Generation, Failure> {
        let id = standing.generation.ok_or_else(unfinished)?;
        let found = self.generations.load(holder.owner(), id).await?;
        found.filter(|found| found.state == State::Done && !found.is_over(self.clock.now())).ok_or_else(unfinished)
    }

    /// The earlier request may have died after its transaction.
    async fn again(&self, caller: AccountSession, id: GenerationId) -> Result<GenerationId, Failure> {
        let Some(generation) = self.generations.load(Owner::Account(caller.account), id).await? else { return Ok(id) };
        let waits = self.clock.now().duration_since(generation.updated_at);
        if generation.state == State::Finishing && waits >= ABOUT_TO_TELL {
            left_to_the_sweeper(id, tell_again(self.generations, self.steps, Step::DrawingReady, &generation).await);
        }
        Ok(id)
    }
}

fn left_to_the_sweeper(id: GenerationId, told: Result<(), Failure>) {
    if let Err(failure) = told {
        tracing::warn!(generation_id = %id, failure = &failure as &dyn std::error::Error, "trial claimed but its last step not queued; the sweeper will do it");
    }
}

/// For a trial with nothing to claim yet, or no more.
#[must_use]
pub fn unfinished() -> Failure {
    Failure::conflict(Reason::TrialUnfinished, "The trial has no finished pictures that could be claimed.")
}

/// For a trial that is another account's already.
#[must_use]
pub fn claimed_by_another() -> Failure {
    Failure::conflict(Reason::TrialUsed, "The pictures of this trial were claimed by another account.")
}
