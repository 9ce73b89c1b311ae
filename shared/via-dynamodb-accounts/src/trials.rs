//! The row of a trial, as parts of the transactions that use it: what it may do once is an attribute that is written once (AN-73).

use accounts::{no_pass, trial_used};
use dynamo::{Database, Part, Read, number, text};
use kernel::{Failure, GenerationId, Timestamp, TrialId, UploadId};

use crate::keys;

/// Where the trial's row says that its upload was used, and its generation.
pub const UPLOAD: &str = "upload_id";
pub const GENERATION: &str = "generation_id";

/// Uses the one upload of a trial.
pub fn use_upload<T>(fleeting: &str, trial: TrialId, upload: UploadId, now: Timestamp) -> Part<T> {
    use_once(fleeting, trial, UPLOAD, upload.to_string(), "upload", now)
}

/// The upload of a trial that began no generation.
///
/// # Errors
/// Those of [`Database::get`].
pub async fn unbegun(database: &Database, fleeting: &str, trial: TrialId) -> Result<Option<UploadId>, Failure> {
    let row = database.get(fleeting, &keys::trial(trial)).await?;
    let unbegun = row.filter(|row| row.maybe_text(UPLOAD).is_some() && row.maybe_text(GENERATION).is_none());
    unbegun.map(|row| row.parsed(UPLOAD)).transpose()
}

/// Uses the one generation of a trial.
pub fn use_generation<T>(fleeting: &str, trial: TrialId, generation: GenerationId, now: Timestamp) -> Part<T> {
    use_once(fleeting, trial, GENERATION, generation.to_string(), "generation", now)
}

fn use_once<T>(fleeting: &str, trial: TrialId, attribute: &'static str, id: String, what: &'static str, now: Timestamp) -> Part<T> {
    keys::trial(trial)
        .update(fleeting, "SET #used = :id")
        .only_if("attribute_not_exists(#used) AND expires_at > :now")
        .name("#used", attribute)
        .value(":id", text(id))
        .value(":now", number(now.as_second()))
        .showing()
        .or(move |row| Err(if row.is_some_and(|row| row.maybe_text(attribute).is_some()) { trial_used(what) } else { no_pass() }))
}
