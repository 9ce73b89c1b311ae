//! Several screeners, and the decision that follows from their scores and the policy's thresholds.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use kernel::Failure;
use policy::{Thresholds, screening};

use crate::{Candidate, Coverage, Decision, Screener, Verdict};

/// What a screener said, by category; real scores alone.
type Scores = BTreeMap<String, f64>;

/// The configured screeners; any of them may block, or send to a person.
pub struct Moderation {
    screeners: Vec<Box<dyn Screener>>,
}

impl Moderation {
    /// A moderation of these.
    #[must_use]
    pub fn of(screeners: Vec<Box<dyn Screener>>) -> Self {
        Self { screeners }
    }

    /// The names of those who judge, in the order in which they are asked.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.screeners.iter().map(|screener| screener.name())
    }

    /// What these screeners look for, and what nobody does.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let seen = self.screeners.iter().flat_map(|screener| screener.sees()).copied();
        Coverage::of(self.names()).with_pictures(seen)
    }

    /// Judges one candidate. All screeners are asked at once, and the severest decision counts. Who could not be asked cannot undo a refusal: it stands
    /// whatever they would have said. Anything less waits for them.
    ///
    /// # Errors
    /// [`Failure::Busy`] or [`Failure::Broken`] when any screener could not be asked or gave no judgement and no other refused, and when there is none:
    /// the picture then waits, it never passes (AN-70).
    pub async fn judge(&self, candidate: Candidate<'_>) -> Result<Verdict, Failure> {
        if self.screeners.is_empty() {
            return Err(Failure::broken("nobody is there to screen"));
        }
        let asked = self.screeners.iter().map(|screener| async move { (screener.name(), ask(screener.as_ref(), candidate).await) });
        let (mut scores, mut names, mut failures) = (Scores::new(), Vec::new(), Vec::new());
        for (name, answer) in join_all(asked).await {
            match answer {
                Ok(said) => {
                    names.push(name);
                    merge(&mut scores, said);
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

/// What one screener says. An answer that lacks what the screener claims to see, or has no real score at all, is none (AN-70).
async fn ask(screener: &dyn Screener, candidate: Candidate<'_>) -> Result<Scores, Failure> {
    let said: Scores =
        screener.score(candidate).await?.into_iter().filter_map(|(category, score)| Some((category, real(score)?))).collect();
    match screener.sees().iter().find(|category| !said.contains_key(**category)) {
        Some(category) => Err(Failure::broken(format!("the screener `{}` gave no score for `{category}`", screener.name()))),
        None if said.is_empty() => Err(Failure::broken(format!("the screener `{}` gave no score", screener.name()))),
        None => Ok(said),
    }
}

/// A score that says something: a number from 0 on. What is above 1 is as bad as it gets.
fn real(score: f64) -> Option<f64> {
    (score.is_finite() && score >= 0.0).then_some(score.min(1.0))
}

/// Of two scores of a category the higher one counts.
fn merge(scores: &mut Scores, said: Scores) {
    for (category, score) in said {
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
