//! The concerns that the configured screeners cover, and those that none covers, as sentences.

use std::collections::BTreeSet;

use policy::{KnownScreener, Medium, screening};

/// The categories that the configured screeners score. They follow from names alone, without a client or a call, so that the policy page can list
/// them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    pictures: BTreeSet<String>,
    words: BTreeSet<String>,
}

impl Coverage {
    /// The coverage of screeners by their configured names, such as `openai`; a name that the policy does not list covers nothing.
    #[must_use]
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: BTreeSet<&str> = names.into_iter().collect();
        let mut coverage = Self::default();
        for screener in screening().screeners().iter().filter(|screener| names.contains(screener.name.as_str())) {
            coverage.add(screener);
        }
        coverage
    }

    fn add(&mut self, screener: &KnownScreener) {
        self.pictures.extend(screener.pictures.iter().cloned());
        self.words.extend(screener.words.iter().cloned());
    }

    /// The same coverage, with these categories scored in pictures as well.
    #[must_use]
    pub fn with_pictures<'a>(mut self, categories: impl IntoIterator<Item = &'a str>) -> Self {
        self.pictures.extend(categories.into_iter().map(str::to_owned));
        self
    }

    /// A sentence for each concern of the policy that a screener covers.
    #[must_use]
    pub fn seen(&self) -> Vec<&'static str> {
        screening()
            .concerns()
            .iter()
            .filter(|concern| self.covers(concern.medium, &concern.seen_by))
            .map(|concern| concern.seen.as_str())
            .collect()
    }

    /// A sentence for each concern that no screener covers, such as "Nobody looks for children in photographs."
    #[must_use]
    pub fn unseen(&self) -> Vec<&'static str> {
        let concerns = screening().concerns().iter().filter(|concern| !self.covers(concern.medium, &concern.seen_by));
        concerns.map(|concern| concern.unseen.as_str()).collect()
    }

    /// Logs the uncovered concerns as one warning, when a function starts.
    pub fn warn(&self) {
        let unseen = self.unseen();
        if !unseen.is_empty() {
            tracing::warn!(unseen = unseen.join(" "), "the screening does not cover everything");
        }
    }

    fn covers(&self, medium: Medium, categories: &[String]) -> bool {
        let seen = match medium {
            Medium::Pictures => &self.pictures,
            Medium::Words => &self.words,
        };
        categories.iter().all(|category| seen.contains(category))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offline_screener_sees_nothing_that_is_shown_and_says_so() {
        let coverage = Coverage::of(["offline"]);
        assert!(coverage.seen().is_empty());
        assert_eq!(coverage.unseen().len(), screening().concerns().len());
    }

    #[test]
    fn an_70_no_configuration_of_today_claims_to_see_children() {
        for names in [vec!["offline"], vec!["openai"], vec!["openai", "offline"], vec![], vec!["no-such-screener"]] {
            assert!(Coverage::of(names.iter().copied()).unseen().contains(&"Nobody looks for children in photographs."), "{names:?}");
        }
    }

    #[test]
    fn a_vendor_covers_what_it_scores_and_nothing_else() {
        let coverage = Coverage::of(["openai", "offline"]);
        assert!(coverage.seen().contains(&"Photographs are checked for nudity and sexual content."));
        assert!(coverage.seen().contains(&"Words are checked for hate and insults."));
        assert!(coverage.unseen().contains(&"Nobody looks for symbols of hate in photographs."));
        assert_eq!(coverage.seen().len() + coverage.unseen().len(), screening().concerns().len());
    }

    #[test]
    fn another_screener_counts_by_what_it_sees() {
        let coverage = Coverage::of(["openai"]).with_pictures(["minors"]);
        assert!(coverage.seen().contains(&"Photographs are checked for children."));
    }
}
