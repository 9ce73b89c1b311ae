//! Removing the leftovers of a generation that ended without pictures.
//!
//! A worker may still be storing an object while its generation ends. So an ended generation keeps a deadline, and the sweeper cleans again when no
//! worker can be alive any more, and when nothing can be posted to the form of its upload any more.

use kernel::{Failure, Timestamp};

use crate::generation::{EndReason, Generation, State};
use crate::store::{Change, DRAWINGS, Generations, OriginalStanding, Pictures, Selfies, write};

/// Removes leftovers. Every part may be repeated.
#[derive(Clone, Copy)]
pub struct Tidy<'a> {
    pub selfies: &'a dyn Selfies,
    pub pictures: &'a dyn Pictures,
}

impl Tidy<'_> {
    /// Removes the objects that `generation` must not have in its state.
    pub async fn objects(&self, generation: &Generation) -> Result<(), Failure> {
        let Generation { owner, id, upload, .. } = *generation;
        match generation.state {
            State::Cancelled => self.pictures.remove(owner, id, "").await,
            State::Failed => {
                self.pictures.remove(owner, id, "").await?;
                if generation.reason.is_some_and(EndReason::spoils_upload) {
                    self.selfies.remove(owner, upload).await?;
                }
                Ok(())
            }
            State::Blocked => self.selfies.remove(owner, upload).await,
            State::Done => self.pictures.remove(owner, id, DRAWINGS).await,
            State::Queued | State::Screening | State::Drawing | State::Finishing => Ok(()),
        }
    }

    /// Removes an original that was posted once more. Nothing reads it, and it still says where it was taken (AN-11) or is what was refused (AN-42).
    pub async fn spare_original(&self, generation: &Generation) -> Result<(), Failure> {
        let Generation { owner, upload, .. } = *generation;
        match self.selfies.standing_of_original(owner, upload).await? {
            OriginalStanding::Spare => self.selfies.remove_original(owner, upload).await,
            OriginalStanding::Absent | OriginalStanding::Unread => Ok(()),
        }
    }

    /// Removes the original of an ended generation's upload, unless another generation has yet to read it, which then removes it.
    pub async fn original(&self, generations: &dyn Generations, generation: &Generation) -> Result<(), Failure> {
        let Generation { owner, upload, .. } = *generation;
        let goes = match self.selfies.standing_of_original(owner, upload).await? {
            OriginalStanding::Absent => false,
            OriginalStanding::Spare => true,
            OriginalStanding::Unread => !generations.is_in_use(owner, upload).await?,
        };
        if goes { self.selfies.remove_original(owner, upload).await } else { Ok(()) }
    }
}

/// Ends a running generation without pictures: state and released credits in one write, then its leftovers.
///
/// # Errors
/// [`Failure::Busy`] when another worker overtook this one or a store throttles.
pub async fn end_in_failure(
    generations: &dyn Generations,
    tidy: Tidy<'_>,
    generation: &Generation,
    reason: EndReason,
    now: Timestamp,
) -> Result<(), Failure> {
    let failed = generation.fail(reason, now).map_err(Failure::broken)?;
    let release = generation.release(now);
    write(generations, Change { entries: release.as_slice(), ..Change::of(generation, &failed) }).await?;
    tracing::info!(generation_id = %generation.id, reason = ?reason, "generation failed, credits released");
    tidy.objects(&failed).await
}
