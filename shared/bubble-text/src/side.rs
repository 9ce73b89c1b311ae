//! The side of the picture a bubble stands on.

use serde::{Deserialize, Serialize};

/// Which side of the picture the bubble stands on. Ids: `left`, `right`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// To the left of the face, as the viewer sees it.
    Left,
    /// To the right of the face, as the viewer sees it.
    Right,
}
