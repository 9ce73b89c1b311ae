//! The use case with fakes of everything around it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kernel::{CallerAddress, Failure, FixedClock, Reason, SeededRandomness};
use picture_files::DigitalSource;
use processing::instant::{Admitted, Instant, InstantEvent, InstantRequest, Marked, Portrait};
use screening::{Candidate, Moderation, Screener};
use studio::{Artist, DrawRequest, Drawing, NotDrawn, RateSalt, Usage};
use testkit::fakes::FakeRateKeys;
use testkit::{Faults, builders, pictures};
use zeroize::Zeroizing;

/// The next action of an artist.
pub(crate) enum Action {
    Draws,
    Fails(NotDrawn),
    Hangs,
    Panics,
}

/// An artist with scripted actions; without one it draws.
pub(crate) struct ScriptedArtist {
    name: &'static str,
    words: bool,
    actions: Mutex<VecDeque<Action>>,
    asked: Arc<AtomicUsize>,
    left: Arc<AtomicBool>,
}

/// Records that the work was dropped.
struct RecordsDrop(Arc<AtomicBool>);

impl Drop for RecordsDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl Artist for ScriptedArtist {
    fn name(&self) -> &'static str {
        self.name
    }

    fn model(&self) -> &str {
        "actor-1"
    }

    fn understands_words(&self) -> bool {
        self.words
    }

    async fn draw(&self, request: DrawRequest<'_>) -> Result<Drawing, NotDrawn> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        assert_eq!(request.customer, None, "nobody is known");
        let action = self.actions.lock().unwrap().pop_front().unwrap_or(Action::Draws);
        let _leaves = matches!(action, Action::Hangs).then(|| RecordsDrop(self.left.clone()));
        for index in 0..request.sketches.wanted() {
            request.sketches.arrived(index, &pictures::turned_jpeg(1)).await;
        }
        match action {
            Action::Draws => {
                let picture = testkit::fakes::FakeArtist::drawing().to_vec();
                Ok(Drawing { picture, source: DigitalSource::TrainedAlgorithmicMedia, usage: Usage::default() })
            }
            Action::Fails(why) => Err(why),
            Action::Hangs => std::future::pending().await,
            Action::Panics => panic!("the artist's client has a fault"),
        }
    }
}

/// A screener's answer: a score, or none.
pub(crate) type Answer = Box<dyn Fn(Candidate<'_>) -> Result<f64, Failure> + Send + Sync>;

/// A screener with this answer.
struct Judge {
    name: &'static str,
    answer: Answer,
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl Screener for Judge {
    fn name(&self) -> &'static str {
        self.name
    }

    fn sees(&self) -> &'static [&'static str] {
        &["violence"]
    }

    async fn score(&self, candidate: Candidate<'_>) -> Result<BTreeMap<String, f64>, Failure> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(BTreeMap::from([("violence".to_owned(), (self.answer)(candidate)?)]))
    }
}

/// What all callers of a fixture may ask for in an hour.
pub(crate) const PER_HOUR: u32 = 100;

/// The use case with its fakes.
pub(crate) struct Fixture {
    artists: Vec<Box<dyn Artist>>,
    asked: BTreeMap<&'static str, Arc<AtomicUsize>>,
    judged: Arc<AtomicUsize>,
    moderation: Moderation,
    pub(crate) rate_keys: FakeRateKeys,
    pub(crate) faults: Faults,
    pub(crate) clock: FixedClock,
    salt: RateSalt,
    pub(crate) left: Arc<AtomicBool>,
}

impl Fixture {
    /// With these artists, in this order, and a screener that allows everything.
    pub(crate) fn of<const N: usize>(artists: [(&'static str, Vec<Action>); N]) -> Self {
        Self::judged_by(artists, Box::new(|_| Ok(0.0)))
    }

    pub(crate) fn judged_by<const N: usize>(artists: [(&'static str, Vec<Action>); N], answer: Answer) -> Self {
        Self::judged_by_named("judge", artists, answer)
    }

    pub(crate) fn judged_by_named<const N: usize>(name: &'static str, artists: [(&'static str, Vec<Action>); N], answer: Answer) -> Self {
        let (judged, left, faults) = (Arc::default(), Arc::<AtomicBool>::default(), Faults::default());
        let mut asked = BTreeMap::new();
        let artists = artists.into_iter().map(|(artist, actions)| {
            let count = Arc::new(AtomicUsize::new(0));
            asked.insert(artist, count.clone());
            let actions = Mutex::new(actions.into());
            Box::new(ScriptedArtist { name: artist, words: artist != "palette", actions, asked: count, left: left.clone() })
                as Box<dyn Artist>
        });
        Self {
            artists: artists.collect(),
            asked,
            moderation: Moderation::of(vec![Box::new(Judge { name, answer, asked: Arc::clone(&judged) })]),
            judged,
            rate_keys: FakeRateKeys::new(faults.clone()),
            faults,
            clock: FixedClock::at(builders::midnight()),
            salt: RateSalt::new(b"salt"),
            left,
        }
    }

    pub(crate) fn instant(&self) -> Instant<'_> {
        Instant {
            artists: &self.artists,
            moderation: &self.moderation,
            rate_keys: &self.rate_keys,
            per_hour: PER_HOUR,
            salt: &self.salt,
            finisher: &Marked { signer: None },
            clock: &self.clock,
            timeout: Duration::from_secs(150),
        }
    }

    /// The number of calls to an artist.
    pub(crate) fn asked(&self, artist: &str) -> usize {
        self.asked[artist].load(Ordering::Relaxed)
    }

    pub(crate) fn judged(&self) -> usize {
        self.judged.load(Ordering::Relaxed)
    }

    pub(crate) async fn admit(&self, consent: Option<&str>) -> Result<Admitted, Failure> {
        self.instant().admit(consent, Some("13+"), CallerAddress::read("203.0.113.7")).await
    }

    /// A whole request with this consent; its events go to `told`, as names and percentages.
    pub(crate) async fn ask(&self, consent: &str, request: InstantRequest, told: &Mutex<Vec<String>>) -> Result<Portrait, Failure> {
        let admitted = self.admit(Some(consent)).await?;
        let emit = |event: InstantEvent<'_>| {
            told.lock().unwrap().push(match event {
                InstantEvent::Progress(stage, percent) => format!("{} {percent}", stage.name()),
                InstantEvent::Sketch { index, media_type, .. } => format!("sketch {index} {media_type}"),
                InstantEvent::Finished(portrait) => format!("finished {}", portrait.media_type),
            });
        };
        self.instant().draw(admitted, request, 2, &emit).await
    }

    /// The same without events.
    pub(crate) async fn draw(&self, consent: &str, request: InstantRequest) -> Result<Portrait, Failure> {
        self.ask(consent, request, &Mutex::default()).await
    }
}

fn text(text: &str) -> Option<Zeroizing<String>> {
    Some(Zeroizing::new(text.to_owned()))
}

pub(crate) fn styled() -> InstantRequest {
    request(Some("ink-manga"), None, None).unwrap()
}

pub(crate) fn worded(words: &str) -> InstantRequest {
    request(None, Some(words), None).unwrap()
}

pub(crate) fn request(style: Option<&str>, words: Option<&str>, seed: Option<&str>) -> Result<InstantRequest, Failure> {
    let picture = Zeroizing::new(pictures::turned_jpeg(1));
    InstantRequest::new(picture, style.and_then(text), words.and_then(text), seed.and_then(text), &SeededRandomness::new(1))
}

/// The reason of a failure, and whether it asks to wait.
pub(crate) fn reason<T>(result: Result<T, Failure>) -> (Reason, bool) {
    match result.map(|_| ()) {
        Err(Failure::Invalid(problem) | Failure::Denied(problem)) => (problem.reason, false),
        Err(Failure::Busy { problem, .. }) => (problem.reason, true),
        other => panic!("{other:?}"),
    }
}
