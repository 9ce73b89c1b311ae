//! The policy profiles: one body of code, and what a deployment of it may keep.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a deployment promises; the environment variable `PROFILE` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Accounts with credits; results live as long as the wallet (AN).
    Wallet,
    /// One call in, the picture out, and nothing is kept (RT).
    Ephemeral,
}

impl Profile {
    /// Every profile.
    pub const ALL: &'static [Self] = &[Self::Wallet, Self::Ephemeral];

    /// The name, as `PROFILE` and the inventory write it.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Wallet => "wallet",
            Self::Ephemeral => "ephemeral",
        }
    }
}

impl std::fmt::Display for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

/// `PROFILE` names no profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no profile: wallet or ephemeral")]
pub struct UnknownProfile(String);

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        Self::ALL.iter().copied().find(|profile| profile.id() == text).ok_or_else(|| UnknownProfile(text.to_owned()))
    }
}
