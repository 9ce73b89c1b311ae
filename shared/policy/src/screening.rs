//! What may not be shown, and from which score on: `screening.toml`, read once.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::Deserialize;

/// The screening policy of this build.
pub fn screening() -> &'static ScreeningPolicy {
    static POLICY: OnceLock<ScreeningPolicy> = OnceLock::new();
    // The text is part of the binary, and a test parses it: a flaw cannot reach a running function.
    #[allow(clippy::expect_used)]
    POLICY.get_or_init(|| ScreeningPolicy::parse(include_str!("../screening.toml")).expect("the embedded screening policy is sound"))
}

/// Why a text is no screening policy.
#[derive(Debug, thiserror::Error)]
pub enum ScreeningFlaw {
    /// It lacks something, or holds something unknown.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// It contradicts itself.
    #[error("{of}: {what}")]
    Entry {
        /// Which category, screener or concern.
        of: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// What the panel of screeners decides by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScreeningPolicy {
    version: String,
    unlisted: Thresholds,
    categories: Vec<ScreenedCategory>,
    screeners: Vec<KnownScreener>,
    concerns: Vec<Concern>,
}

/// From which score on something happens. A threshold that is not there is never reached.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// A person must look at it; above 0.0, at most 1.0.
    pub refer_from: Option<f64>,
    /// It is refused; not below `refer_from`, at most 1.0.
    pub block_from: Option<f64>,
}

/// Where something is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    /// In the photograph.
    Pictures,
    /// In what a person wrote.
    Words,
}

/// A category that screeners score.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScreenedCategory {
    /// As screeners name it.
    pub id: String,
    /// What it means, for a person: completes "… is looked for".
    pub what: String,
    /// Where it is scored by any screener.
    pub scored_in: Vec<Medium>,
    refer_from: Option<f64>,
    block_from: Option<f64>,
}

impl ScreenedCategory {
    /// What its scores mean.
    #[must_use]
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { refer_from: self.refer_from, block_from: self.block_from }
    }
}

/// A screener that is built in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownScreener {
    /// As the configuration names it.
    pub name: String,
    /// The categories it scores in pictures.
    pub pictures: Vec<String>,
    /// The categories it scores in words.
    pub words: Vec<String>,
}

impl KnownScreener {
    /// The categories it scores there.
    #[must_use]
    pub fn scores_in(&self, medium: Medium) -> &[String] {
        match medium {
            Medium::Pictures => &self.pictures,
            Medium::Words => &self.words,
        }
    }
}

/// What somebody may take for granted that the screening looks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concern {
    /// Its name, kebab case.
    pub id: String,
    /// Where it would be seen.
    pub medium: Medium,
    /// The categories that together see it.
    pub seen_by: Vec<String>,
    /// The sentence when it is looked for.
    pub seen: String,
    /// The sentence when it is not.
    pub unseen: String,
}

impl ScreeningPolicy {
    /// Reads and checks a policy.
    ///
    /// # Errors
    /// What is wrong with the text: a threshold out of its range, a category twice, a concern of a category that does not exist, …
    pub fn parse(text: &str) -> Result<Self, ScreeningFlaw> {
        let policy: Self = toml::from_str(text)?;
        policy.check()?;
        Ok(policy)
    }

    /// The day the text last changed, as `YYYY-MM-DD`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What scores of `category` mean; those of a category that is not listed have a rule of their own.
    #[must_use]
    pub fn thresholds(&self, category: &str) -> Thresholds {
        self.category(category).map_or(self.unlisted, ScreenedCategory::thresholds)
    }

    /// Every category.
    #[must_use]
    pub fn categories(&self) -> &[ScreenedCategory] {
        &self.categories
    }

    /// The screeners that are built in.
    #[must_use]
    pub fn screeners(&self) -> &[KnownScreener] {
        &self.screeners
    }

    /// Every concern.
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
    // At zero, or with a NaN, everything or nothing would pass.
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
