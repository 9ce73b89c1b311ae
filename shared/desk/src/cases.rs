//! Cases as operators work them off: the queue, the decision, and what follows from it.

use accounts::Recipients;
use async_trait::async_trait;
use kernel::{AccountSession, Clock, DeskSession, Failure, GenerationId, Reason, Timestamp, limits};
use outreach::{Mail, Mailer};
use studio::case::{Ground, Outcome, Ruling, StatementOfReasons};
use studio::{Case, Generation, State, Step, Steps};
use wallet::Entry;

use crate::action::{Action, Deed};
use crate::{Assertion, Operators, Role, Signed, Signing};

/// A place in the queue: after this case.
pub type Place = (Timestamp, GenerationId);

/// Open cases, by the time by which somebody decides.
#[derive(Debug, Clone, PartialEq)]
pub struct CasePage {
    pub cases: Vec<Case>,
    /// The start of the next page; `None` on the last.
    pub next: Option<Place>,
}

/// What a decision could set going again.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The generation, as long as its owner keeps it.
    pub generation: Option<Generation>,
    /// The credits of its owner.
    pub available: i64,
    /// Whether its upload is still there.
    pub has_upload: bool,
}

/// A generation that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Reopening {
    pub before: Generation,
    pub after: Generation,
    pub entries: Vec<Entry>,
}

/// A decision with everything that is written with it.
pub struct Deciding<'a> {
    pub before: &'a Case,
    pub after: &'a Case,
    pub reasons: &'a StatementOfReasons,
    pub signed: &'a Signed,
    pub reopening: Option<&'a Reopening>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Decided {
    Written,
    /// The case, the generation, the wallet or the quarantine is not as it was read; nothing was written.
    Overtaken,
}

#[async_trait]
pub trait Cases: Send + Sync {
    /// A page of the open cases that come after `after`.
    async fn open(&self, after: Option<Place>, limit: u16) -> Result<CasePage, Failure>;

    /// A case with everything that was said of its reasons, the earliest first.
    async fn get(&self, id: GenerationId) -> Result<Option<(Case, Vec<StatementOfReasons>)>, Failure>;

    async fn subject(&self, case: &Case) -> Result<Subject, Failure>;

    /// Writes a decision: the case, its reasons, the trail, and, where it reopens a generation, that with its credits, unless the photo is gone.
    ///
    /// # Errors
    /// Those of the parts of [`Signed`].
    async fn decide(&self, deciding: &Deciding<'_>) -> Result<Decided, Failure>;

    /// Notes that its person was told of the last decision.
    async fn told(&self, case: &Case) -> Result<(), Failure>;
}

/// What a person may do about their own case.
#[async_trait]
pub trait OwnCases: Send + Sync {
    /// The case of a generation, with the session checked in the same call.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn own(&self, session: &AccountSession, id: GenerationId) -> Result<Option<Case>, Failure>;

    /// Writes an appeal over the case as it was read.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed.
    async fn appeal(&self, session: &AccountSession, before: &Case, after: &Case, at: Timestamp) -> Result<Decided, Failure>;
}

/// Reads the queue, for who may decide.
pub struct ReadCases<'a> {
    pub operators: &'a dyn Operators,
    pub cases: &'a dyn Cases,
    pub clock: &'a dyn Clock,
}

impl ReadCases<'_> {
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::SignedOut`], [`Reason::RoleInsufficient`] or [`Reason::PasskeyRefused`].
    pub async fn page(&self, session: &DeskSession, after: Option<Place>, limit: u16) -> Result<CasePage, Failure> {
        self.enter(session).await?;
        self.cases.open(after, limit).await
    }

    /// # Errors
    /// The same, and [`Failure::Missing`].
    pub async fn one(&self, session: &DeskSession, id: GenerationId) -> Result<(Case, Vec<StatementOfReasons>), Failure> {
        self.enter(session).await?;
        self.cases.get(id).await?.ok_or_else(|| Failure::missing("case"))
    }

    async fn enter(&self, session: &DeskSession) -> Result<(), Failure> {
        self.operators.standing(session, None, self.clock.now()).await?.needs(Role::Moderator)
    }
}

/// Tells people what was decided.
#[derive(Clone, Copy)]
pub struct Telling<'a> {
    pub recipients: &'a dyn Recipients,
    pub mailer: &'a dyn Mailer,
    pub origin: &'a str,
}

pub struct DecideCase<'a> {
    pub signing: Signing<'a>,
    pub cases: &'a dyn Cases,
    pub steps: &'a dyn Steps,
    pub telling: Telling<'a>,
}

/// A decision as an operator sends it.
#[derive(Clone, Copy)]
pub struct Verdict<'a> {
    pub case: GenerationId,
    pub outcome: Outcome,
    pub ground: Ground,
    pub at: Timestamp,
    pub assertion: &'a Assertion,
}

impl DecideCase<'_> {
    /// Decides a case, or its appeal. The same decision again is answered the same, and makes up for what a run that died left undone.
    ///
    /// # Errors
    /// Those of [`Signing::check`]; [`Failure::Invalid`] for a ground that does not fit; [`Failure::Missing`]; [`Failure::Conflict`] with
    /// [`Reason::CaseDecided`]; [`Failure::Denied`] with [`Reason::AnotherMustDecide`] on an appeal against one's own decision; [`Failure::Busy`] when
    /// something changed meanwhile: nothing was written, and the same request may be sent again.
    pub async fn run(&self, session: &DeskSession, verdict: Verdict<'_>) -> Result<Case, Failure> {
        let Verdict { case: id, outcome, ground, at, assertion } = verdict;
        if !ground.fits(outcome) {
            return Err(Failure::invalid(Reason::FieldInvalid, "This ground is not one for this outcome."));
        }
        let action = Action { deed: Deed::Decide { case_id: id, outcome, ground }, at };
        let hash = action.written()?.hex();
        let case = self.cases.get(id).await?.map(|(case, _)| case);
        if let Some(case) =
            case.as_ref().filter(|case| case.last().is_some_and(|last| last.action == hash && last.operator == session.operator))
        {
            self.signing.operators.standing(session, None, self.signing.clock.now()).await?.needs(Role::Moderator)?;
            return self.follow_up(case.clone()).await;
        }
        let signed = self.signing.check(session, Role::Moderator, &action, assertion).await?;
        let case = case.ok_or_else(|| Failure::missing("case"))?;
        self.decide(
            case,
            Ruling { outcome, ground, operator: session.operator, at: signed.entry.at, action: hash, resumed: false, told: false },
            &signed,
        )
        .await
    }

    async fn decide(&self, case: Case, ruling: Ruling, signed: &Signed) -> Result<Case, Failure> {
        if !case.is_open() {
            return Err(Failure::conflict(Reason::CaseDecided, "This case is decided."));
        }
        if !case.may_be_decided_by(ruling.operator) {
            return Err(Failure::denied(Reason::AnotherMustDecide, "You decided this case: somebody else decides on the appeal."));
        }
        let at = ruling.at;
        let reopening = if ruling.outcome == Outcome::Overturn { self.reopening(&case, at).await? } else { None };
        let ruling = Ruling { resumed: reopening.is_some(), ..ruling };
        let after = case.decided(ruling.clone());
        let reasons = StatementOfReasons::of_ruling(&after, &ruling);
        let deciding = Deciding { before: &case, after: &after, reasons: &reasons, signed, reopening: reopening.as_ref(), at };
        match self.cases.decide(&deciding).await? {
            Decided::Written => {
                tracing::info!(generation_id = %case.generation, outcome = ruling.outcome.name(), resumed = ruling.resumed, "a case was decided");
                self.follow_up(after).await
            }
            Decided::Overtaken => Err(Failure::unavailable(std::time::Duration::from_secs(1))),
        }
    }

    /// How the generation goes on; `None` where it cannot, as its photo or its upload is gone or its owner deleted it.
    async fn reopening(&self, case: &Case, now: Timestamp) -> Result<Option<Reopening>, Failure> {
        if case.photo_until <= now {
            return Ok(None);
        }
        let Subject { generation, available, has_upload } = self.cases.subject(case).await?;
        let Some(before) = generation.filter(|generation| generation.state == State::Blocked && has_upload && !generation.is_over(now))
        else {
            return Ok(None);
        };
        let after = before.reopen(now).map_err(Failure::broken)?;
        let entries = after.hold_again(available, now);
        Ok(Some(Reopening { before, after, entries }))
    }

    /// Sets the generation going and tells its person. What the queue takes twice does its work once.
    async fn follow_up(&self, case: Case) -> Result<Case, Failure> {
        let Some(ruling) = case.last().filter(|last| !last.told).cloned() else { return Ok(case) };
        if ruling.resumed {
            let generation = self.cases.subject(&case).await?.generation.filter(|generation| generation.state == State::Queued);
            if let Some(generation) = generation {
                self.steps.tell(Step::GenerationQueued, &generation).await?;
            }
        }
        let Telling { recipients, mailer, origin } = self.telling;
        if let Some(to) = recipients.recipient_of(case.owner).await? {
            let mail = Mail::CaseDecided {
                generation: case.generation,
                overturned: ruling.outcome == Outcome::Overturn,
                resumed: ruling.resumed,
                appealable: case.appeal_standing() == studio::case::AppealStanding::Possible,
                origin: origin.to_owned(),
            };
            match mailer.send(&to, &mail).await {
                // An address that takes no mail is no reason not to decide.
                Ok(()) | Err(Failure::Invalid(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        self.cases.told(&case).await?;
        Ok(case)
    }
}

pub struct MakeAppeal<'a> {
    pub cases: &'a dyn OwnCases,
    pub clock: &'a dyn Clock,
}

impl MakeAppeal<'_> {
    /// Appeals, once, against the block of a generation or the first decision on it.
    ///
    /// # Errors
    /// [`Failure::Invalid`] outside [`limits::APPEAL_CHARS`]; [`Failure::Missing`] where nothing of the caller's was blocked; [`Failure::Conflict`] with
    /// [`Reason::AppealRefused`] for a second one; [`Failure::Denied`] when the session is closed.
    pub async fn run(&self, session: &AccountSession, id: GenerationId, text: &str) -> Result<Case, Failure> {
        let text = text.trim();
        if !limits::APPEAL_CHARS.contains(&text.chars().count()) {
            return Err(Failure::invalid(Reason::FieldInvalid, "text must be 1 to 1,000 characters."));
        }
        let case = self.cases.own(session, id).await?.filter(|case| case.owner == session.owner());
        let case = case.ok_or_else(|| Failure::missing("generation that was blocked"))?;
        let now = self.clock.now();
        let refused = || Failure::conflict(Reason::AppealRefused, "There was an appeal already, or nothing to appeal against.");
        let after = case.appealed(text.to_owned(), now).ok_or_else(refused)?;
        match self.cases.appeal(session, &case, &after, now).await? {
            Decided::Written => Ok(after),
            Decided::Overtaken => Err(Failure::unavailable(std::time::Duration::from_secs(1))),
        }
    }
}
