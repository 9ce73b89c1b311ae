//! What changes from one published version of the policy to another, as typed changes with a sentence each (AN-72).

mod compare;
mod english;
mod japanese;
mod longer;
mod names;

use jiff::SignedDuration;
use kernel::Language;
use strum::IntoStaticStr;

use crate::inventory::{Category, Entry};
use crate::processor::Processor;
use crate::published::Published;
use crate::purpose::Purpose;
use crate::render::words;
use crate::retention::Retention;

/// What changes from `old` to `new`, two versions of one deployment: what is material comes first.
#[must_use]
pub fn diff(old: &Published, new: &Published) -> Vec<Change> {
    let mut changes = compare::changes(old, new);
    if changes.is_empty() && old.version != new.version {
        changes.push(Change::Wording);
    }
    changes.sort_by_key(Change::weight);
    changes
}

/// What the inventory's terms are called in a language.
pub(crate) fn name_of(entry: &Entry, language: Language) -> String {
    match language {
        Language::English => entry.what.clone(),
        Language::Japanese => names::data(entry.class().id(), &entry.what),
    }
}

pub(crate) fn purpose(purpose: Purpose, language: Language) -> &'static str {
    match language {
        Language::English => words::purpose(purpose),
        Language::Japanese => japanese::purpose(purpose),
    }
}

pub(crate) fn lasting(retention: &Retention, language: Language) -> String {
    match language {
        Language::English => words::lasting(retention),
        Language::Japanese => japanese::lasting(retention),
    }
}

pub(crate) fn role_and_region(processor: &Processor, language: Language) -> (String, String) {
    match language {
        Language::English => (processor.role.clone(), place(&processor.region).to_owned()),
        Language::Japanese => {
            (names::role_of(&processor.id, &processor.role), japanese::place(&names::region(&processor.region).ja).to_owned())
        }
    }
}

fn place(region: &str) -> &str {
    if region == "deployment" { "the region of the service" } else { region }
}

/// Whether a change must be told to people before it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Weight {
    /// More of somebody's data, for longer, for more, to more, or with fewer rights.
    Material,
    /// Anything else.
    Editorial,
}

/// One change. What it is about is as the new version has it, and as the old one where the new has it no more.
#[derive(Debug, Clone, PartialEq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Change {
    /// A class of data with something personal in it.
    NewData {
        data: Thing,
        purpose: Purpose,
        retention: Retention,
    },
    /// Personal fields of a class that was there, or fields that are personal from now on.
    NewFields {
        data: Thing,
        categories: Vec<Category>,
        names: Vec<String>,
    },
    NewProcessor {
        name: String,
        role: Thing,
        region: Thing,
        receives: Vec<Thing>,
    },
    ReceivesMore {
        name: String,
        what: Vec<Thing>,
    },
    /// Data or a processor serves a purpose that it did not.
    NewPurpose {
        of: Thing,
        purposes: Vec<Purpose>,
    },
    KeptLonger {
        data: Thing,
        retention: Retention,
    },
    /// Fields that went before their row stay longer.
    FieldsKeptLonger {
        data: Thing,
        names: Vec<String>,
    },
    /// Without a time it does not say for how long.
    ProcessorKeepsLonger {
        name: String,
        kept: Option<SignedDuration>,
    },
    BackupLonger {
        kept: SignedDuration,
    },
    ErasureLater {
        within: SignedDuration,
    },
    LostErasure {
        data: Thing,
    },
    LostExport {
        data: Thing,
    },
    NewRegion {
        region: Thing,
    },
    ProcessorRegion {
        name: String,
        region: Thing,
    },
    NewCookie {
        cookie: Thing,
        lasts: Option<SignedDuration>,
    },
    CookieLonger {
        cookie: Thing,
        lasts: Option<SignedDuration>,
    },
    NewOnDevice {
        what: Thing,
    },
    OnDeviceLonger {
        what: Thing,
    },
    /// Somebody else runs the service, or answers for it (IP-17).
    NewOperator {
        service: String,
        contact: String,
    },
    /// What was kept, set or involved is no more.
    Gone {
        what: Thing,
    },
    /// Less of it is kept, for a shorter time, or seen by fewer.
    Less {
        what: Thing,
    },
    /// Something new that says nothing of a person.
    AboutNobody {
        what: Thing,
    },
    /// It is described otherwise, or a detail of it is another.
    Reworded {
        what: Thing,
    },
    /// The words of the page, and nothing that is kept.
    Wording,
}

impl Change {
    /// The class of the change.
    #[must_use]
    pub fn weight(&self) -> Weight {
        match self {
            Self::Gone { .. } | Self::Less { .. } | Self::AboutNobody { .. } | Self::Reworded { .. } | Self::Wording => Weight::Editorial,
            _ => Weight::Material,
        }
    }

    #[must_use]
    pub fn is_material(&self) -> bool {
        self.weight() == Weight::Material
    }

    /// Its name for programs, in kebab case.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.into_str()
    }

    /// One plain sentence.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::English => english::sentence(self),
            Language::Japanese => japanese::sentence(self),
        }
    }
}

/// Something of the policy in a reader's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    pub en: String,
    pub ja: String,
}
