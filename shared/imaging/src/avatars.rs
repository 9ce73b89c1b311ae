//! The avatar table: every size a generation delivers, as data.

use crate::{Format, Kind};
use picture_files::PREVIEW_NAME;

/// How the drawing fills the frame
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fit {
    Drawing,
    /// The subject on transparency
    Cutout,
    /// The whole drawing, scaled, the head kept inside a circular mask
    Circle,
    /// The head alone, for sizes at which a whole portrait is unrecognisable
    Head,
    /// The subject over an extension of its own backdrop
    Scene {
        /// The middle of the head, as a share of the frame's width
        across: f32,
        /// Height of the subject on the lower edge, as a share of the frame's height
        presence: f32,
    },
    /// The drawing with the speech bubble of its generation
    Bubble,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AvatarSpec {
    /// Also the stem of its file; unique in the table, kebab case
    pub name: &'static str,
    pub kind: Kind,
    /// The platforms that use this size
    pub platforms: &'static [&'static str],
    /// In pixels
    pub width: u32,
    /// In pixels
    pub height: u32,
    pub fit: Fit,
    /// The document that states the size
    pub source: &'static str,
    /// When it was read, year-month-day
    pub read: &'static str,
}

impl AvatarSpec {
    /// Path of its file in this format, under the folder of its drawing, such as `avatars/youtube-800.png`
    pub fn path(&self, format: Format) -> String {
        let folder = match self.kind {
            Kind::Master | Kind::Transparent | Kind::SpeechBubble => "drawing",
            Kind::OpenGraph | Kind::Banner | Kind::Story | Kind::Wallpaper => "covers",
            Kind::Avatar | Kind::Favicon | Kind::Sticker | Kind::Tray | Kind::Pack => "avatars",
        };
        format!("{folder}/{}.{}", self.name, format.extension())
    }

    /// Whether its file in this format is of use by itself: platforms take avatars as PNG, and a site's own pages show the other pictures as WebP as
    /// well, and one avatar
    pub fn stands_alone(&self, format: Format) -> bool {
        format == Format::Png || !matches!(self.kind, Kind::Avatar | Kind::Favicon) || PREVIEW_NAME.ends_with(&self.path(format))
    }
}

/// The size is ours: that of an artist's drawing
const OWN: &str = "the size of a drawing";
/// Platforms publish few of these sizes and change them; the guides agree on these, and platforms scale a picture that is a few pixels off
const GUIDES: &str = "guides to the platforms' picture sizes, not the platforms themselves";
/// The Open Graph protocol names no size; its largest consumer does
const OPEN_GRAPH: &str = "https://developers.facebook.com/docs/sharing/webmasters/images";
/// When all of them were read
const READ: &str = "2026-11-21";

/// The table, in the order of delivery
#[rustfmt::skip]
pub const AVATARS: &[AvatarSpec] = &[
    AvatarSpec { name: "master", kind: Kind::Master, platforms: &[], width: 1024, height: 1024, fit: Fit::Drawing, source: OWN, read: READ },
    AvatarSpec { name: "transparent", kind: Kind::Transparent, platforms: &[], width: 1024, height: 1024, fit: Fit::Cutout, source: OWN, read: READ },
    AvatarSpec { name: "youtube-800", kind: Kind::Avatar, platforms: &["YouTube"], width: 800, height: 800, fit: Fit::Circle, source: GUIDES, read: READ },
    AvatarSpec { name: "messenger-512", kind: Kind::Avatar, platforms: &["Telegram", "Slack", "Discord server"], width: 512, height: 512, fit: Fit::Circle, source: GUIDES, read: READ },
    AvatarSpec { name: "x-linkedin-400", kind: Kind::Avatar, platforms: &["X", "LinkedIn"], width: 400, height: 400, fit: Fit::Circle, source: GUIDES, read: READ },
    AvatarSpec { name: "instagram-320", kind: Kind::Avatar, platforms: &["Instagram"], width: 320, height: 320, fit: Fit::Circle, source: GUIDES, read: READ },
    AvatarSpec { name: "twitch-256", kind: Kind::Avatar, platforms: &["Twitch"], width: 256, height: 256, fit: Fit::Circle, source: GUIDES, read: READ },
    AvatarSpec { name: "tiktok-200", kind: Kind::Avatar, platforms: &["TikTok"], width: 200, height: 200, fit: Fit::Circle, source: GUIDES, read: READ },
    AvatarSpec { name: "facebook-180", kind: Kind::Avatar, platforms: &["Facebook"], width: 180, height: 180, fit: Fit::Circle, source: GUIDES, read: READ },
    AvatarSpec { name: "pinterest-165", kind: Kind::Avatar, platforms: &["Pinterest"], width: 165, height: 165, fit: Fit::Circle, source: GUIDES, read: READ },
    AvatarSpec { name: "discord-128", kind: Kind::Avatar, platforms: &["Discord"], width: 128, height: 128, fit: Fit::Circle, source: GUIDES, read: READ },
    AvatarSpec { name: "favicon-32", kind: Kind::Favicon, platforms: &["browsers"], width: 32, height: 32, fit: Fit::Head, source: GUIDES, read: READ },
    AvatarSpec { name: "open-graph", kind: Kind::OpenGraph, platforms: &["Open Graph"], width: 1200, height: 630, fit: Fit::Scene { across: 0.5, presence: 0.92 }, source: OPEN_GRAPH, read: READ },
    AvatarSpec { name: "banner", kind: Kind::Banner, platforms: &["X"], width: 1500, height: 500, fit: Fit::Scene { across: 0.66, presence: 0.94 }, source: GUIDES, read: READ },
    AvatarSpec { name: "story", kind: Kind::Story, platforms: &["Instagram", "TikTok", "WhatsApp"], width: 1080, height: 1920, fit: Fit::Scene { across: 0.5, presence: 0.68 }, source: GUIDES, read: READ },
    AvatarSpec { name: "wallpaper", kind: Kind::Wallpaper, platforms: &["desktops"], width: 1920, height: 1080, fit: Fit::Scene { across: 0.66, presence: 0.86 }, source: GUIDES, read: READ },
];

/// The additional row of a generation with a speech bubble, after the table
#[rustfmt::skip]
pub const SPEECH_BUBBLE: AvatarSpec =
    AvatarSpec { name: "speech-bubble", kind: Kind::SpeechBubble, platforms: &[], width: 1024, height: 1024, fit: Fit::Bubble, source: OWN, read: READ };
