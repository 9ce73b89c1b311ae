//! An artist that does as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use image::{ExtendedColorType, ImageEncoder, Rgba, RgbaImage, codecs::png::PngEncoder};
use kernel::Failure;
use picture_files::DigitalSource;
use studio::{Artist, Brief, DrawRequest, Drawing, NotDrawn, Usage};

use crate::Faults;

/// What a [`FakeArtist`] answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The drawing.
    Drawn,
    /// Refused by its safety system, for a reason nobody must see.
    Refused,
    /// No quota left.
    Exhausted,
    /// Busy, for so long.
    Busy(Option<Duration>),
    /// Not there.
    Down,
    /// It drew, and the answer was lost.
    Unclear,
    /// Nothing, for as long as anybody waits.
    Silent,
    /// Words.
    NoPicture,
    /// It cannot.
    Misconfigured,
}

/// A seed, and for whom.
type Asked = (u64, Option<String>);

/// An artist that hands in the same plain picture, unless it is told to answer otherwise.
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
    /// An artist who has drawn nothing yet. A vendor elsewhere has it, as far as the studio knows.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        let otherwise = Arc::new(Mutex::new(Answer::Drawn));
        let (script, asked, drawn) = Default::default();
        Self { name: "fake", here: false, sketches: 0, script, otherwise, asked, drawn, faults }
    }

    /// The same under another name.
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The same in this process.
    #[must_use]
    pub fn here(self) -> Self {
        Self { here: true, ..self }
    }

    /// The same, showing so many sketches of each drawing.
    #[must_use]
    pub fn with_sketches(self, sketches: u8) -> Self {
        Self { sketches, ..self }
    }

    /// Its next answers, in this order.
    pub fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        lock(&self.script).extend(answers);
    }

    /// What it answers when nothing else is told.
    pub fn always(&self, answer: Answer) {
        *lock(&self.otherwise) = answer;
    }

    /// Style and seed of every drawing made, in its order.
    #[must_use]
    pub fn drawn(&self) -> Vec<(String, u64)> {
        lock(&self.drawn).clone()
    }

    /// Seed and customer of every time it was asked, in its order.
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

    /// What every drawing takes.
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
