//! The files of a generation: their purpose, format, and entry in the manifest.

use crate::{DigitalSource, Provenance};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// File name of the bundle
pub const BUNDLE_NAME: &str = "bundle.zip";
/// Media type of the bundle
pub const BUNDLE_CONTENT_TYPE: &str = "application/zip";

/// File of a generation that lists show: small, and a WebP
pub const PREVIEW_NAME: &str = "1/avatars/instagram-320.webp";
/// Width and height of the preview in pixels
pub const PREVIEW_PIXELS: u32 = 320;

/// The purpose of a deliverable
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The drawing itself, at full size
    Master,
    /// The subject alone, cut out by the drawing's matte
    Transparent,
    /// A profile picture; square, and safe under a circular mask
    Avatar,
    /// The icon of a browser tab
    Favicon,
    /// The preview of a shared link
    OpenGraph,
    /// The wide picture on top of a profile
    Banner,
    /// A full-screen picture of a phone
    Story,
    /// A desktop background
    Wallpaper,
    /// The drawing with its speech bubble
    SpeechBubble,
    /// A sticker of one messenger
    Sticker,
    /// A picture of a sticker pack as a whole: tray, main or tab image
    Tray,
    /// A pack of stickers, ready to be imported
    Pack,
}

/// The file format of a deliverable
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Format {
    /// PNG, 8 bits a channel
    Png,
    /// WebP: lossy of a high quality, or lossless where there are few colours
    Webp,
    /// A pack for importers into WhatsApp: a zip of WebP stickers, their title, author and cover
    Wastickers,
    /// A zip of pictures
    Zip,
}

impl Format {
    pub const ALL: &'static [Self] = Self::VARIANTS;
    /// The formats of a row of the avatar table, in the order of delivery
    pub const PICTURES: [Self; 2] = [Self::Png, Self::Webp];

    /// Ending of the file name, without a dot
    pub const fn extension(self) -> &'static str {
        self.into_str()
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Wastickers => "application/octet-stream",
            Self::Zip => "application/zip",
        }
    }
}

/// The manifest's fields about one file
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path in the bundle, with forward slashes
    pub name: String,
    pub kind: Kind,
    pub format: Format,
    /// Width in pixels; 0 for a pack
    pub width: u32,
    /// Height in pixels; 0 for a pack
    pub height: u32,
    /// Length in bytes
    pub bytes: u64,
    /// SHA-256 in lowercase hex
    pub sha256: String,
    /// IPTC Digital Source Type, a URI
    pub digital_source_type: DigitalSource,
    /// How the file carries it; XMP where an older manifest has no such field
    #[serde(default)]
    pub provenance: Provenance,
}
