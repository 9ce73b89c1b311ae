//! The row of a trial, as parts of the transactions that use it: what it may do once is an attribute that is written once (AN-73).

use accounts::{no_pass, trial_used};
use dynamo::{Part, Read, number, text};
use kernel::{GenerationId, Timestamp, TrialId, UploadId};

use crate::keys;

/// Where the trial's row says that its upload was used, and its generation.
pub const UPLOAD: &str = "upload_id";
pub const GENERATION: &str = "generation_id";

/// Uses the one upload of a trial.
pub fn use_upload<T>(fleeting: &str, trial: TrialId, upload: UploadId, now: Timestamp) -> Part<T> {
    use_once(fleeting, trial, UPLOAD, upload.to_string(), "upload", now)
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
