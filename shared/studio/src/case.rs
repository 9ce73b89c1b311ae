//! Cases: what becomes of a selfie that the screening refused, for its person and for the operators who decide.
//!
//! A case has the id of its generation. It begins in the transaction that blocks the generation, with a time by which somebody decides.

use kernel::{GenerationId, OperatorId, Owner, SignedDuration, Timestamp, UploadId};
use screening::Decision;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use crate::moderation::ModerationRecord;

/// The time for a decision, of a first one and of one on an appeal: two days less than the photo has.
pub const DECIDED_WITHIN: SignedDuration = SignedDuration::from_hours(72);

/// What an operator decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Outcome {
    /// The photo stays blocked.
    Uphold,
    /// The photo is drawn from after all.
    Overturn,
}

impl Outcome {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// Why, as the statement of reasons says it (DSA, art. 17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Ground {
    /// The screening saw what the terms do not allow, and nobody has looked yet.
    Screening,
    Sexual,
    Violence,
    SelfHarm,
    Hate,
    /// A child in danger.
    ChildSafety,
    /// Somebody else's photo, or somebody else in it who did not agree.
    NotTheirs,
    OtherTerms,
    /// Nothing that the terms do not allow.
    Allowed,
}

impl Ground {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    /// Whether an operator may give it for this outcome.
    #[must_use]
    pub fn fits(self, outcome: Outcome) -> bool {
        self != Self::Screening && (self == Self::Allowed) == (outcome == Outcome::Overturn)
    }
}

/// What an operator decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    pub outcome: Outcome,
    pub ground: Ground,
    pub operator: OperatorId,
    pub at: Timestamp,
    /// The hash of the action that its operator signed, in hex.
    pub action: String,
    /// Whether the generation goes on.
    pub resumed: bool,
    /// Whether its person was told.
    #[serde(default)]
    pub told: bool,
}

/// What a person says against a decision, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    pub text: String,
    pub at: Timestamp,
    pub ruling: Option<Ruling>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub generation: GenerationId,
    pub owner: Owner,
    pub upload: UploadId,
    /// Referred or blocked, by the screening.
    pub decision: Decision,
    /// By category.
    pub scores: std::collections::BTreeMap<String, f64>,
    pub screener: String,
    pub opened_at: Timestamp,
    /// By when somebody decides; `None` while there is nothing to decide.
    pub due_at: Option<Timestamp>,
    /// When the photo is gone, whatever anybody does (AN-42).
    pub photo_until: Timestamp,
    pub expires_at: Timestamp,
    /// The decision without an appeal.
    pub ruling: Option<Ruling>,
    pub appeal: Option<Appeal>,
    /// Grows with every change.
    pub version: u64,
}

/// Why the photo was blocked, without saying what a program took it for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Category {
    /// A person must look at it.
    NeedsReview,
    /// It looks like something that the terms do not allow.
    ContentRules,
}

/// How far an appeal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum AppealStanding {
    Possible,
    Open,
    Upheld,
    Overturned,
    /// A decision was overturned without one.
    NotNeeded,
}

impl Case {
    /// The case that a refused selfie opens; `None` for one that passed.
    #[must_use]
    pub fn opened_by(record: &ModerationRecord) -> Option<Self> {
        let photo_until = record.quarantined_until?;
        Some(Self {
            generation: record.generation,
            owner: record.owner,
            upload: record.upload,
            decision: record.verdict.decision,
            scores: record.verdict.scores.clone(),
            screener: record.verdict.screener.clone(),
            opened_at: record.at,
            due_at: record.at.checked_add(DECIDED_WITHIN).ok(),
            photo_until,
            expires_at: record.expires_at,
            ruling: None,
            appeal: None,
            version: 1,
        })
    }

    #[must_use]
    pub fn category(&self) -> Category {
        if self.decision == Decision::Referred { Category::NeedsReview } else { Category::ContentRules }
    }

    /// Whether there is something to decide.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.due_at.is_some()
    }

    /// The last decision.
    #[must_use]
    pub fn last(&self) -> Option<&Ruling> {
        self.appeal.as_ref().and_then(|appeal| appeal.ruling.as_ref()).or(self.ruling.as_ref())
    }

    #[must_use]
    pub fn appeal_standing(&self) -> AppealStanding {
        match (&self.appeal, &self.ruling) {
            (Some(Appeal { ruling: None, .. }), _) => AppealStanding::Open,
            (Some(Appeal { ruling: Some(ruling), .. }), _) if ruling.outcome == Outcome::Uphold => AppealStanding::Upheld,
            (Some(_), _) => AppealStanding::Overturned,
            (None, Some(ruling)) if ruling.outcome == Outcome::Overturn => AppealStanding::NotNeeded,
            (None, _) => AppealStanding::Possible,
        }
    }

    /// The case once its person was told of the last decision.
    #[must_use]
    pub fn told(&self) -> Self {
        let mut told = Self { version: self.version + 1, ..self.clone() };
        let last = match &mut told.appeal {
            Some(Appeal { ruling: Some(ruling), .. }) => Some(ruling),
            _ => told.ruling.as_mut(),
        };
        if let Some(ruling) = last {
            ruling.told = true;
        }
        told
    }

    /// Whether this operator may decide it now: not on an appeal against their own decision.
    #[must_use]
    pub fn may_be_decided_by(&self, operator: OperatorId) -> bool {
        self.ruling.as_ref().is_none_or(|first| first.operator != operator)
    }

    /// The case with this appeal; `None` where there is one, or nothing to appeal against.
    #[must_use]
    pub fn appealed(&self, text: String, now: Timestamp) -> Option<Self> {
        let due_at = now.checked_add(DECIDED_WITHIN).ok();
        let possible = self.appeal_standing() == AppealStanding::Possible && self.expires_at > now;
        possible.then(|| Self { appeal: Some(Appeal { text, at: now, ruling: None }), due_at, version: self.version + 1, ..self.clone() })
    }

    /// The case with this decision: the first one, or the one on its appeal. An appeal that came before anybody had decided is decided with it.
    #[must_use]
    pub fn decided(&self, ruling: Ruling) -> Self {
        let appeal = self.appeal.clone().map(|appeal| Appeal { ruling: Some(ruling.clone()), ..appeal });
        let first = self.ruling.clone().or_else(|| appeal.is_none().then_some(ruling));
        Self { ruling: first, appeal, due_at: None, version: self.version + 1, ..self.clone() }
    }
}

/// The reasons of a restriction as its person is owed them (DSA, art. 17): one at the block, one at each decision. All of it is words of closed lists,
/// which the site says in sentences of each language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementOfReasons {
    pub restriction: Restriction,
    pub facts: Facts,
    pub ground: Ground,
    pub redress: Redress,
    pub at: Timestamp,
}

/// What is restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Restriction {
    /// The photo is not drawn from and is deleted five days after the screening; nothing is charged.
    PhotoBlocked,
    /// The photo is drawn from after all.
    Lifted,
    /// It was blocked wrongly and is gone: it may be sent again.
    LiftedTooLate,
}

/// On what it rests, and what programs had to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Facts {
    /// A program scored the photo and the words that came with it, and blocked it.
    FoundAndBlockedByProgram,
    /// A program found it, and a person decided.
    FoundByProgramDecidedByPerson,
}

/// What a person can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Redress {
    /// An appeal, once and for nothing, which somebody else decides; and courts.
    Appeal,
    /// Courts and certified dispute settlement: an appeal was decided.
    Courts,
}

impl StatementOfReasons {
    /// What is said when the screening blocks.
    #[must_use]
    pub fn of_block(case: &Case) -> Self {
        let (facts, ground) = (Facts::FoundAndBlockedByProgram, Ground::Screening);
        Self { restriction: Restriction::PhotoBlocked, facts, ground, redress: Redress::Appeal, at: case.opened_at }
    }

    /// What is said of the last decision of a case.
    #[must_use]
    pub fn of_ruling(case: &Case, ruling: &Ruling) -> Self {
        let restriction = match (ruling.outcome, ruling.resumed) {
            (Outcome::Uphold, _) => Restriction::PhotoBlocked,
            (Outcome::Overturn, true) => Restriction::Lifted,
            (Outcome::Overturn, false) => Restriction::LiftedTooLate,
        };
        let redress = if case.appeal.is_some() { Redress::Courts } else { Redress::Appeal };
        Self { restriction, facts: Facts::FoundByProgramDecidedByPerson, ground: ruling.ground, redress, at: ruling.at }
    }
}
