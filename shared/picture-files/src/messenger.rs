//! The messengers that get stickers.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum Messenger {
    Whatsapp,
    Telegram,
    Signal,
    Imessage,
    Line,
    Discord,
}

impl Messenger {
    /// In the order in which they are offered
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// In requests and paths: lowercase letters
    pub const fn id(self) -> &'static str {
        self.into_str()
    }

    pub fn from_id(id: &str) -> Option<Self> {
        id.parse().ok()
    }

    /// In the messenger's own spelling
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whatsapp => "WhatsApp",
            Self::Telegram => "Telegram",
            Self::Signal => "Signal",
            Self::Imessage => "iMessage",
            Self::Line => "LINE",
            Self::Discord => "Discord",
        }
    }
}

impl std::fmt::Display for Messenger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}
