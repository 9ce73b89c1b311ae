//! A trial as it is stored, and as its holder sees it.

use async_trait::async_trait;
use kernel::{AccountId, Failure, GenerationId, Timestamp, TrialHolder, TrialId, UploadId};
use studio::{State, View, Views};

use crate::NewTrial;

/// What a trial was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub upload: Option<UploadId>,
    pub generation: Option<GenerationId>,
    /// The account that claimed its files, and the generation there.
    pub claimed: Option<(AccountId, GenerationId)>,
    pub expires_at: Timestamp,
}

#[async_trait]
pub trait Trials: Send + Sync {
    /// Writes a trial: its proof unused, and no limit of its networks and of the day reached; all of it or nothing.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`kernel::Reason::ChallengeRefused`] where the proof gave a trial before, [`Failure::Busy`] with
    /// [`kernel::Reason::RateLimited`] where the networks began too many today, and with [`kernel::Reason::BudgetSpent`] above the budget of the day.
    async fn open(&self, trial: &NewTrial) -> Result<(), Failure>;

    /// A consistent read.
    ///
    /// # Errors
    /// [`Failure::Denied`] for a pass that is none of it, and when it is over.
    async fn find(&self, holder: &TrialHolder) -> Result<Standing, Failure>;
}

/// A trial with its generation.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    pub id: TrialId,
    pub upload: Option<UploadId>,
    pub generation: Option<View>,
    /// Whether an account took its files.
    pub claimed: bool,
    pub expires_at: Timestamp,
}

pub struct ViewTrial<'a> {
    pub trials: &'a dyn Trials,
    pub views: &'a dyn Views,
}

impl ViewTrial<'_> {
    /// # Errors
    /// Those of [`Trials::find`].
    pub async fn run(&self, holder: TrialHolder) -> Result<Trial, Failure> {
        let Standing { upload, generation, claimed, expires_at } = self.trials.find(&holder).await?;
        let view = match generation {
            Some(id) => self.views.view(&holder.into(), id).await?,
            None => None,
        };
        // A cancelled one is about to go.
        let generation = view.filter(|view| view.generation.state != State::Cancelled);
        Ok(Trial { id: holder.trial, upload, generation, claimed: claimed.is_some(), expires_at })
    }
}
