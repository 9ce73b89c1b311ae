//! The cookies that the service sets.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::retention::Period;
use crate::{Class, Profile};

/// A cookie of ours; there are no others (AN-15).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cookie {
    /// Without the prefix `__Host-`.
    pub name: String,
    /// What it does, as the rest of a sentence.
    pub what: String,
    /// The class of the rows that it ends with.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_with: Option<Class>,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    own: Option<Period>,
    /// Whether it says something of a person.
    pub personal: bool,
    pub profiles: Vec<Profile>,
}

impl Cookie {
    /// How long a browser keeps it at most.
    #[must_use]
    pub fn lasts(&self) -> SignedDuration {
        let of_class = self.ends_with.and_then(Class::expiring).map(|class| class.duration());
        of_class.or(self.own.map(|own| own.0)).unwrap_or_default()
    }

    /// Whether it says how long it lasts, once.
    pub(crate) fn is_sound(&self) -> bool {
        let is_said = self.ends_with.is_some() != self.own.is_some() && !self.name.is_empty() && !self.what.is_empty();
        is_said && self.ends_with.is_none_or(|class| class.expiring().is_some())
    }
}
