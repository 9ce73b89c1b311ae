//! The messengers that get stickers.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
    pub const ALL: [Self; 6] = [Self::Whatsapp, Self::Telegram, Self::Signal, Self::Imessage, Self::Line, Self::Discord];

    /// In requests and paths: lowercase letters
    pub const fn id(self) -> &'static str {
        match self {
            Self::Whatsapp => "whatsapp",
            Self::Telegram => "telegram",
            Self::Signal => "signal",
            Self::Imessage => "imessage",
            Self::Line => "line",
            Self::Discord => "discord",
        }
    }

    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|messenger| messenger.id() == id)
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
