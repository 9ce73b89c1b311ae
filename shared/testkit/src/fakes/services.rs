//! Queues, mail, artist and screener.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use async_trait::async_trait;
use image::{ExtendedColorType, ImageEncoder, Rgba, RgbaImage, codecs::png::PngEncoder};
use imaging::DigitalSource;
use kernel::{AccountId, Failure, GenerationId};
use outreach::{Email, Mail, Mailer};
use screening::{Candidate, Decision, Screener, Verdict};
use studio::{Artist, DrawRequest, Step, Steps};

use crate::Faults;

/// A message of a queue.
pub type Told = (Step, AccountId, GenerationId);

/// The queues in memory: first told, first taken.
#[derive(Clone)]
pub struct FakeSteps {
    queue: Arc<Mutex<VecDeque<Told>>>,
    faults: Faults,
}

impl FakeSteps {
    /// Empty queues.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { queue: Arc::default(), faults }
    }

    /// The messages that wait. Holding it blocks the fake.
    pub fn queue(&self) -> MutexGuard<'_, VecDeque<Told>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Steps for FakeSteps {
    async fn tell(&self, step: Step, account: AccountId, id: GenerationId) -> Result<(), Failure> {
        self.faults
            .call("steps.tell", || {
                self.queue().push_back((step, account, id));
                Ok(())
            })
            .await
    }
}

/// The mail service in memory.
#[derive(Clone)]
pub struct FakeMailer {
    sent: Arc<Mutex<Vec<(Email, Mail)>>>,
    faults: Faults,
}

impl FakeMailer {
    /// No mail yet.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { sent: Arc::default(), faults }
    }

    /// Every mail, in its order. Holding it blocks the fake.
    pub fn sent(&self) -> MutexGuard<'_, Vec<(Email, Mail)>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many mails told that an order is ready.
    #[must_use]
    pub fn ready(&self, id: GenerationId) -> usize {
        self.sent().iter().filter(|(_, mail)| matches!(mail, Mail::Ready { generation, .. } if *generation == id)).count()
    }

    /// The digits of the last code that was mailed.
    #[must_use]
    pub fn last_code(&self) -> Option<String> {
        self.sent().iter().rev().find_map(|(_, mail)| match mail {
            Mail::SignInCode { code, .. } => Some(code.clone()),
            Mail::Ready { .. } => None,
        })
    }
}

#[async_trait]
impl Mailer for FakeMailer {
    async fn send(&self, to: &Email, mail: &Mail) -> Result<(), Failure> {
        self.faults
            .call_busy_means_undone("mailer.send", || {
                self.sent().push((to.clone(), mail.clone()));
                Ok(())
            })
            .await
    }
}

/// An artist that always hands in the same plain picture.
#[derive(Clone)]
pub struct FakeArtist {
    drawn: Arc<Mutex<Vec<(String, u64)>>>,
    faults: Faults,
}

impl FakeArtist {
    /// An artist who has drawn nothing yet.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { drawn: Arc::default(), faults }
    }

    /// Style and seed of every drawing made, in its order.
    #[must_use]
    pub fn drawn(&self) -> Vec<(String, u64)> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The one drawing: 1024 × 1024, a circle of a subject on a plain ground.
    #[must_use]
    pub fn drawing() -> &'static [u8] {
        static DRAWING: OnceLock<Vec<u8>> = OnceLock::new();
        DRAWING.get_or_init(|| {
            let inside = |x: u32, y: u32| x.abs_diff(512).pow(2) + y.abs_diff(600).pow(2) < 360 * 360;
            let picture =
                RgbaImage::from_fn(1024, 1024, |x, y| if inside(x, y) { Rgba([210, 150, 120, 255]) } else { Rgba([40, 90, 140, 0]) });
            let mut png = Vec::new();
            // Writing to memory cannot fail, and the length is that of the picture.
            PngEncoder::new(&mut png).write_image(&picture, 1024, 1024, ExtendedColorType::Rgba8).unwrap_or_default();
            png
        })
    }
}

#[async_trait]
impl Artist for FakeArtist {
    async fn draw(&self, request: DrawRequest<'_>) -> Result<Vec<u8>, Failure> {
        self.faults
            .call("artist.draw", || {
                self.drawn.lock().unwrap_or_else(PoisonError::into_inner).push((request.style.to_owned(), request.seed));
                Ok(Self::drawing().to_vec())
            })
            .await
    }

    fn digital_source(&self) -> DigitalSource {
        DigitalSource::AlgorithmicallyEnhanced
    }
}

/// A screener that decides as it is told.
#[derive(Clone)]
pub struct FakeScreener {
    decision: Arc<Mutex<Decision>>,
    faults: Faults,
}

impl FakeScreener {
    /// A screener that allows everything.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { decision: Arc::new(Mutex::new(Decision::Allowed)), faults }
    }

    /// From now on it decides so.
    pub fn decide(&self, decision: Decision) {
        *self.decision.lock().unwrap_or_else(PoisonError::into_inner) = decision;
    }
}

#[async_trait]
impl Screener for FakeScreener {
    async fn screen(&self, _candidate: Candidate<'_>) -> Result<Verdict, Failure> {
        let decision = *self.decision.lock().unwrap_or_else(PoisonError::into_inner);
        // NaN is what a careless provider's score looks like: no store takes it.
        let scores = BTreeMap::from([("violence".to_owned(), 0.25), ("unknown".to_owned(), f64::NAN)]);
        self.faults.call("screener.screen", || Ok(Verdict { decision, scores, screener: "fake" })).await
    }
}
