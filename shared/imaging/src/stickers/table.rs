//! The messengers' limits, as data.

use crate::Messenger;
use crate::{Format, Kind};

/// The sizes that a messenger accepts
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// This width and height, in pixels
    Exactly(u32, u32),
    /// One side of this many pixels, the other of at most as many
    Longest(u32),
    /// At most this width and height, in pixels
    Within(u32, u32),
    /// At most this width and height, in pixels, and both even
    EvenWithin(u32, u32),
}

impl Sides {
    pub fn take(self, width: u32, height: u32) -> bool {
        let within = |most_width, most_height| (1..=most_width).contains(&width) && (1..=most_height).contains(&height);
        match self {
            Self::Exactly(exact_width, exact_height) => (width, height) == (exact_width, exact_height),
            Self::Longest(side) => within(side, side) && width.max(height) == side,
            Self::Within(most_width, most_height) => within(most_width, most_height),
            Self::EvenWithin(most_width, most_height) => {
                within(most_width, most_height) && width.is_multiple_of(2) && height.is_multiple_of(2)
            }
        }
    }
}

impl std::fmt::Display for Sides {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exactly(width, height) => write!(f, "exactly {width}×{height} pixels"),
            Self::Longest(side) => write!(f, "one side of {side} pixels and no longer one"),
            Self::Within(width, height) => write!(f, "at most {width}×{height} pixels"),
            Self::EvenWithin(width, height) => write!(f, "at most {width}×{height} pixels, both even"),
        }
    }
}

/// One picture that a messenger accepts: a sticker, or a picture of a pack as a whole
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StickerSpec {
    /// Also the stem of its file; unique in the table, kebab case
    pub name: &'static str,
    pub messenger: Messenger,
    /// [`Kind::Sticker`] or [`Kind::Tray`]
    pub kind: Kind,
    pub format: Format,
    /// The sizes that the messenger accepts
    pub sides: Sides,
    /// The width we write, in pixels
    pub width: u32,
    /// The height we write, in pixels
    pub height: u32,
    /// Maximum bytes, counted decimally, of a still picture
    pub most_bytes: usize,
    /// Pixels along each edge that stay wholly transparent
    pub margin: u32,
    /// Width of the white stroke, in pixels
    pub stroke: f32,
    /// Whether its file is pixels alone, without XMP and without Content Credentials; the signed manifest of the bundle then says its origin.
    /// WhatsApp refuses a sticker whose XMP has the URI of a digital source type, and takes it without
    /// (<https://github.com/WhatsApp/stickers/issues/1001>, read 2026-11-29).
    pub bare: bool,
    /// Whether a person gives this very file to the messenger; others are of use to a pack or to an app alone
    pub alone: bool,
    /// The document that states the limits
    pub source: &'static str,
    /// When it was read, year-month-day
    pub read: &'static str,
}

impl StickerSpec {
    /// The aimed size: the limit less 5 %, because importers reject files within their documented limits
    pub const fn target_bytes(&self) -> usize {
        self.most_bytes / 20 * 19
    }

    /// Whether one picture serves both rows
    pub(crate) fn same_picture(&self, other: &Self) -> bool {
        let looks = |row: &Self| (row.kind, row.format, row.width, row.height, row.margin, row.stroke);
        looks(self) == looks(other)
    }

    /// Path of the file in the bundle and under its drawing's folder, such as `stickers/whatsapp.webp` or `packs/line-main.png`
    pub fn path(&self) -> String {
        let folder = if self.kind == Kind::Tray { "packs" } else { "stickers" };
        format!("{folder}/{}.{}", self.name, self.format.extension())
    }
}

/// The rules of a messenger's packs
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PackSpec {
    /// Also the stem of its file
    pub name: &'static str,
    pub messenger: Messenger,
    pub format: Format,
    /// The row of [`STICKERS`] whose stickers it holds
    pub sticker: &'static str,
    pub counts: Counts,
    /// Maximum bytes of the file, counted decimally; ours where the messenger has none
    pub most_bytes: usize,
    /// Maximum characters of its title, and of its author
    pub most_characters: usize,
    /// The document that states the rules
    pub source: &'static str,
    /// When it was read, year-month-day
    pub read: &'static str,
}

/// How many stickers a pack may hold
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// From the first to the second
    Between(usize, usize),
    /// One of these
    OneOf(&'static [usize]),
}

impl Counts {
    pub fn take(self, count: usize) -> bool {
        match self {
            Self::Between(least, most) => (least..=most).contains(&count),
            Self::OneOf(counts) => counts.contains(&count),
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Between(least, most) => write!(f, "{least} to {most} stickers"),
            Self::OneOf(counts) => write!(f, "{counts:?} stickers"),
        }
    }
}

impl PackSpec {
    /// Path of the file in the bundle, such as `packs/whatsapp.wastickers`
    pub fn path(&self) -> String {
        format!("packs/{}.{}", self.name, self.format.extension())
    }
}

const WHATSAPP: &str = "https://github.com/WhatsApp/stickers/blob/main/Android/README.md and StickerPackValidator.java there";
const TELEGRAM: &str = "https://core.telegram.org/stickers";
const SIGNAL: &str = "https://support.signal.org/hc/en-us/articles/360031836512-Stickers";
const APPLE: &str = "https://developer.apple.com/documentation/messages/msstickersize";
const LINE: &str = "https://creator.line.me/en/guideline/sticker/";
const DISCORD: &str = "https://discord-api-types.dev (limits of the sticker resource)";
const READ: &str = "2026-11-21";

/// Stickers and the pictures of packs, in the order of delivery. LINE requires its margin and WhatsApp recommends its stroke; the other margins and
/// strokes are ours, in the same proportion.
#[rustfmt::skip]
pub const STICKERS: &[StickerSpec] = &[
    StickerSpec { name: "whatsapp", messenger: Messenger::Whatsapp, kind: Kind::Sticker, format: Format::Webp, sides: Sides::Exactly(512, 512), width: 512, height: 512, most_bytes: 100_000, margin: 8, stroke: 8.0, bare: true, alone: false, source: WHATSAPP, read: READ },
    StickerSpec { name: "telegram", messenger: Messenger::Telegram, kind: Kind::Sticker, format: Format::Webp, sides: Sides::Longest(512), width: 512, height: 512, most_bytes: 512_000, margin: 8, stroke: 8.0, bare: false, alone: true, source: TELEGRAM, read: READ },
    StickerSpec { name: "signal", messenger: Messenger::Signal, kind: Kind::Sticker, format: Format::Webp, sides: Sides::Within(512, 512), width: 512, height: 512, most_bytes: 300_000, margin: 8, stroke: 8.0, bare: false, alone: true, source: SIGNAL, read: READ },
    StickerSpec { name: "imessage-300", messenger: Messenger::Imessage, kind: Kind::Sticker, format: Format::Png, sides: Sides::Exactly(300, 300), width: 300, height: 300, most_bytes: 500_000, margin: 5, stroke: 4.7, bare: false, alone: false, source: APPLE, read: READ },
    StickerSpec { name: "imessage-408", messenger: Messenger::Imessage, kind: Kind::Sticker, format: Format::Png, sides: Sides::Exactly(408, 408), width: 408, height: 408, most_bytes: 500_000, margin: 6, stroke: 6.4, bare: false, alone: false, source: APPLE, read: READ },
    StickerSpec { name: "imessage-618", messenger: Messenger::Imessage, kind: Kind::Sticker, format: Format::Png, sides: Sides::Exactly(618, 618), width: 618, height: 618, most_bytes: 500_000, margin: 10, stroke: 9.7, bare: false, alone: false, source: APPLE, read: READ },
    StickerSpec { name: "line", messenger: Messenger::Line, kind: Kind::Sticker, format: Format::Png, sides: Sides::EvenWithin(370, 320), width: 370, height: 320, most_bytes: 1_000_000, margin: 10, stroke: 5.0, bare: false, alone: false, source: LINE, read: READ },
    StickerSpec { name: "discord", messenger: Messenger::Discord, kind: Kind::Sticker, format: Format::Png, sides: Sides::Exactly(320, 320), width: 320, height: 320, most_bytes: 512_000, margin: 5, stroke: 5.0, bare: false, alone: true, source: DISCORD, read: READ },
    StickerSpec { name: "whatsapp-tray", messenger: Messenger::Whatsapp, kind: Kind::Tray, format: Format::Png, sides: Sides::Exactly(96, 96), width: 96, height: 96, most_bytes: 50_000, margin: 1, stroke: 2.0, bare: false, alone: false, source: WHATSAPP, read: READ },
    StickerSpec { name: "line-main", messenger: Messenger::Line, kind: Kind::Tray, format: Format::Png, sides: Sides::Exactly(240, 240), width: 240, height: 240, most_bytes: 1_000_000, margin: 4, stroke: 4.0, bare: false, alone: false, source: LINE, read: READ },
    StickerSpec { name: "line-tab", messenger: Messenger::Line, kind: Kind::Tray, format: Format::Png, sides: Sides::Exactly(96, 74), width: 96, height: 74, most_bytes: 1_000_000, margin: 1, stroke: 2.0, bare: false, alone: false, source: LINE, read: READ },
];

/// The packs, in the order of delivery. WhatsApp names no limit for the importers' file: ours is the maximum of its stickers and texts together.
#[rustfmt::skip]
pub const PACKS: &[PackSpec] = &[
    PackSpec { name: "whatsapp", messenger: Messenger::Whatsapp, format: Format::Wastickers, sticker: "whatsapp", counts: Counts::Between(3, 30), most_bytes: 3_100_000, most_characters: 128, source: WHATSAPP, read: READ },
    PackSpec { name: "line", messenger: Messenger::Line, format: Format::Zip, sticker: "line", counts: Counts::OneOf(&[8, 16, 24, 32, 40]), most_bytes: 20_000_000, most_characters: 40, source: LINE, read: READ },
];

pub(super) fn sticker(name: &str) -> Option<&'static StickerSpec> {
    STICKERS.iter().find(|row| row.name == name)
}
