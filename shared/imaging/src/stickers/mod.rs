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

use crate::Messenger;
use bubble_text::{Side, Words};

/// The requested extras of a generation beside the avatars
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// The messengers that get stickers; each counts once, in any order
    pub stickers: Vec<Messenger>,
    /// The speech bubble of every drawing and sticker, if one was requested
    pub bubble: Option<BubbleRequest>,
}

/// A requested speech bubble
#[derive(Clone, Debug)]
pub struct BubbleRequest {
    /// The text; personal, and shown by no `Debug`
    pub words: Words,
    /// The requested side; by default the roomier one
    pub side: Option<Side>,
}
