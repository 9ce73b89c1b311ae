//! What somebody chose: a consent, an objection, a restriction (AN-57, AN-59, AN-60).

use kernel::{Failure, Reason, Timestamp};
use policy::{Basis, Purpose};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum ChoiceOf {
    /// News and offers: nothing without a consent.
    Marketing,
    /// Being counted: until somebody objects.
    Analytics,
    /// The use of everything, which may be restricted (GDPR, art. 18).
    Restriction,
}

impl ChoiceOf {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    /// The purpose it is about; a restriction is about all.
    #[must_use]
    pub const fn purpose(self) -> Option<Purpose> {
        match self {
            Self::Marketing => Some(Purpose::Marketing),
            Self::Analytics => Some(Purpose::Analytics),
            Self::Restriction => None,
        }
    }

    /// What its purpose rests on; that a restriction is heeded, the law asks.
    #[must_use]
    pub fn basis(self) -> Basis {
        self.purpose().map_or(Basis::LegalDuty, Purpose::basis)
    }
}

/// What was chosen, or what is so while nothing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum ChoiceState {
    NotGranted,
    Granted,
    Withdrawn,
    NotObjected,
    Objected,
    Unrestricted,
    Restricted,
}

impl ChoiceState {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    /// Whether it allows what its opposite does not.
    #[must_use]
    pub const fn allows(self) -> bool {
        matches!(self, Self::Granted | Self::NotObjected | Self::Unrestricted)
    }
}

/// How somebody said what they chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum MadeBy {
    /// The owner, signed in.
    Settings,
    /// Whoever had the link in a mail.
    Link,
    /// Mail came back, or its reader called it spam.
    MailService,
}

impl MadeBy {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// When a choice was made, how, and which version of the words was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub at: Timestamp,
    pub by: MadeBy,
    pub notice: String,
}

/// A choice as it is now; `made` is `None` while nobody chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub of: ChoiceOf,
    pub state: ChoiceState,
    pub made: Option<Made>,
}

/// A change of a choice on record, once and for all (ISO/IEC TS 27560).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRecord {
    pub of: ChoiceOf,
    pub before: ChoiceState,
    pub after: ChoiceState,
    pub made: Made,
}

/// What a session carries of its account's choices, so that a request that asks for the session sees them without asking more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    /// Nothing of the account is counted.
    pub uncounted: bool,
    /// Nothing new is made of what is the account's.
    pub restricted: bool,
}

/// The refusal of what a restriction forbids.
#[must_use]
pub fn restricted() -> Failure {
    let detail = "You restricted the use of your data, so nothing new is made of it. End the restriction in your privacy settings first.";
    Failure::denied(Reason::ProcessingRestricted, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AN-59: whatever rests on a consent or an interest of ours can be refused, and nothing else can.
    #[test]
    fn an_59_every_purpose_that_leaves_a_choice_has_one() {
        for purpose in Purpose::ALL {
            let has_one = ChoiceOf::ALL.iter().any(|choice| choice.purpose() == Some(*purpose));
            assert_eq!(has_one, purpose.basis().leaves_a_choice(), "{purpose:?}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for state in ChoiceState::ALL {
            assert_eq!(state.name().parse(), Ok(*state));
        }
        for choice in ChoiceOf::ALL {
            assert_eq!(choice.name().parse(), Ok(*choice));
        }
    }
}
