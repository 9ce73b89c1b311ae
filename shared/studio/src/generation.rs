//! A generation and its state machine.
//!
//! `queued → screening → drawing → finishing → done`, or `blocked`, `failed`, `cancelled`. A change that is not in this module cannot be made.

use kernel::{AccountId, GenerationId, Owner, SignedDuration, Timestamp, TrialId, UploadId};
use picture_files::Messenger;
use policy::Class;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};
use wallet::{Charge, Entry, Reservation};

use crate::addons::Bubble;
use crate::progress::SKETCHES;
use crate::upload::form_is_over_at;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    /// Waiting, with its credits held.
    Queued,
    /// The selfie is normalised and screened.
    Screening,
    Drawing,
    /// The deliverables are made from the drawings.
    Finishing,
    Done,
    Blocked,
    Failed,
    Cancelled,
}

impl State {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    /// Whether credits are held and work remains.
    #[must_use]
    pub fn is_running(self) -> bool {
        matches!(self, Self::Queued | Self::Screening | Self::Drawing | Self::Finishing)
    }
}

/// Why a generation ended without pictures; stable names that callers see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// The content check refused the selfie. Neutral on purpose: no category, no score.
    NotAccepted,
    /// The upload is empty.
    PictureEmpty,
    /// The upload is no JPEG, PNG or WebP.
    PictureFormatUnsupported,
    /// The upload breaks off or contradicts itself.
    PictureDamaged,
    PictureTooLarge,
    PictureAnimated,
    /// The upload shows one colour, or colours that flow into each other, and nobody.
    PictureBlank,
    UploadGone,
    /// Several runs did not finish it.
    TimedOut,
    /// The artist's safety system refused to draw it. Neutral on purpose: no category.
    DrawingRefused,
    /// The artists were asked as often as sensible, without a drawing.
    DrawingFailed,
    /// The trial it was claimed from ended before its files were taken over.
    TrialOver,
}

impl EndReason {
    /// Whether the upload itself is at fault: then it is deleted at once.
    #[must_use]
    pub fn spoils_upload(self) -> bool {
        !matches!(self, Self::TimedOut | Self::DrawingRefused | Self::DrawingFailed | Self::TrialOver)
    }
}

/// The state of the "ready" mail. It is claimed before it is sent, so that no two workers send it (AN-02); see [`crate::confirm`] for a claim whose
/// worker died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailState {
    Due,
    /// A worker claimed it and is sending it, or died doing so. It is due again without a confirmation of the mail service before the deadline.
    Sending,
    /// The mail service confirmed it, to the worker or by an event.
    Sent,
}

/// A job that turns a selfie into drawings and files. Its version grows by one with every change, and each write is conditional on the version it was
/// made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    pub id: GenerationId,
    pub owner: Owner,
    pub upload: UploadId,
    pub style: String,
    /// 1 to 8.
    pub count: u8,
    /// The first drawing's seed; drawing `n` has `seed + n`.
    pub seed: u64,
    /// The messengers that get stickers, in the order in which they are offered, each once.
    pub stickers: Vec<Messenger>,
    /// `None` without one, and in every ended state: the change into it removes the text (AN-07).
    pub bubble: Option<Bubble>,
    /// What it costs its owner.
    pub charge: Charge,
    pub state: State,
    /// Grows with every change.
    pub version: u64,
    /// Drawings stored so far.
    pub drawn: u8,
    /// Sketches seen of the next one.
    pub sketched: u8,
    pub reason: Option<EndReason>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The time at which the sweeper looks at it; `None` when nothing is left to do.
    pub deadline: Option<Timestamp>,
    /// The number of restarts by the sweeper; a message that was told before the last one is stale.
    pub revivals: u8,
    /// Restarts in the present state. Each state has its own: what was slow before it does not shorten its patience.
    pub revivals_in_state: u8,
    /// Until when the last worker to come for the present step has it to itself; `None` while nobody has come since it was told.
    pub held_until: Option<Timestamp>,
    /// The delivery of the message of that worker.
    pub held_by: Option<String>,
    /// Whether the present step was told a second time, by who could not know that the first had done it.
    pub retold: bool,
    /// `None` before there is a mail, and where there is nobody to write to.
    pub mail: Option<MailState>,
    /// Whether somebody decided that its selfie was blocked wrongly: it is not screened again.
    pub cleared: bool,
    /// The finished files of a trial that this one takes over; `None` in every ended state.
    pub claimed_from: Option<TrialFiles>,
}

/// Where the finished files of a trial are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialFiles {
    pub trial: TrialId,
    pub generation: GenerationId,
}

/// The change is not allowed in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such change from {0:?}")]
pub struct IllegalChange(pub State);

impl Generation {
    /// Maximum restarts of a stuck generation by the sweeper, in one state.
    pub const REVIVALS: u8 = 2;

    /// When it is deleted, whatever became of it; `None` as long as its owner wants it. What is a trial's ends with the trial, and so much before that
    /// what a worker leaves behind is found in time as well.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        let Owner::Trial(trial) = self.owner else { return None };
        Class::TRIAL.expires_at(trial.created_at()).checked_sub(BEFORE_THE_END).ok()
    }

    /// Whether it may not live any longer.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.state != State::Cancelled && self.ends_at().is_some_and(|end| end <= now)
    }

    /// The generation `id` of an account that takes over the finished files of this one, which is a trial's: its last step makes them its own.
    pub fn claimed_by(&self, account: AccountId, id: GenerationId, now: Timestamp) -> Result<Self, IllegalChange> {
        let (Owner::Trial(trial), State::Done) = (self.owner, self.state) else { return Err(IllegalChange(self.state)) };
        Ok(Self {
            id,
            owner: account.into(),
            charge: Charge::Nothing,
            state: State::Finishing,
            version: 1,
            updated_at: now,
            deadline: now.checked_add(timeout(State::Finishing)).ok(),
            revivals: 0,
            revivals_in_state: 0,
            held_until: None,
            held_by: None,
            retold: false,
            mail: None,
            claimed_from: Some(TrialFiles { trial, generation: self.id }),
            ..self.clone()
        })
    }

    /// The deadline of a generation created at `now`.
    #[must_use]
    pub fn first_deadline(now: Timestamp) -> Option<Timestamp> {
        now.checked_add(timeout(State::Queued)).ok()
    }

    /// A worker takes the first step until `until`.
    pub fn begin_screening(&self, until: Timestamp, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Queued], State::Screening, now)?;
        Ok(Self { held_until: Some(until), ..next })
    }

    /// A worker takes its step until `until`. The deadline runs from the first to come since the step was told: waiting in a queue is not being stuck,
    /// and coming again and again is not going on.
    pub fn take(&self, until: Timestamp, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&STEPS, self.state, now)?;
        let deadline = if self.held_until.is_none() { next.deadline } else { self.deadline.max(Some(until)) };
        Ok(Self { held_until: Some(until), deadline, ..next })
    }

    /// The same, by the worker of this delivery of a message.
    #[must_use]
    pub fn held_by(self, message: &str) -> Self {
        Self { held_by: Some(message.to_owned()), ..self }
    }

    /// A worker that got nowhere leaves its step to the next to come; the deadline still runs.
    pub fn put_down(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&STEPS, self.state, now)?;
        Ok(Self { held_until: self.held_until.min(Some(now)), deadline: self.deadline, ..next })
    }

    /// A worker that got on leaves the rest of its step to another one, which is told.
    pub fn hand_on(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&STEPS, self.state, now)?;
        Ok(Self { held_until: None, ..next })
    }

    /// Whether a worker may be on the present step.
    #[must_use]
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.held_until.is_some_and(|until| until > now)
    }

    /// Whether a message that was told at this revival is of before the last one.
    #[must_use]
    pub fn has_outlived(&self, revival: Option<u8>) -> bool {
        revival.is_some_and(|revival| revival < self.revivals)
    }

    /// Its step is told a second time; `None` when somebody has come for it or it was done before.
    #[must_use]
    pub fn retell(&self) -> Option<Self> {
        let untold = self.state.is_running() && self.held_until.is_none() && !self.retold;
        untold.then(|| Self { retold: true, version: self.version + 1, ..self.clone() })
    }

    /// The screening allowed the selfie.
    pub fn pass(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        self.step(&[State::Screening], State::Drawing, now)
    }

    /// The screening refused the selfie.
    pub fn block(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Screening], State::Blocked, now)?;
        Ok(Self { reason: Some(EndReason::NotAccepted), ..next })
    }

    /// Somebody decided that it was blocked wrongly: it begins again, without its bubble, whose words went with the block.
    pub fn reopen(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Blocked], State::Queued, now)?;
        Ok(Self { reason: None, cleared: true, ..next })
    }

    /// `drawn` drawings are stored.
    pub fn progress_to(&self, drawn: u8, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Drawing], State::Drawing, now)?;
        let drawn = drawn.min(self.count).max(self.drawn);
        let sketched = if drawn > self.drawn { 0 } else { self.sketched };
        Ok(Self { drawn, sketched, ..next })
    }

    /// `sketched` sketches of the next drawing have arrived.
    pub fn sketched_to(&self, sketched: u8, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Drawing], State::Drawing, now)?;
        Ok(Self { sketched: sketched.min(SKETCHES).max(self.sketched), ..next })
    }

    /// Every drawing is stored.
    pub fn finish_drawing(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Drawing], State::Finishing, now)?;
        Ok(Self { drawn: self.count, sketched: 0, ..next })
    }

    /// Every deliverable is stored: the credits are spent and the mail is due.
    pub fn deliver(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Finishing], State::Done, now)?;
        // Nobody knows where the visitor of a trial could be written to.
        let mail = if let Owner::Trial(_) = self.owner { None } else { Some(MailState::Due) };
        Ok(Self { mail, ..next })
    }

    /// Changes the state of the "ready" mail; once it is sent nothing is left to do.
    pub fn mail_is(&self, mail: MailState, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Done], State::Done, now)?;
        Ok(Self { mail: Some(mail), ..next })
    }

    /// Ends it without pictures.
    pub fn fail(&self, reason: EndReason, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Queued, State::Screening, State::Drawing, State::Finishing], State::Failed, now)?;
        Ok(Self { reason: Some(reason), ..next })
    }

    /// Its owner deletes it, running or not.
    pub fn cancel(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        let from: Vec<State> = State::ALL.iter().copied().filter(|state| *state != State::Cancelled).collect();
        self.step(&from, State::Cancelled, now)
    }

    /// The sweeper restarts it with a new deadline: messages of before are stale. A mail that was claimed and never confirmed is due again.
    pub fn revive(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        let from = [State::Queued, State::Screening, State::Drawing, State::Finishing, State::Done];
        let next = self.step(&from, self.state, now)?;
        let mail = self.mail.map(|mail| if mail == MailState::Sending { MailState::Due } else { mail });
        let (revivals, revivals_in_state) = (self.revivals.saturating_add(1), self.revivals_in_state.saturating_add(1));
        Ok(Self { revivals, revivals_in_state, held_until: None, retold: true, mail, ..next })
    }

    /// Its message may still wait in its queue: the sweeper looks again later. A worker that came for it and did not finish counts as a restart.
    pub fn wait_on(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Queued, State::Screening, State::Drawing, State::Finishing], self.state, now)?;
        if self.held_until.is_none() {
            return Ok(Self { updated_at: self.updated_at, ..next });
        }
        Ok(Self { held_until: None, revivals_in_state: self.revivals_in_state.saturating_add(1), ..next })
    }

    /// Nothing is left to do but to look once more when nothing can be posted to the form of the upload any more, and when it ends, if that is still to
    /// come.
    pub fn settle(&self, now: Timestamp) -> Result<Self, IllegalChange> {
        let next = self.step(&[State::Done, State::Blocked, State::Failed, State::Cancelled], self.state, now)?;
        let looks = [Some(form_is_over_at(self.upload)), self.ends_at()];
        Ok(Self { deadline: looks.into_iter().flatten().filter(|at| *at > now).min(), ..next })
    }

    /// What a delivery spends of the wallet, if anything.
    #[must_use]
    pub fn capture(&self, now: Timestamp) -> Option<Entry> {
        self.charge.capture(self.id, now).map(|entry| self.own(entry))
    }

    /// The release of its held credits, if any are held.
    #[must_use]
    pub fn release(&self, now: Timestamp) -> Option<Entry> {
        self.charge.release(self.id, now).filter(|_| self.state.is_running()).map(|entry| self.own(entry))
    }

    /// What is held again for it when it is reopened, with what makes up for credits that were spent since: the wallet has `available`.
    #[must_use]
    pub fn hold_again(&self, available: i64, now: Timestamp) -> Vec<Entry> {
        let Reservation::Hold(hold) = self.charge.reserve(self.id, now) else { return Vec::new() };
        let short = i64::from(hold.credits()) - available.max(0);
        let short = u32::try_from(short).ok().filter(|short| *short > 0);
        short.map(|short| Entry::make_up(self.id, short, now)).into_iter().chain([hold.reopened()]).collect()
    }

    /// A movement of credits by the cause that this one has.
    fn own(&self, entry: Entry) -> Entry {
        if self.cleared { entry.reopened() } else { entry }
    }

    /// The movement of an early end by its owner: of the held credits, those for the drawings that are `owed` are spent, and the others released.
    #[must_use]
    pub fn settle_charge(&self, owed: u8, now: Timestamp) -> Vec<Entry> {
        let settled = if self.state.is_running() { self.charge.settle(self.id, owed, self.count, now) } else { Vec::new() };
        settled.into_iter().map(|entry| self.own(entry)).collect()
    }

    /// In percent; never decreases.
    #[must_use]
    pub fn progress(&self) -> u8 {
        match self.state {
            State::Queued => 0,
            State::Screening => 5,
            State::Drawing => {
                // A drawing counts as one part for each sketch and one for itself.
                let parts = u16::from(SKETCHES) + 1;
                let done = u16::from(self.drawn) * parts + u16::from(self.sketched);
                10 + u8::try_from((done * 70 / (u16::from(self.count.max(1)) * parts)).min(70)).unwrap_or(70)
            }
            State::Finishing => 80,
            State::Done | State::Blocked | State::Failed | State::Cancelled => 100,
        }
    }

    fn step(&self, from: &[State], to: State, now: Timestamp) -> Result<Self, IllegalChange> {
        if !from.contains(&self.state) {
            return Err(IllegalChange(self.state));
        }
        let deadline = now.checked_add(timeout(to)).ok();
        let deadline = match self.ends_at() {
            Some(end) if to != State::Cancelled => deadline.map(|deadline| deadline.min(end)),
            _ => deadline,
        };
        let bubble = self.bubble.clone().filter(|_| to.is_running());
        let claimed_from = self.claimed_from.filter(|_| to.is_running());
        let next = Self { state: to, version: self.version + 1, updated_at: now, deadline, bubble, claimed_from, ..self.clone() };
        Ok(if to == self.state { next } else { Self { revivals_in_state: 0, held_until: None, retold: false, ..next } })
    }
}

/// How long before a trial's end its generation is deleted: the sweeper looks for leftovers ten minutes after it, and comes each minute.
const BEFORE_THE_END: SignedDuration = SignedDuration::from_mins(30);

/// The states in which a worker has work of its own to do; the first step begins with [`Generation::begin_screening`].
const STEPS: [State; 3] = [State::Screening, State::Drawing, State::Finishing];

/// The maximum time in a state before the sweeper looks. In the states that hold credits it is longer than a run and its redelivery (six times the
/// function's timeout: 24 minutes for drawing, 12 elsewhere); a message that waits behind others is looked for and waited for. In the ended states it gives an unaware worker the time to store its last
/// object, which the sweeper then removes.
fn timeout(state: State) -> SignedDuration {
    SignedDuration::from_mins(match state {
        State::Drawing => 30,
        State::Queued | State::Screening | State::Finishing => 15,
        State::Done | State::Blocked | State::Failed | State::Cancelled => 10,
    })
}

#[cfg(test)]
pub(crate) mod tests;
