//! The side of the picture for a bubble.

use serde::{Deserialize, Serialize};

/// Ids: `left`, `right`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// To the left of the face, as the viewer sees it.
    Left,
    /// To the right of the face, as the viewer sees it.
    Right,
}
