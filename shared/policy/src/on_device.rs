//! What the site keeps in a browser, beside cookies.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::Profile;
use crate::retention::Period;

/// A thing that the site keeps in a browser; there are no others (AN-15).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OnDevice {
    /// Where the browser keeps it: `indexeddb:<database>/<store>`, `localstorage:<key>`, `sessionstorage:<key>` or `cache:<name>`.
    pub place: String,
    /// What it is, as the rest of a sentence.
    pub what: String,
    /// How long it is kept at most; without one, until it is forgotten.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    own: Option<Period>,
    /// Whether signing out removes it: it is a person's.
    #[serde(default)]
    pub ends_with_sign_out: bool,
    /// Whether it says something of a person.
    pub personal: bool,
    pub profiles: Vec<Profile>,
}

impl OnDevice {
    /// How long a browser keeps it at most, where it ends by itself.
    #[must_use]
    pub fn lasts(&self) -> Option<SignedDuration> {
        self.own.map(|own| own.0)
    }

    /// Whether it goes with the tab that it is of.
    #[must_use]
    pub fn ends_with_tab(&self) -> bool {
        self.place.starts_with("sessionstorage:")
    }

    /// Its last name, by which pages know it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.place.rsplit([':', '/']).next().unwrap_or_default()
    }

    /// Whether its place is one that browsers have.
    pub(crate) fn is_sound(&self) -> bool {
        let (kind, name) = self.place.split_once(':').unwrap_or_default();
        let named = match kind {
            "indexeddb" => name.split_once('/').is_some_and(|(database, store)| !database.is_empty() && !store.is_empty()),
            "localstorage" | "sessionstorage" | "cache" => !name.is_empty(),
            _ => false,
        };
        // What goes with a sign-out is somebody's.
        let whose = self.personal || !self.ends_with_sign_out;
        named && whose && !self.what.is_empty() && !self.profiles.is_empty()
    }
}
