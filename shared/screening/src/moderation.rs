//! Several screeners, and the decision that follows from their scores and the policy's thresholds.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use kernel::Failure;
use policy::{Thresholds, screening};

use crate::{Candidate, Coverage, Decision, Screener, Verdict};

/// The scores of one screener by category, invalid ones left out.
type Scores = BTreeMap<String, f64>;

/// The configured screeners; any of them may block or refer.
pub struct Moderation {
    screeners: Vec<Box<dyn Screener>>,
}

impl Moderation {
    #[must_use]
    pub fn of(screeners: Vec<Box<dyn Screener>>) -> Self {
        Self { screeners }
    }

    /// In the order in which the screeners are asked.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.screeners.iter().map(|screener| screener.name())
    }

    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let seen = self.screeners.iter().flat_map(|screener| screener.sees()).copied();
        Coverage::of(self.names()).with_pictures(seen)
    }

    /// Judges one candidate. All screeners are asked at once, and the severest decision counts. A refusal stands even when another screener cannot be
    /// asked; any milder decision waits for all of them.
    ///
    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] when a screener gave no judgement and no other refused, and when no screener is configured: the
    /// generation then waits and never passes (AN-70).
    pub async fn judge(&self, candidate: Candidate<'_>) -> Result<Verdict, Failure> {
        if self.screeners.is_empty() {
            return Err(Failure::broken("nobody is there to screen"));
        }
        let asked = self.screeners.iter().map(|screener| async move { (screener.name(), ask(screener.as_ref(), candidate).await) });
        let (mut scores, mut names, mut failures) = (Scores::new(), Vec::new(), Vec::new());
        for (name, answer) in join_all(asked).await {
            match answer {
                Ok(answered) => {
                    names.push(name);
                    merge(&mut scores, answered);
                }
                Err(failure) => failures.push(failure),
            }
        }
        let decision = decide(&scores);
        match failures.into_iter().next() {
            Some(failure) if decision != Decision::Blocked => Err(failure),
            _ => Ok(Verdict { decision, scores, screener: names.join("+") }),
        }
    }
}

/// The scores of one screener. An answer that lacks a category the screener claims to score, or has no valid score at all, is no judgement (AN-70).
async fn ask(screener: &dyn Screener, candidate: Candidate<'_>) -> Result<Scores, Failure> {
    let scores: Scores =
        screener.score(candidate).await?.into_iter().filter_map(|(category, score)| Some((category, real(score)?))).collect();
    match screener.sees().iter().find(|category| !scores.contains_key(**category)) {
        Some(category) => Err(Failure::broken(format!("the screener `{}` gave no score for `{category}`", screener.name()))),
        None if scores.is_empty() => Err(Failure::broken(format!("the screener `{}` gave no score", screener.name()))),
        None => Ok(scores),
    }
}

/// A valid score: a number from 0 on; above 1 counts as 1.
fn real(score: f64) -> Option<f64> {
    (score.is_finite() && score >= 0.0).then_some(score.min(1.0))
}

/// Keeps the higher of two scores of a category.
fn merge(scores: &mut Scores, others: Scores) {
    for (category, score) in others {
        scores.entry(category).and_modify(|highest| *highest = highest.max(score)).or_insert(score);
    }
}

/// The severest decision of any category.
fn decide(scores: &Scores) -> Decision {
    scores.iter().map(|(category, score)| by(screening().thresholds(category), *score)).max().unwrap_or(Decision::Referred)
}

fn by(thresholds: Thresholds, score: f64) -> Decision {
    let reached = |from: Option<f64>| from.is_some_and(|from| score >= from);
    match (reached(thresholds.refer_from), reached(thresholds.block_from)) {
        (_, true) => Decision::Blocked,
        (true, false) => Decision::Referred,
        (false, false) => Decision::Allowed,
    }
}
