//! What was tried for a drawing: by which artist, with which outcome, at what cost; never what was drawn or said.
//!
//! Before a vendor is asked, the asking is written down. So no two workers ask for one drawing at once, and a worker that died while it asked has left
//! a sign that a picture may have been made, and may have to be paid: money is not spent a third time over crashes and deliveries.

use async_trait::async_trait;
use kernel::{Failure, GenerationId, Owner, SignedDuration, Timestamp};
use policy::Class;
use serde::{Deserialize, Serialize};

use crate::artist::{NotDrawn, Usage};
use crate::store::Written;

/// Times it may remain unknown whether a vendor made a drawing, whoever it was, before the generation is given up.
const UNCLEAR: usize = 2;

/// Times one artist may answer without a picture before it is asked no more for this drawing.
const NO_PICTURE: usize = 2;

/// Attempts that are kept of one drawing. The oldest on which nothing depends go first.
const KEPT: usize = 50;

/// How an attempt came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// With a picture.
    Drawn,
    /// The vendor's safety system refused it.
    Refused,
    /// Our account with the vendor is empty.
    Exhausted,
    /// The vendor asked to wait.
    Busy,
    /// Nothing was made.
    Down,
    /// Nobody knows; the worker may have died.
    Unclear,
    /// The vendor answered without a picture.
    NoPicture,
    /// The artist can never draw this.
    Misconfigured,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 8] =
        [Self::Drawn, Self::Refused, Self::Exhausted, Self::Busy, Self::Down, Self::Unclear, Self::NoPicture, Self::Misconfigured];

    /// The name in storage and in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Refused => "refused",
            Self::Exhausted => "exhausted",
            Self::Busy => "busy",
            Self::Down => "down",
            Self::Unclear => "unclear",
            Self::NoPicture => "no-picture",
            Self::Misconfigured => "misconfigured",
        }
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

/// One asking of one artist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The artist's name.
    pub artist: String,
    /// Its model.
    pub model: String,
    /// The worker's own mark, in hex, by which it knows its claim again.
    pub claim: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When a worker that has not noted an outcome must be dead.
    pub ends_by: Timestamp,
    /// How it came out; `None` while it runs, and for ever when its worker died.
    pub outcome: Option<Outcome>,
    /// How long the vendor took, in milliseconds.
    pub latency_ms: Option<u64>,
    /// What it took and cost.
    #[serde(flatten)]
    pub usage: Usage,
}

/// What was tried for one drawing of a generation. Its version grows by one with every change, and each write asks for the version it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Whose generation.
    pub owner: Owner,
    /// Which generation.
    pub generation: GenerationId,
    /// Which drawing, counted from 0.
    pub index: u8,
    /// Grows with every change; 0 before the first.
    pub version: u64,
    /// The attempts, the oldest first.
    pub attempts: Vec<Attempt>,
    /// When the row goes.
    pub expires_at: Timestamp,
}

impl History {
    /// That nothing was tried yet, at `now`.
    #[must_use]
    pub fn new(owner: Owner, generation: GenerationId, index: u8, now: Timestamp) -> Self {
        let expires_at = Class::ATTEMPT.expires_at(now);
        Self { owner, generation, index, version: 0, attempts: Vec::new(), expires_at }
    }

    /// With one more attempt, which is a worker's claim until `lease` has passed.
    #[must_use]
    pub fn opened(&self, artist: &str, model: &str, claim: &str, now: Timestamp, lease: SignedDuration) -> Self {
        let mut next = Self { version: self.version + 1, ..self.clone() };
        // An older claim that has run out came to nothing that anybody knows.
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

    /// With the outcome of the last attempt.
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

    /// Until when a worker may still be at it; `None` when none can be.
    #[must_use]
    pub fn held_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.attempts.last().filter(|last| last.outcome.is_none() && last.ends_by > now).map(|last| last.ends_by)
    }

    /// Whether the drawing is made and noted.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.attempts.last().is_some_and(|last| last.outcome == Some(Outcome::Drawn))
    }

    /// Whether a vendor refused it: then nobody is asked again.
    #[must_use]
    pub fn was_refused(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.outcome == Some(Outcome::Refused))
    }

    /// Whether it may have been paid so often that it is not asked for again.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.attempts.iter().filter(|attempt| is_unclear(attempt)).count() >= UNCLEAR
    }

    /// Whether it is unknown what an artist made of it.
    #[must_use]
    pub fn is_unclear_with(&self, artist: &str) -> bool {
        self.attempts.iter().any(|attempt| attempt.artist == artist && is_unclear(attempt))
    }

    /// Whether an artist is asked no more for this drawing: it has answered without a picture as often as it may, or our account with it was empty.
    #[must_use]
    pub fn is_over_with(&self, artist: &str) -> bool {
        let times = |outcome| self.attempts.iter().filter(|attempt| attempt.artist == artist && attempt.outcome == Some(outcome)).count();
        times(Outcome::NoPicture) >= NO_PICTURE || times(Outcome::Exhausted) > 0
    }
}

/// Whether who may still be asked depends on it.
fn decides(attempt: &Attempt) -> bool {
    matches!(attempt.outcome, Some(Outcome::Unclear | Outcome::NoPicture | Outcome::Exhausted))
}

/// Of an open claim it is asked only when nobody holds it any more.
fn is_unclear(attempt: &Attempt) -> bool {
    matches!(attempt.outcome, Some(Outcome::Unclear) | None)
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Claimed {
    /// It is written.
    Mine,
    /// This is stored instead; nothing was written.
    Found(History),
}

/// Where histories are.
#[async_trait]
pub trait Attempts: Send + Sync {
    /// Writes a history with a new claim, if the stored one still has the version before it.
    async fn open(&self, history: &History) -> Result<Claimed, Failure>;

    /// Writes a history with the outcome of its last attempt, if the stored one still has the version before it. Where a drawing was made, this is part of
    /// the [`Change`](crate::Change) that notes it.
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
        for outcome in Outcome::ALL {
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
