//! Checks files against the tables.

mod archive;
mod container;
mod picture;

use super::{PACKS, PackSpec, STICKERS, StickerSpec};
use crate::{AVATARS, AvatarSpec, Format, Messenger, Provenance, SPEECH_BUBBLE};

/// Maximum bytes of a validated bundle; those of a generation are a tenth of it
const MOST_BUNDLE: usize = 500_000_000;

/// The intended kind of a file
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// A sticker, or a picture that stands for a pack
    Sticker(&'static StickerSpec),
    /// A row of the avatar table or the drawing with its bubble, in one of its formats
    Avatar(&'static AvatarSpec, Format),
    /// A pack of stickers
    Pack(&'static PackSpec),
    /// All files of a generation
    Bundle,
}

impl Target {
    /// The kind by a deliverable's path, with the folder for a pack's own members; none if no deliverable has this name
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next()?;
        let (stem, ending) = name.rsplit_once('.')?;
        let format = Format::ALL.iter().copied().find(|format| format.extension() == ending)?;
        match format {
            Format::Wastickers => return PACKS.iter().find(|pack| pack.format == format).map(Self::Pack),
            Format::Zip if stem == "bundle" => return Some(Self::Bundle),
            Format::Zip => return PACKS.iter().find(|pack| pack.format == format && pack.name == stem).map(Self::Pack),
            Format::Png | Format::Webp => {}
        }
        if let Some(row) = STICKERS.iter().find(|row| row.name == stem && row.format == format) {
            return Some(Self::Sticker(row));
        }
        let rows = AVATARS.iter().chain([&SPEECH_BUBBLE]);
        rows.into_iter().find(|row| row.name == stem).map(|row| Self::Avatar(row, format))
    }

    /// Whether a file of this kind is of use by itself; the others are in the bundle, and in packs, alone
    pub fn stands_alone(self) -> bool {
        match self {
            Self::Sticker(row) => row.alone,
            Self::Avatar(row, format) => row.stands_alone(format),
            Self::Pack(_) | Self::Bundle => true,
        }
    }

    /// The sticker of a messenger by the size of the picture, where the messenger accepts several; none if the bytes are no picture of an accepted
    /// size
    pub fn of_messenger(messenger: Messenger, bytes: &[u8]) -> Option<Self> {
        let size = container::size(bytes)?;
        let rows = || STICKERS.iter().filter(|row| row.messenger == messenger && row.kind == crate::Kind::Sticker);
        rows().find(|row| (row.width, row.height) == size).or_else(|| rows().next()).map(Self::Sticker)
    }
}

/// The provenance of a PNG or WebP, by its chunks
#[must_use]
pub fn provenance_of(format: Format, bytes: &[u8]) -> Provenance {
    match container::open(format, bytes) {
        Some(container) if container.credentials > 0 => Provenance::C2pa,
        Some(container) if container.xmp.is_empty() => Provenance::Manifest,
        _ => Provenance::Xmp,
    }
}

/// A broken rule
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The path in an archive, with forward slashes; empty for the file itself
    pub member: String,
    /// The fault, for a person
    pub what: String,
    /// The document that states the rule
    pub source: &'static str,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let colon = if self.member.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{} (rule: {})", self.member, self.what, self.source)
    }
}

/// Rules of ours, beside the platforms'
const OWN: &str = "ours: the only metadata of a deliverable is its origin";
/// Rules of the formats
const FORMATS: &str = "the format: https://www.w3.org/TR/png-3/, https://www.rfc-editor.org/rfc/rfc9649, or ZIP's APPNOTE";

/// The violations found so far
#[derive(Default)]
struct Found {
    member: String,
    violations: Vec<Violation>,
}

impl Found {
    fn add(&mut self, source: &'static str, what: impl Into<String>) {
        self.violations.push(Violation { member: self.member.clone(), what: what.into(), source });
    }

    fn check(&mut self, holds: bool, source: &'static str, what: impl FnOnce() -> String) {
        if !holds {
            self.add(source, what());
        }
    }
}

/// All faults of `bytes` as a `target`; empty if they keep every rule. Bytes may be hostile: sizes are checked before memory is allocated, and no
/// file causes a panic.
pub fn validate(target: Target, bytes: &[u8]) -> Vec<Violation> {
    let mut found = Found::default();
    check(target, bytes, &mut found);
    found.violations
}

fn check(target: Target, bytes: &[u8], found: &mut Found) {
    match target {
        Target::Sticker(row) => picture::sticker(row, bytes, found),
        Target::Avatar(row, format) => picture::avatar(row, format, bytes, found),
        Target::Pack(pack) => archive::pack(pack, bytes, found),
        Target::Bundle => archive::bundle(bytes, found),
    }
}
