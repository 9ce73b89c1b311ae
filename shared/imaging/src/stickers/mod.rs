//! Stickers for messengers: what is asked for, the platforms' rules, and how they are met.

mod compose;
mod cutout;
mod fit;
mod make;
mod outline;
mod packs;
mod table;
mod validate;

pub(crate) use cutout::Area;
pub use fit::{Unfit, fit_sticker};
pub(crate) use make::StickerMaker;
pub use make::stickers;
pub use packs::{Packs, Unpackable};
pub use table::{Counts, PACKS, PackSpec, STICKERS, Sides, StickerSpec};
pub use validate::{Target, Violation, provenance_of, validate};

use crate::Messenger;
use bubble_text::{Side, Words};

/// What a generation asks for beside the avatars
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// The messengers that get stickers; each counts once, whatever the generation
    pub stickers: Vec<Messenger>,
    /// The speech bubble of every drawing and sticker, if one was ordered
    pub bubble: Option<BubbleOrder>,
}

/// A speech bubble as ordered
#[derive(Clone, Debug)]
pub struct BubbleOrder {
    /// What it says; personal, and shown by no `Debug`
    pub words: Words,
    /// Where it stands; the roomier side if none is named
    pub side: Option<Side>,
}
