//! What changed since an earlier version, for who reads the present one.

use jiff::civil::Date;
use kernel::Language;
use serde::Serialize;

use crate::diff::{Change, diff};
use crate::published::{Published, archive};
use crate::render::Document;

/// The changes from one published version to the present one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes {
    pub from: String,
    pub to: String,
    /// The day from which the present version applies, where it was announced before.
    pub effective: Option<Date>,
    pub material: Vec<Said>,
    pub editorial: Vec<Said>,
}

/// One change in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Its name for programs, in kebab case.
    pub kind: &'static str,
    pub en: String,
    pub ja: String,
}

impl From<&Change> for Said {
    fn from(change: &Change) -> Self {
        Self { kind: change.kind(), en: change.sentence(Language::English), ja: change.sentence(Language::Japanese) }
    }
}

/// The changes since the version `from` of the policy of this deployment; `None` for a version that was not kept, or not of its profile.
///
/// Both versions are as they were published, without processors that the deployment does not use.
#[must_use]
pub fn changes_since(from: &str, document: &Document) -> Option<Changes> {
    let used: Vec<&str> = document.processors.iter().map(|processor| processor.id.as_str()).collect();
    let version = |version: &str| archive().version(version, document.profile).cloned().map(|kept| kept.with_processors(&used));
    Some(Changes::between(&version(from)?, &version(&document.version)?))
}

impl Changes {
    #[must_use]
    pub fn between(old: &Published, new: &Published) -> Self {
        let changes = diff(old, new);
        let said = |material: bool| changes.iter().filter(|change| change.is_material() == material).map(Said::from).collect();
        Self { from: old.version.clone(), to: new.version.clone(), effective: new.effective, material: said(true), editorial: said(false) }
    }
}
