//! The policy profiles: the same code with different promises.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// The promises of a deployment; the environment variable `PROFILE` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Profile {
    /// Accounts with credits; results live as long as the wallet (AN).
    Wallet,
    /// One call in, the picture out, and nothing stored (RT).
    Ephemeral,
}

impl Profile {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in `PROFILE` and the inventory.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.into_str()
    }
}

impl std::fmt::Display for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no profile: wallet or ephemeral")]
pub struct UnknownProfile(String);

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        Self::ALL.iter().copied().find(|profile| profile.id() == text).ok_or_else(|| UnknownProfile(text.to_owned()))
    }
}
