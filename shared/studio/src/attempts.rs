//! The attempts at a drawing: artist, outcome and cost of each; never its content.
//!
//! An attempt is recorded before the vendor is asked. So no two workers ask for one drawing at once, and a worker that died during a call leaves a
//! record that a picture may have been made and may be billed: money is not spent a third time over crashes and deliveries.

use async_trait::async_trait;
use kernel::{Failure, GenerationId, Owner, SignedDuration, Timestamp};
use policy::Class;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::artist::{NotDrawn, Usage};
use crate::store::Written;

/// How often it may remain unknown whether any vendor made a drawing before the generation is given up.
const UNCLEAR: usize = 2;

/// How often one artist may answer without a picture before it is asked no more for this drawing.
const NO_PICTURE: usize = 2;

/// Maximum attempts stored for one drawing. The oldest without influence on later decisions go first.
const KEPT: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Outcome {
    Drawn,
    Refused,
    Exhausted,
    Busy,
    Down,
    /// The outcome is unknown; the worker may have died.
    Unclear,
    NoPicture,
    Misconfigured,
}

impl Outcome {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in storage and in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

impl From<&NotDrawn> for Outcome {
    fn from(why: &NotDrawn) -> Self {
        match why {
            NotDrawn::Refused(_) => Self::Refused,
            NotDrawn::Exhausted => Self::Exhausted,
            NotDrawn::Busy { .. } => Self::Busy,
            NotDrawn::Down(_) => Self::Down,
            NotDrawn::Unclear(_) => Self::Unclear,
            NotDrawn::NoPicture => Self::NoPicture,
            NotDrawn::Misconfigured(_) => Self::Misconfigured,
        }
    }
}

/// One call of one artist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub artist: String,
    pub model: String,
    /// The worker's own mark, in hex, by which it recognises its claim.
    pub claim: String,
    pub began_at: Timestamp,
    /// The time by which a worker without a recorded outcome must be dead.
    pub ends_by: Timestamp,
    /// `None` while the call runs, and for ever when its worker died.
    pub outcome: Option<Outcome>,
    /// The vendor's time, in milliseconds.
    pub latency_ms: Option<u64>,
    #[serde(flatten)]
    pub usage: Usage,
}

/// The attempts at one drawing of a generation. The version grows by one with every change, and each write is conditional on the version it was made
/// from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub owner: Owner,
    pub generation: GenerationId,
    /// The drawing's index, counted from 0.
    pub index: u8,
    /// Grows with every change; 0 before the first.
    pub version: u64,
    /// Oldest first.
    pub attempts: Vec<Attempt>,
    pub expires_at: Timestamp,
}

impl History {
    /// An empty history at `now`.
    #[must_use]
    pub fn new(owner: Owner, generation: GenerationId, index: u8, now: Timestamp) -> Self {
        let expires_at = Class::ATTEMPT.expires_at(now);
        Self { owner, generation, index, version: 0, attempts: Vec::new(), expires_at }
    }

    /// Adds an attempt, which is a worker's claim until `lease` has passed.
    #[must_use]
    pub fn opened(&self, artist: &str, model: &str, claim: &str, now: Timestamp, lease: SignedDuration) -> Self {
        let mut next = Self { version: self.version + 1, ..self.clone() };
        // An older claim that has run out has an unknown outcome.
        next.attempts.iter_mut().for_each(|attempt| attempt.outcome = attempt.outcome.or(Some(Outcome::Unclear)));
        if next.attempts.len() >= KEPT
            && let Some(oldest) = next.attempts.iter().position(|attempt| !decides(attempt))
        {
            next.attempts.remove(oldest);
        }
        next.attempts.push(Attempt {
            artist: artist.to_owned(),
            model: model.to_owned(),
            claim: claim.to_owned(),
            began_at: now,
            ends_by: now.checked_add(lease).unwrap_or(Timestamp::MAX),
            outcome: None,
            latency_ms: None,
            usage: Usage::default(),
        });
        next
    }

    /// Records the outcome of the last attempt.
    #[must_use]
    pub fn closed(&self, outcome: Outcome, latency_ms: u64, usage: Usage) -> Self {
        let mut next = Self { version: self.version + 1, ..self.clone() };
        if let Some(last) = next.attempts.last_mut() {
            (last.outcome, last.latency_ms, last.usage) = (Some(outcome), Some(latency_ms), usage);
        }
        next
    }

    /// Whether the last attempt is the claim with this mark.
    #[must_use]
    pub fn is_claimed_by(&self, claim: &str) -> bool {
        self.attempts.last().is_some_and(|last| last.outcome.is_none() && last.claim == claim)
    }

    /// The time until which a worker may still be drawing; `None` when none can be.
    #[must_use]
    pub fn held_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.attempts.last().filter(|last| last.outcome.is_none() && last.ends_by > now).map(|last| last.ends_by)
    }

    /// Whether the drawing is made and noted.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.attempts.last().is_some_and(|last| last.outcome == Some(Outcome::Drawn))
    }

    /// Whether a vendor refused the request: then no artist is asked again.
    #[must_use]
    pub fn was_refused(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.outcome == Some(Outcome::Refused))
    }

    /// Whether it may have been billed so often that it is given up.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.attempts.iter().filter(|attempt| is_unclear(attempt)).count() >= UNCLEAR
    }

    /// Whether it has cost something, as far as anybody knows: it was drawn, or an artist was asked and its answer is unknown.
    #[must_use]
    pub fn is_owed(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.outcome == Some(Outcome::Drawn) || is_unclear(attempt))
    }

    /// Whether an artist's outcome is unknown.
    #[must_use]
    pub fn is_unclear_with(&self, artist: &str) -> bool {
        self.attempts.iter().any(|attempt| attempt.artist == artist && is_unclear(attempt))
    }

    /// Whether an artist is asked no more for this drawing: it has answered without a picture as often as allowed, or our account with it was empty.
    #[must_use]
    pub fn is_over_with(&self, artist: &str) -> bool {
        let times = |outcome| self.attempts.iter().filter(|attempt| attempt.artist == artist && attempt.outcome == Some(outcome)).count();
        times(Outcome::NoPicture) >= NO_PICTURE || times(Outcome::Exhausted) > 0
    }
}

/// Whether the choice of the next artist depends on this attempt.
fn decides(attempt: &Attempt) -> bool {
    matches!(attempt.outcome, Some(Outcome::Unclear | Outcome::NoPicture | Outcome::Exhausted))
}

/// For an open claim, valid only after its lease.
fn is_unclear(attempt: &Attempt) -> bool {
    matches!(attempt.outcome, Some(Outcome::Unclear) | None)
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Claimed {
    Mine,
    /// The stored history; nothing was written.
    Found(History),
    /// The generation is not drawn any more: its owner cancelled it, or it ended otherwise. Nothing was written, and nobody may be asked.
    Over,
}

/// What an attempt is expected to cost, and what all attempts of the day may cost, in micro-dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub expected: u64,
    pub per_day: u64,
    pub at: Timestamp,
}

#[async_trait]
pub trait Attempts: Send + Sync {
    /// Writes a history with a new claim, if the stored one still has the version before it and the generation is being drawn, and spends its cost. All
    /// of it is one write, so that a deletion of the generation either finds the claim or prevents it.
    ///
    /// # Errors
    /// [`Failure::Busy`] with [`kernel::Reason::BudgetSpent`] where that is more than the day has left.
    async fn open(&self, history: &History, cost: Cost) -> Result<Claimed, Failure>;

    /// Writes a history with the outcome of its last attempt, if the stored one still has the version before it. For a finished drawing, this is part
    /// of the [`Change`](crate::Change) that records it.
    async fn close(&self, history: &History) -> Result<Written, Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{AccountId, FixedClock, SeededRandomness};

    const LEASE: SignedDuration = SignedDuration::from_secs(170);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn nothing() -> History {
        let (clock, randomness) = (FixedClock::at(at(0)), SeededRandomness::new(1));
        History::new(AccountId::new(&clock, &randomness).into(), GenerationId::new(&clock, &randomness), 0, at(0))
    }

    fn after(history: &History, artist: &str, outcome: Outcome) -> History {
        history.opened(artist, "m", "c", at(0), LEASE).closed(outcome, 5, Usage::default())
    }

    #[test]
    fn every_outcome_is_stored_by_its_name() {
        for outcome in Outcome::ALL.iter().copied() {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.name());
        }
    }

    #[test]
    fn a_claim_is_held_until_its_lease_ends_and_counts_as_unclear_afterwards() {
        let claimed = nothing().opened("a", "m", "mine", at(0), LEASE);
        assert!(claimed.is_claimed_by("mine") && !claimed.is_claimed_by("another"));
        assert_eq!(claimed.held_until(at(169)), Some(at(170)));
        assert_eq!(claimed.held_until(at(170)), None);
        assert!(claimed.is_unclear_with("a") && !claimed.is_given_up());
        let again = claimed.opened("b", "m", "mine", at(170), LEASE);
        assert_eq!((again.attempts[0].outcome, again.version), (Some(Outcome::Unclear), 2));
        assert!(again.closed(Outcome::Unclear, 1, Usage::default()).is_given_up());
        assert!(!again.closed(Outcome::Drawn, 1, Usage::default()).is_given_up());
    }

    #[test]
    fn an_artist_may_answer_without_a_picture_twice() {
        let once = after(&nothing(), "a", Outcome::NoPicture);
        assert!(!once.is_over_with("a"));
        let twice = after(&once, "a", Outcome::NoPicture);
        assert!(twice.is_over_with("a") && !twice.is_over_with("b") && !twice.was_refused());
    }

    #[test]
    fn an_empty_account_is_not_asked_again_for_the_same_drawing() {
        let once = after(&nothing(), "a", Outcome::Exhausted);
        assert!(once.is_over_with("a") && !once.is_over_with("b") && !once.is_given_up());
    }

    #[test]
    fn a_long_history_forgets_what_cost_nothing_and_keeps_what_counts() {
        let mut history = after(&after(&after(&nothing(), "a", Outcome::Unclear), "a", Outcome::NoPicture), "b", Outcome::Exhausted);
        for _ in 0..100 {
            history = after(&history, "a", Outcome::Down);
        }
        assert_eq!((history.attempts.len(), history.version), (KEPT, 206));
        assert!(history.is_unclear_with("a") && history.attempts[1].outcome == Some(Outcome::NoPicture) && history.is_over_with("b"));
    }
}
