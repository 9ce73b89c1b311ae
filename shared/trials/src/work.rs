//! What a trial may do: one upload, and one generation of it.

use kernel::{Clock, Failure, Reason, SignedDuration, TrialHolder, UploadId};
use policy::Class;
use studio::{GenerationRequest, OpenUpload, PictureType, PlaceGeneration, Placed, Upload, UploadForm};

/// So long before its end a trial begins nothing any more: what it makes is deleted a little before the end, and the sweeper wants its time.
const LAST_CALL: SignedDuration = SignedDuration::from_hours(1);

/// Opens the one upload of a trial. Asked for again before its generation, it is the same one.
///
/// # Errors
/// Those of [`OpenUpload::run`]; [`Failure::Conflict`] with [`Reason::TrialUsed`] for another one; [`Failure::Denied`] when the trial is about to end.
pub async fn open_upload(
    open: &OpenUpload<'_>,
    holder: TrialHolder,
    picture: PictureType,
    bytes: u64,
) -> Result<(Upload, UploadForm), Failure> {
    check_time(holder, open.clock)?;
    match open.run(holder, picture, bytes).await {
        Err(Failure::Conflict(used)) if used.reason == Reason::TrialUsed => {
            open.again(holder, picture, bytes).await?.ok_or(Failure::Conflict(used))
        }
        opened => opened,
    }
}

/// Starts the one generation of a trial: one drawing of its upload in this style. Asked for again it is the same one.
///
/// # Errors
/// Those of [`PlaceGeneration::run`]; [`Failure::Conflict`] with [`Reason::TrialUsed`] for another one; [`Failure::Denied`] when the trial is about to end.
pub async fn start(place: &PlaceGeneration<'_>, holder: TrialHolder, upload: UploadId, style: String) -> Result<Placed, Failure> {
    check_time(holder, place.clock)?;
    // The trial is the key, and the record of its request lives as long as it does: so there is one.
    let idempotency_key = holder.trial.to_string();
    let request = GenerationRequest { idempotency_key, upload, style, count: 1, seed: None, stickers: Vec::new(), bubble: None };
    place.run(holder, &request).await.map_err(|failure| match failure {
        Failure::Invalid(problem) if problem.reason == Reason::IdempotencyKeyReused => accounts::trial_used("generation"),
        other => other,
    })
}

fn check_time(holder: TrialHolder, clock: &dyn Clock) -> Result<(), Failure> {
    let last_call = Class::TRIAL.expires_at(holder.trial.created_at()).checked_sub(LAST_CALL);
    if last_call.is_ok_and(|last| clock.now() < last) { Ok(()) } else { Err(accounts::no_pass()) }
}
