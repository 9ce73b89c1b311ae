//! What a wallet says when nothing can begin on it.

use std::time::Duration;

use kernel::{Failure, Reason, limits};

/// When a caller with as many running generations as are allowed may ask again: by then one of them has usually ended.
const ONE_ENDS: Duration = Duration::from_secs(60);

/// The failure for more than the available credits.
#[must_use]
pub fn too_short() -> Failure {
    Failure::denied(Reason::WalletShort, "The wallet holds fewer credits than this costs.")
}

/// The failure for one more than [`limits::GENERATIONS_AT_ONCE`].
#[must_use]
pub fn too_many_at_once() -> Failure {
    let detail = format!("At most {} generations of an account run at once. Please wait until one has ended.", limits::GENERATIONS_AT_ONCE);
    Failure::rate_limited(detail, limits::AT_ONCE, ONE_ENDS)
}
