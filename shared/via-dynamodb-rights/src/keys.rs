//! The primary keys of requests and of the log.

use dynamo::Key;
use rights::ErasureId;

/// The partition of the log.
pub(crate) const LOG: &str = "LOG";

/// What the sort keys of entries begin with that wait for their place.
pub(crate) const WAITING: &str = "WAITING#";

pub(crate) fn erasure(id: ErasureId) -> Key {
    Key::new(format!("ERASURE#{id}"), "ERASURE")
}

pub(crate) fn head() -> Key {
    Key::new(LOG, "HEAD")
}

pub(crate) fn tile(path: &str) -> Key {
    Key::new(LOG, path)
}

pub(crate) fn waiting(id: ErasureId) -> Key {
    Key::new(LOG, format!("{WAITING}{id}"))
}
