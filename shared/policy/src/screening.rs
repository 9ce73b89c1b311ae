//! Forbidden contents and their thresholds: `screening.toml`, read once.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::Deserialize;

pub fn screening() -> &'static ScreeningPolicy {
    static POLICY: OnceLock<ScreeningPolicy> = OnceLock::new();
    // It is part of the binary, and a test checks it: a flaw cannot reach a running function.
    #[allow(clippy::expect_used)]
    POLICY.get_or_init(|| {
        serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/screening.json"))).expect("the embedded screening policy is sound")
    })
}

/// Why a text is not a valid screening policy.
#[derive(Debug, thiserror::Error)]
pub enum ScreeningFlaw {
    /// A field is missing or unknown.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// The text contradicts itself.
    #[error("{of}: {what}")]
    Entry {
        /// The category, screener or concern.
        of: String,
        what: &'static str,
    },
}

/// The thresholds and concerns by which moderation decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScreeningPolicy {
    version: String,
    unlisted: Thresholds,
    categories: Vec<ScreenedCategory>,
    screeners: Vec<KnownScreener>,
    concerns: Vec<Concern>,
}

/// The thresholds of a score. An absent threshold is never reached.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// From this score on a person must look at it; above 0.0, at most 1.0.
    pub refer_from: Option<f64>,
    /// From this score on it is refused; not below `refer_from`, at most 1.0.
    pub block_from: Option<f64>,
}

/// The medium of a concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    Pictures,
    /// A person's own words.
    Words,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScreenedCategory {
    /// As in the screeners' scores.
    pub id: String,
    /// The description for a person: completes "… is looked for".
    pub what: String,
    /// The media in which any screener scores it.
    pub scored_in: Vec<Medium>,
    refer_from: Option<f64>,
    block_from: Option<f64>,
}

impl ScreenedCategory {
    #[must_use]
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { refer_from: self.refer_from, block_from: self.block_from }
    }
}

/// A built-in screener.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownScreener {
    /// As in the configuration.
    pub name: String,
    pub pictures: Vec<String>,
    pub words: Vec<String>,
}

impl KnownScreener {
    /// The categories it scores in `medium`.
    #[must_use]
    pub fn scores_in(&self, medium: Medium) -> &[String] {
        match medium {
            Medium::Pictures => &self.pictures,
            Medium::Words => &self.words,
        }
    }
}

/// A content that a person may expect the screening to detect.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concern {
    /// In kebab case.
    pub id: String,
    pub medium: Medium,
    /// The categories that together cover it.
    pub seen_by: Vec<String>,
    /// The sentence when it is covered.
    pub seen: String,
    /// The sentence when it is not.
    pub unseen: String,
}

impl ScreeningPolicy {
    /// Reads and checks a policy.
    ///
    /// # Errors
    /// [`ScreeningFlaw`]: a threshold out of its range, a repeated category, a concern with an unknown category, …
    pub fn parse(text: &str) -> Result<Self, ScreeningFlaw> {
        let policy: Self = toml::from_str(text)?;
        policy.check()?;
        Ok(policy)
    }

    /// The date of the text's last change, as `YYYY-MM-DD`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The thresholds of `category`; unlisted categories have a rule of their own.
    #[must_use]
    pub fn thresholds(&self, category: &str) -> Thresholds {
        self.category(category).map_or(self.unlisted, ScreenedCategory::thresholds)
    }

    #[must_use]
    pub fn categories(&self) -> &[ScreenedCategory] {
        &self.categories
    }

    #[must_use]
    pub fn screeners(&self) -> &[KnownScreener] {
        &self.screeners
    }

    #[must_use]
    pub fn concerns(&self) -> &[Concern] {
        &self.concerns
    }

    fn category(&self, id: &str) -> Option<&ScreenedCategory> {
        self.categories.iter().find(|category| category.id == id)
    }

    fn check(&self) -> Result<(), ScreeningFlaw> {
        check_thresholds(&self.unlisted).map_err(|what| flaw("unlisted", what))?;
        if self.unlisted.refer_from.is_none() || self.unlisted.block_from.is_none() {
            return Err(flaw("unlisted", "what nobody has weighed needs both thresholds"));
        }
        unique(self.categories.iter().map(|category| category.id.as_str()))?;
        unique(self.screeners.iter().map(|screener| screener.name.as_str()))?;
        unique(self.concerns.iter().map(|concern| concern.id.as_str()))?;
        for category in &self.categories {
            check_category(category).map_err(|what| flaw(&category.id, what))?;
        }
        for screener in &self.screeners {
            self.check_scored(&screener.name, Medium::Pictures, &screener.pictures)?;
            self.check_scored(&screener.name, Medium::Words, &screener.words)?;
        }
        for concern in &self.concerns {
            self.check_scored(&concern.id, concern.medium, &concern.seen_by)?;
            if concern.seen_by.is_empty() || concern.seen.trim().is_empty() || concern.unseen.trim().is_empty() {
                return Err(flaw(&concern.id, "a concern needs what sees it, and both sentences"));
            }
        }
        Ok(())
    }

    fn check_scored(&self, of: &str, medium: Medium, categories: &[String]) -> Result<(), ScreeningFlaw> {
        unique(categories.iter().map(String::as_str))?;
        for id in categories {
            match self.category(id) {
                None => return Err(flaw(of, "it names a category that is not there")),
                Some(category) if !category.scored_in.contains(&medium) => {
                    return Err(flaw(of, "it names a category that is not scored there"));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

fn check_category(category: &ScreenedCategory) -> Result<(), &'static str> {
    if category.id.is_empty() || category.what.trim().is_empty() || category.scored_in.is_empty() {
        return Err("it does not say what it is, or where it is scored");
    }
    check_thresholds(&category.thresholds())
}

fn check_thresholds(thresholds: &Thresholds) -> Result<(), &'static str> {
    let set: Vec<f64> = [thresholds.refer_from, thresholds.block_from].into_iter().flatten().collect();
    // With a threshold of zero or NaN, everything or nothing would pass.
    if set.iter().any(|threshold| !(*threshold > 0.0 && *threshold <= 1.0)) {
        return Err("a threshold is above 0 and at most 1");
    }
    match set.as_slice() {
        [] => Err("without a threshold it means nothing"),
        [refer, block] if refer > block => Err("it would be refused before a person looks"),
        _ => Ok(()),
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), ScreeningFlaw> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(flaw(name, "it is there twice"));
        }
    }
    Ok(())
}

fn flaw(of: &str, what: &'static str) -> ScreeningFlaw {
    ScreeningFlaw::Entry { of: of.to_owned(), what }
}
