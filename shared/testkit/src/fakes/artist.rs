//! An artist with scripted answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use image::{ExtendedColorType, ImageEncoder, Rgba, RgbaImage, codecs::png::PngEncoder};
use kernel::Failure;
use picture_files::DigitalSource;
use studio::{Artist, Brief, DrawRequest, Drawing, NotDrawn, Usage};

use crate::Faults;

/// The answer of a [`FakeArtist`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Drawn,
    /// Refused by its safety system, for a reason that no log may show.
    Refused,
    Exhausted,
    /// Busy, with the wait it asks for.
    Busy(Option<Duration>),
    Down,
    /// It drew, and the answer was lost.
    Unclear,
    /// No answer, ever.
    Silent,
    /// Text instead of a picture.
    NoPicture,
    Misconfigured,
}

/// Seed and customer of a request.
type Asked = (u64, Option<String>);

/// An artist that returns the same plain picture by default.
#[derive(Clone)]
pub struct FakeArtist {
    name: &'static str,
    here: bool,
    sketches: u8,
    script: Arc<Mutex<VecDeque<Answer>>>,
    otherwise: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    drawn: Arc<Mutex<Vec<(String, u64)>>>,
    faults: Faults,
}

impl FakeArtist {
    /// By default it counts as a vendor elsewhere.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        let otherwise = Arc::new(Mutex::new(Answer::Drawn));
        let (script, asked, drawn) = Default::default();
        Self { name: "fake", here: false, sketches: 0, script, otherwise, asked, drawn, faults }
    }

    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    #[must_use]
    pub fn here(self) -> Self {
        Self { here: true, ..self }
    }

    /// With this number of sketches for each drawing.
    #[must_use]
    pub fn with_sketches(self, sketches: u8) -> Self {
        Self { sketches, ..self }
    }

    /// Sets its next answers.
    pub fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        lock(&self.script).extend(answers);
    }

    /// Sets its default answer.
    pub fn always(&self, answer: Answer) {
        *lock(&self.otherwise) = answer;
    }

    /// Style and seed of every drawing made, in order.
    #[must_use]
    pub fn drawn(&self) -> Vec<(String, u64)> {
        lock(&self.drawn).clone()
    }

    /// Seed and customer of every request, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<(u64, Option<String>)> {
        lock(&self.asked).clone()
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

    /// The usage of every drawing.
    #[must_use]
    pub fn usage() -> Usage {
        Usage { request_id: Some("req_1".into()), input_tokens: Some(388), output_tokens: Some(1_056), micro_dollars: Some(34_589) }
    }
}

#[async_trait]
impl Artist for FakeArtist {
    fn name(&self) -> &'static str {
        self.name
    }

    fn model(&self) -> &str {
        "fake-1"
    }

    fn understands_words(&self) -> bool {
        false
    }

    fn is_elsewhere(&self) -> bool {
        !self.here
    }

    async fn draw(&self, request: DrawRequest<'_>) -> Result<Drawing, NotDrawn> {
        let Brief::Style(style) = request.brief else { return Err(NotDrawn::Misconfigured("the fake understands no words".into())) };
        lock(&self.asked).push((request.seed, request.customer.map(str::to_owned)));
        for index in 0..self.sketches.min(request.sketches.wanted()) {
            request.sketches.arrived(index, Self::drawing()).await;
        }
        let answer = lock(&self.script).pop_front();
        let answer = answer.unwrap_or(*lock(&self.otherwise));
        let picture = self.faults.call_busy_means_undone("artist.draw", || {
            if matches!(answer, Answer::Drawn | Answer::Unclear | Answer::Silent) {
                lock(&self.drawn).push((style.to_owned(), request.seed));
            }
            Ok(Self::drawing().to_vec())
        });
        match picture.await {
            // A worker waits for it: tests do not.
            Err(Failure::Busy { .. }) => return Err(NotDrawn::Busy { retry_after: Some(Duration::ZERO) }),
            Err(other) => return Err(NotDrawn::Unclear(other.into())),
            Ok(_) => {}
        }
        match answer {
            Answer::Drawn => {
                Ok(Drawing { picture: Self::drawing().to_vec(), source: DigitalSource::AlgorithmicallyEnhanced, usage: Self::usage() })
            }
            Answer::Refused => Err(NotDrawn::Refused(vec!["a-category".into()])),
            Answer::Exhausted => Err(NotDrawn::Exhausted),
            Answer::Busy(retry_after) => Err(NotDrawn::Busy { retry_after }),
            Answer::Down => Err(NotDrawn::Down("told by a test".into())),
            Answer::Unclear => Err(NotDrawn::Unclear("told by a test".into())),
            Answer::Silent => std::future::pending().await,
            Answer::NoPicture => Err(NotDrawn::NoPicture),
            Answer::Misconfigured => Err(NotDrawn::Misconfigured("told by a test".into())),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
