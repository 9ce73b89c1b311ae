//! Stickers for messengers: the requested extras, the platforms' rules, and their implementation.

mod compose;
mod cutout;
mod fit;
mod make;
mod outline;
mod packs;
mod table;
mod validate;

pub(crate) use cutout::Area;
pub use fit::{FitError, fit_sticker};
pub(crate) use make::StickerMaker;
pub use make::stickers;
pub use packs::{PackError, Packs};
pub use table::{Counts, PACKS, PackSpec, STICKERS, Sides, StickerSpec};
pub use validate::{Target, Violation, provenance_of, validate};

use crate::{AvatarSpec, Kind, Messenger};
use bubble_text::{Side, Words};

/// Which avatars a generation has, and the requested extras beside them
#[derive(Clone, Debug, Default)]
pub struct Extras {
    pub sizes: Sizes,
    /// The messengers that get stickers; each counts once, in any order
    pub stickers: Vec<Messenger>,
    /// The speech bubble of every drawing and sticker, if one was requested
    pub bubble: Option<BubbleRequest>,
}

/// Which rows of the avatar table are made
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sizes {
    #[default]
    All,
    /// Avatars alone, of at most [`Sizes::SMALL`] pixels a side
    Small,
}

impl Sizes {
    /// The longest side of a small avatar, in pixels
    pub const SMALL: u32 = 320;

    /// Whether this row is among them
    pub fn has(self, row: &AvatarSpec) -> bool {
        let is_small = matches!(row.kind, Kind::Avatar | Kind::Favicon) && row.width.max(row.height) <= Self::SMALL;
        self == Self::All || is_small
    }
}

/// A requested speech bubble
#[derive(Clone, Debug)]
pub struct BubbleRequest {
    /// The text; personal, and shown by no `Debug`
    pub words: Words,
    /// The requested side; by default the roomier one
    pub side: Option<Side>,
}
