//! Photos as operators see them: unclear, until they sign for a clear view.

use kernel::{Clock, DeskSession, Failure, GenerationId, Reason, Timestamp};
use studio::{Case, Quarantine};

use crate::action::{Action, Deed};
use crate::{Assertion, Cases, Operators, Role, Signing};

/// Makes a JPEG of a normalised selfie, for the eyes of an operator alone: in colour and sharp, or grey and blurred. It is in memory and in one answer, and
/// nowhere else.
pub type Preview<'a> = &'a (dyn Fn(&[u8], bool) -> Result<Vec<u8>, Failure> + Send + Sync);

pub struct LookAtPhoto<'a> {
    pub signing: Signing<'a>,
    pub cases: &'a dyn Cases,
    pub quarantine: &'a dyn Quarantine,
    pub preview: Preview<'a>,
}

impl LookAtPhoto<'_> {
    /// Grey and blurred.
    ///
    /// # Errors
    /// [`Failure::Denied`] for who may not decide cases; [`Failure::Missing`]; [`Failure::Missing`] with [`Reason::PhotoGone`] after its five days.
    pub async fn blurred(&self, session: &DeskSession, id: GenerationId) -> Result<Vec<u8>, Failure> {
        let (operators, clock): (&dyn Operators, &dyn Clock) = (self.signing.operators, self.signing.clock);
        operators.standing(session, None, clock.now()).await?.needs(Role::Moderator)?;
        let png = self.photo(id).await?;
        (self.preview)(&png, false)
    }

    /// As it is. The trail says so before anybody sees it.
    ///
    /// # Errors
    /// The same, and those of [`Signing::check`].
    pub async fn clear(&self, session: &DeskSession, id: GenerationId, at: Timestamp, assertion: &Assertion) -> Result<Vec<u8>, Failure> {
        let action = Action { deed: Deed::View { case_id: id }, at };
        let signed = self.signing.check(session, Role::Moderator, &action, assertion).await?;
        let png = self.photo(id).await?;
        self.signing.operators.note(&signed).await?;
        (self.preview)(&png, true)
    }

    async fn photo(&self, id: GenerationId) -> Result<Vec<u8>, Failure> {
        let (case, _) = self.cases.get(id).await?.ok_or_else(|| Failure::missing("case"))?;
        let gone = || {
            Failure::Missing(kernel::Problem {
                reason: Reason::PhotoGone,
                detail: "The photo is gone, as it must be after five days.".into(),
            })
        };
        let Case { owner, upload, photo_until, .. } = case;
        let there = photo_until > self.signing.clock.now();
        let photo = if there { self.quarantine.isolated(owner, upload).await? } else { None };
        photo.ok_or_else(gone)
    }
}
