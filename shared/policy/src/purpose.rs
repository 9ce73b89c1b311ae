//! The purposes of data, and what each rests on.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::inventory::inventory;

/// The purposes of data. Selling is not among them (AN-38).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Purpose {
    /// Having an account.
    Account,
    SignIn,
    /// Paying with credits.
    Wallet,
    /// Making pictures.
    Generation,
    /// Handing pictures over.
    Delivery,
    /// Keeping forbidden content out.
    Moderation,
    /// Knowing what is used, in numbers without persons.
    Analytics,
    /// Hearing what people say of the service.
    Feedback,
    /// Keeping the service usable for everybody.
    AbusePrevention,
    /// News and offers of our own, to those who asked for them.
    Marketing,
    Operation,
    /// Writing to somebody who gave us their address.
    Contact,
    /// Answering somebody who asks for their data, or to have it erased.
    Rights,
}

impl Purpose {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in the inventory.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.into_str()
    }

    /// What it rests on, as the inventory says.
    #[must_use]
    pub fn basis(self) -> Basis {
        // An inventory that lacks a purpose is refused: see `flaw`.
        inventory().purposes.get(&self).copied().unwrap_or(Basis::Consent)
    }
}

/// What a purpose rests on (GDPR, art. 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Basis {
    /// What a person asked for, and what has to be there for it.
    Contract,
    /// What the law asks of whoever runs the service.
    LegalDuty,
    /// It may be objected to.
    LegitimateInterest,
    /// Nothing is done until it is given, nor when it is withdrawn.
    Consent,
}

impl Basis {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in the inventory.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.into_str()
    }

    /// Whether a person has a choice in what rests on it.
    #[must_use]
    pub const fn leaves_a_choice(self) -> bool {
        matches!(self, Self::LegitimateInterest | Self::Consent)
    }
}
