//! The published versions of the policy as data: what `GET /privacy` gives to programs, as far as changes are told by it.
//!
//! `published/<version>/<profile>.json` holds it for the widest deployment of a profile, with every processor it may use. Classes and processors are
//! texts here: an old version may have some that the code knows no more.

use std::sync::OnceLock;

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::inventory::Category;
use crate::notice::Notice;
use crate::profile::Profile;
use crate::purpose::Purpose;
use crate::render::Document;
use crate::retention::{Kept, Retention, While};

/// A version of the policy, of one deployment.
#[derive(Debug, Clone, Deserialize)]
pub struct Published {
    pub version: String,
    pub profile: Profile,
    /// The day from which it applies, where it was announced before.
    pub effective: Option<Date>,
    pub(crate) service: String,
    pub(crate) contact: Value,
    pub(crate) region: String,
    pub(crate) erased_within: SignedDuration,
    pub(crate) backups: Vec<Backup>,
    pub(crate) zero_retention: Vec<String>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) cookies: Vec<Cookie>,
    pub(crate) on_device: Vec<OnDevice>,
    pub(crate) processors: Vec<Processor>,
    pub(crate) looked_for: Vec<String>,
    pub(crate) not_looked_for: Vec<String>,
}

impl Published {
    /// Reads what `GET /privacy` answers to programs.
    ///
    /// # Errors
    /// When the text is not such an answer.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    pub(crate) fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Without the processors that a deployment does not use.
    pub(crate) fn with_processors(mut self, used: &[&str]) -> Self {
        self.processors.retain(|processor| used.contains(&processor.id.as_str()));
        self
    }
}

impl From<&Document> for Published {
    fn from(document: &Document) -> Self {
        // Both forms are in this crate, and a test reads every document back.
        #[allow(clippy::expect_used)]
        serde_json::to_value(document).and_then(serde_json::from_value).expect("a document is a published version")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Backup {
    pub(crate) table: String,
    pub(crate) kept: SignedDuration,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) what: String,
    pub(crate) purpose: Purpose,
    pub(crate) fields: Vec<Field>,
    #[serde(deserialize_with = "retention")]
    pub(crate) retention: Retention,
    pub(crate) erasure: Value,
    pub(crate) export: Value,
    pub(crate) processors: Vec<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Entry {
    pub(crate) fn personal(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.personal)
    }

    pub(crate) fn is_personal(&self) -> bool {
        self.personal().next().is_some()
    }

    /// Whether an export has it.
    pub(crate) fn is_exported(&self) -> bool {
        self.export.get("file").is_some()
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) category: Category,
    pub(crate) personal: bool,
    #[serde(default, deserialize_with = "own_retention")]
    pub(crate) retention: Option<Retention>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Cookie {
    pub(crate) name: String,
    pub(crate) what: String,
    pub(crate) ends_with: Option<String>,
    #[serde(rename = "for")]
    pub(crate) own: Option<SignedDuration>,
    pub(crate) personal: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct OnDevice {
    pub(crate) place: String,
    pub(crate) what: String,
    #[serde(rename = "for")]
    pub(crate) own: Option<SignedDuration>,
    pub(crate) ends_with_sign_out: bool,
    pub(crate) personal: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Processor {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) purposes: Vec<Purpose>,
    receives: Vec<Received>,
    pub(crate) keeps: Keeps,
    pub(crate) region: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Processor {
    /// The data it receives in a profile.
    pub(crate) fn received(&self, profile: Profile) -> impl Iterator<Item = &Received> {
        self.receives.iter().filter(move |received| received.profiles.as_ref().is_none_or(|profiles| profiles.contains(&profile)))
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Received {
    pub(crate) what: String,
    pub(crate) r#for: Purpose,
    pub(crate) class: Option<String>,
    pub(crate) fields: Vec<String>,
    profiles: Option<Vec<Profile>>,
}

/// What a processor keeps on its own account.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Keeps {
    Nothing,
    Logs(Logs),
    /// For a time that it does not say.
    Unsaid(Value),
}

impl Keeps {
    /// `None` where it keeps nothing, or for a time that it does not say.
    pub(crate) fn time(&self) -> Option<SignedDuration> {
        match self {
            Self::Logs(logs) => Some(logs.r#for),
            Self::Nothing | Self::Unsaid(_) => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Logs {
    pub(crate) r#for: SignedDuration,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A retention as it is published, not as it is written in the inventory.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Shown {
    For(Kept),
    While(While),
}

impl From<Shown> for Retention {
    fn from(shown: Shown) -> Self {
        match shown {
            Shown::For(kept) => Self::For(kept),
            Shown::While(life) => Self::While(life),
        }
    }
}

fn retention<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Retention, D::Error> {
    Shown::deserialize(from).map(Retention::from)
}

fn own_retention<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Retention>, D::Error> {
    Option::<Shown>::deserialize(from).map(|shown| shown.map(Retention::from))
}

/// All published versions, and the notices of those that have one.
#[derive(Debug, Clone, Deserialize)]
pub struct Archive {
    pub versions: Vec<Published>,
    pub notices: Vec<Announced>,
}

/// The notice of a version, for the people of one profile.
#[derive(Debug, Clone, Deserialize)]
pub struct Announced {
    pub version: String,
    pub profile: Profile,
    pub notice: Notice,
}

impl Archive {
    /// `None` for a version that was not kept, or not of this profile.
    #[must_use]
    pub fn version(&self, version: &str, profile: Profile) -> Option<&Published> {
        self.versions.iter().find(|kept| kept.version == version && kept.profile == profile)
    }

    pub(crate) fn notice(&self, version: &str, profile: Profile) -> Option<&Notice> {
        self.notices.iter().find(|kept| kept.version == version && kept.profile == profile).map(|kept| &kept.notice)
    }
}

/// What is in the folder `published`.
pub fn archive() -> &'static Archive {
    static ARCHIVE: OnceLock<Archive> = OnceLock::new();
    // It is part of the binary, and a test reads it.
    #[allow(clippy::expect_used)]
    ARCHIVE.get_or_init(|| serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/published.json"))).expect("the archive is sound"))
}
