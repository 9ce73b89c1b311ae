//! Removing what a generation that ended without pictures leaves behind.
//!
//! A worker may still be storing an object while its generation ends under it. So an ended generation keeps a deadline, and the sweeper tidies again when no
//! worker can be alive any more.

use kernel::Failure;

use crate::generation::{Generation, State};
use crate::store::{DRAWINGS, Pictures, Selfies};

/// Removes leftovers. Every part may be repeated.
#[derive(Clone, Copy)]
pub struct Tidy<'a> {
    /// Where selfies lie.
    pub selfies: &'a dyn Selfies,
    /// Where pictures lie.
    pub pictures: &'a dyn Pictures,
}

impl Tidy<'_> {
    /// Removes the objects that `generation` must not have in its state.
    pub async fn objects(&self, generation: &Generation) -> Result<(), Failure> {
        let Generation { account, id, upload, .. } = *generation;
        match generation.state {
            State::Cancelled => self.pictures.remove(account, id, "").await,
            State::Failed => {
                self.pictures.remove(account, id, "").await?;
                if generation.reason.is_some_and(crate::EndReason::spoils_upload) {
                    self.selfies.remove(account, upload).await?;
                }
                Ok(())
            }
            State::Blocked => self.selfies.remove(account, upload).await,
            State::Done => self.pictures.remove(account, id, DRAWINGS).await,
            State::Queued | State::Screening | State::Drawing | State::Finishing => Ok(()),
        }
    }
}
