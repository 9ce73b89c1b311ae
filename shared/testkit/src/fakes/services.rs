//! Queues, mail and screener.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use accounts::{ChangeMail, ChangeMailer, CodeMailer};
use async_trait::async_trait;
use kernel::message::GenerationStep;
use kernel::{Failure, GenerationId, Recipient};
use outreach::{Mail, Mailer};
use screening::{Candidate, Decision, Screener};
use studio::{Backlog, Generation, Step, Steps};

use crate::Faults;

pub type StepMessage = (Step, GenerationStep);

/// The queues in memory, first in, first out.
#[derive(Clone)]
pub struct FakeSteps {
    queue: Arc<Mutex<VecDeque<StepMessage>>>,
    delayed: Arc<Mutex<Vec<(Duration, StepMessage)>>>,
    faults: Faults,
}

impl FakeSteps {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { queue: Arc::default(), delayed: Arc::default(), faults }
    }

    /// The waiting messages. Holding the guard blocks the fake.
    pub fn queue(&self) -> MutexGuard<'_, VecDeque<StepMessage>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The delayed messages, each with its delay. Holding the guard blocks the fake.
    pub fn delayed(&self) -> MutexGuard<'_, Vec<(Duration, StepMessage)>> {
        self.delayed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the delayed messages to the queue.
    pub fn release(&self) {
        let due: Vec<_> = self.delayed().drain(..).map(|(_, message)| message).collect();
        self.queue().extend(due);
    }
}

/// The message that tells `step` of a generation.
#[must_use]
pub fn told(step: Step, generation: &Generation) -> StepMessage {
    let Generation { owner, id, revivals, .. } = *generation;
    (step, GenerationStep { owner_id: owner, generation_id: id, revival: Some(revivals) })
}

#[async_trait]
impl Steps for FakeSteps {
    async fn tell(&self, step: Step, generation: &Generation) -> Result<(), Failure> {
        self.faults
            .call("steps.tell", || {
                self.queue().push_back(told(step, generation));
                Ok(())
            })
            .await
    }

    async fn tell_later(&self, step: Step, generation: &Generation, delay: Duration) -> Result<(), Failure> {
        self.faults
            .call("steps.tell_later", || {
                match delay {
                    Duration::ZERO => self.queue().push_back(told(step, generation)),
                    _ => self.delayed().push((delay, told(step, generation))),
                }
                Ok(())
            })
            .await
    }
}

#[async_trait]
impl Backlog for FakeSteps {
    async fn waiting(&self, step: Step) -> Result<u64, Failure> {
        self.faults
            .call("steps.waiting", || {
                let queued = self.queue().iter().filter(|(other, _)| *other == step).count();
                Ok((queued + self.delayed().iter().filter(|(_, (other, _))| *other == step).count()) as u64)
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeMailer {
    sent: Arc<Mutex<Vec<(Recipient, Mail)>>>,
    faults: Faults,
}

impl FakeMailer {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { sent: Arc::default(), faults }
    }

    /// Every mail, in order. Holding the guard blocks the fake.
    pub fn sent(&self) -> MutexGuard<'_, Vec<(Recipient, Mail)>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of "ready" mails.
    #[must_use]
    pub fn ready(&self, id: GenerationId) -> usize {
        self.sent().iter().filter(|(_, mail)| matches!(mail, Mail::Ready { generation, .. } if *generation == id)).count()
    }

    /// The digits of the last mailed code.
    #[must_use]
    pub fn last_code(&self) -> Option<String> {
        self.sent().iter().rev().find_map(|(_, mail)| match mail {
            Mail::SignInCode { code, .. } => Some(code.clone()),
            _ => None,
        })
    }
}

#[async_trait]
impl Mailer for FakeMailer {
    async fn send(&self, to: &Recipient, mail: &Mail) -> Result<(), Failure> {
        self.faults
            .call_busy_means_undone("mailer.send", || {
                self.sent().push((to.clone(), mail.clone()));
                Ok(())
            })
            .await
    }
}

/// A screener with scripted scores.
#[derive(Clone)]
pub struct FakeScreener {
    scores: Arc<Mutex<BTreeMap<String, f64>>>,
    words: Arc<Mutex<Vec<Option<String>>>>,
    faults: Faults,
}

impl FakeScreener {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        let screener = Self { scores: Arc::default(), words: Arc::default(), faults };
        screener.decide(Decision::Allowed);
        screener
    }

    /// From now on its scores lead to this decision.
    pub fn decide(&self, decision: Decision) {
        let violence = match decision {
            Decision::Allowed => 0.25,
            Decision::Referred => 0.7,
            Decision::Blocked => 1.0,
        };
        // A careless provider's score may be NaN: no store accepts it.
        self.scores(&[("violence", violence), ("unknown", f64::NAN)]);
    }

    /// From now on it gives these scores.
    pub fn scores(&self, scores: &[(&str, f64)]) {
        let scores = scores.iter().map(|(category, score)| ((*category).to_owned(), *score)).collect();
        *self.scores.lock().unwrap_or_else(PoisonError::into_inner) = scores;
    }

    /// The words of every candidate, in order.
    #[must_use]
    pub fn words(&self) -> Vec<Option<String>> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Screener for FakeScreener {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn sees(&self) -> &'static [&'static str] {
        &["violence"]
    }

    async fn score(&self, candidate: Candidate<'_>) -> Result<BTreeMap<String, f64>, Failure> {
        let scores = self.scores.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let words = candidate.words.map(str::to_owned);
        self.faults
            .call("screener.score", || {
                self.words.lock().unwrap_or_else(PoisonError::into_inner).push(words);
                Ok(scores)
            })
            .await
    }
}

#[async_trait]
impl CodeMailer for FakeMailer {
    async fn send_code(&self, to: &Recipient, code: String, minutes: i64) -> Result<(), Failure> {
        self.send(to, &Mail::SignInCode { code, minutes }).await
    }
}

#[async_trait]
impl ChangeMailer for FakeMailer {
    async fn send_of_change(&self, to: &Recipient, mail: ChangeMail) -> Result<(), Failure> {
        let mail = match mail {
            ChangeMail::ToOld { code, hours } => Mail::EmailChangeOld { code, hours },
            ChangeMail::ToNew { code, hours } => Mail::EmailChangeNew { code, hours },
            ChangeMail::Changed => Mail::EmailChanged,
        };
        self.send(to, &mail).await
    }
}
