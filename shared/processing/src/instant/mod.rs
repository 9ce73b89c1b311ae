//! One picture in, the drawing out, and nothing kept (instant-create; the profile `ephemeral`).
//!
//! First [`Instant::admit`]: who may see the picture, whether the caller is old enough, whether this address asks too often. Then [`Instant::draw`]:
//! normalise, screen, draw, finish. There is no store behind any of it but a counter of rate keys: a refusal, a fault, a time-out and a caller who left
//! leave the same as a success, which is nothing (RT-02, RT-21).
//!
//! Every buffer that holds a picture or a person's words is zeroed as it is dropped, on every path (RT-10). What a decoder, an encoder or a vendor's
//! client holds inside is not ours to reach; the function's allocator clears it.

mod admission;
mod finish;
mod request;

use std::time::Duration;

use async_trait::async_trait;
use kernel::{Clock, Failure, Problem, Reason};
use picture_files::{DigitalSource, Unreadable};
use screening::{Candidate, Decision, Moderation};
use studio::{Artist, DrawRequest, Drawing, NotDrawn, RateKeys, RateSalt, Sketches};
use zeroize::Zeroizing;

pub use admission::{AGE_ATTESTATION, Admitted};
pub use finish::{Finisher, Marked, Portrait};
pub use request::InstantRequest;

/// What an hour's counters, a screener and the artists are asked, in this order, for one picture.
pub struct Instant<'a> {
    /// Who draws, in the order in which they are asked.
    pub artists: &'a [Box<dyn Artist>],
    /// Judges.
    pub moderation: &'a Moderation,
    /// Counts.
    pub rate_keys: &'a dyn RateKeys,
    /// What the addresses are hashed with.
    pub salt: &'a RateSalt,
    /// Says on the picture where it comes from.
    pub finisher: &'a dyn Finisher,
    /// The time.
    pub clock: &'a dyn Clock,
    /// How long it may take in all. Shorter than the function's own time, so that the caller gets an answer in any case.
    pub timeout: Duration,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The picture is made ready and judged.
    Screening,
    /// It is drawn.
    Drawing,
    /// The drawing says where it comes from.
    Finishing,
}

impl Stage {
    /// Every stage, in its order.
    pub const ALL: [Self; 3] = [Self::Screening, Self::Drawing, Self::Finishing];

    /// The name callers know it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Screening => "screening",
            Self::Drawing => "drawing",
            Self::Finishing => "finishing",
        }
    }
}

/// What there is to tell while it goes on.
pub enum News<'a> {
    /// How far it is, 0 to 100.
    Progress(Stage, u8),
    /// The drawing as it looks by now.
    Sketch {
        /// Counted from 0; an artist that is asked after another begins again.
        index: u8,
        /// The picture's media type.
        media_type: &'static str,
        /// An encoded picture with its provenance.
        picture: &'a [u8],
    },
    /// The finished drawing.
    Finished(&'a Portrait),
}

/// Hears the news. It must not wait.
pub type Tell<'a> = &'a (dyn for<'n> Fn(News<'n>) + Send + Sync);

impl Instant<'_> {
    /// Makes the drawing; the caller hears of it by `tell`, and sees up to `sketches` sketches.
    ///
    /// # Errors
    /// - [`Reason::PictureUnreadable`], [`Reason::PictureRefused`], [`Reason::DrawingRefused`]: this picture, or these words, will never do;
    /// - [`Failure::Busy`]: nobody who may draw can at present, the screener cannot be asked, or it took too long;
    /// - [`Failure::Invalid`]: nobody who may draw draws by words;
    /// - [`Failure::Broken`].
    pub async fn draw(&self, admitted: Admitted, request: InstantRequest, sketches: u8, tell: Tell<'_>) -> Result<Portrait, Failure> {
        // On time-out the work is dropped, and all its buffers with it.
        let work = self.work(admitted, request, sketches, tell);
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| Err(timed_out()))
    }

    async fn work(&self, admitted: Admitted, request: InstantRequest, sketches: u8, tell: Tell<'_>) -> Result<Portrait, Failure> {
        report(tell, Stage::Screening, 5).await;
        let selfie = self.selfie(request.picture)?;
        self.judge(&selfie, request.look.words()).await?;
        report(tell, Stage::Drawing, 20).await;
        let sketches = Told { wanted: sketches, tell };
        let (drawing, artist) = self.drawing(&admitted, &selfie.png, &request.look, request.seed, &sketches).await?;
        drop(selfie);
        report(tell, Stage::Finishing, 90).await;
        let Drawing { picture, source, usage: _ } = drawing;
        let portrait = self.finisher.finish(Zeroizing::new(picture), source, artist).await?;
        tell(News::Finished(&portrait));
        Ok(portrait)
    }

    /// The original is gone, zeroed, as soon as this returns.
    fn selfie(&self, picture: Zeroizing<Vec<u8>>) -> Result<Selfie, Failure> {
        let normalised = imaging::normalise(&picture).map_err(|unreadable| refusal(&unreadable))?;
        Ok(Selfie { png: Zeroizing::new(normalised.png), width: normalised.width, height: normalised.height })
    }

    /// Nothing passes unjudged: a screener that cannot be asked ends it (AN-70). Why a picture was refused is told to nobody, and nothing of it is kept
    /// (RT-21): there is no queue of cases here, so that what a person would have to look at is refused as well.
    async fn judge(&self, selfie: &Selfie, words: Option<&str>) -> Result<(), Failure> {
        let candidate = Candidate { png: &selfie.png, width: selfie.width, height: selfie.height, words };
        let verdict = self.moderation.judge(candidate).await.map_err(|failure| match failure {
            busy @ Failure::Busy { .. } => busy,
            // What the screener said may quote what it was sent: it goes nowhere.
            _ => {
                tracing::warn!("the screener cannot be asked");
                Failure::unavailable(Duration::from_secs(5))
            }
        })?;
        match verdict.decision {
            Decision::Allowed => Ok(()),
            Decision::Referred | Decision::Blocked => Err(Failure::invalid(
                Reason::PictureRefused,
                "We cannot draw from this picture, or by these words. Please try others; nothing was kept.",
            )),
        }
    }

    /// Asks those who may draw, one after the other. The next is asked only when it is certain that the one before made nothing, and never after a
    /// refusal.
    async fn drawing(
        &self,
        admitted: &Admitted,
        selfie: &[u8],
        look: &request::Look,
        seed: u64,
        sketches: &dyn Sketches,
    ) -> Result<(Drawing, &'static str), Failure> {
        let request = DrawRequest { selfie, brief: look.brief(), seed, customer: None, sketches };
        let able = |artist: &dyn Artist| admitted.may(artist.name()) && (look.words().is_none() || artist.understands_words());
        let mut last = Failure::invalid(Reason::FieldInvalid, "None of those who may draw draws by words: name a style instead.");
        for artist in self.artists.iter().map(AsRef::as_ref).filter(|artist| able(*artist)) {
            let why = match artist.draw(request).await {
                Ok(drawing) => return Ok((drawing, artist.name())),
                Err(why) => why,
            };
            // The kind alone: a vendor's words may quote what it was sent.
            tracing::info!(artist = artist.name(), outcome = kind(&why), "not drawn");
            match next(why) {
                Next::Ask(failure) => last = failure,
                Next::End(failure) => return Err(failure),
            }
        }
        Err(last)
    }
}

/// The normalised selfie.
struct Selfie {
    png: Zeroizing<Vec<u8>>,
    width: u32,
    height: u32,
}

/// What follows when an artist did not draw.
enum Next {
    /// The next may be asked; without one, this is the end.
    Ask(Failure),
    /// Nobody else is asked.
    End(Failure),
}

fn next(why: NotDrawn) -> Next {
    match why {
        NotDrawn::Refused(_) => {
            let what = "The artist does not draw this. Please try another picture or other words; nothing was kept.";
            Next::End(Failure::invalid(Reason::DrawingRefused, what))
        }
        // It may have been made, and paid: asking anybody again could pay it twice.
        NotDrawn::Unclear(_) => Next::End(timed_out()),
        NotDrawn::Busy { retry_after } => Next::Ask(Failure::unavailable(retry_after.unwrap_or(Duration::from_secs(5)))),
        NotDrawn::Down(_) | NotDrawn::Exhausted | NotDrawn::NoPicture => Next::Ask(Failure::unavailable(Duration::from_secs(30))),
        NotDrawn::Misconfigured(_) => Next::Ask(Failure::broken("an artist is unfit: its key, its model or what it is asked is wrong")),
    }
}

fn kind(why: &NotDrawn) -> &'static str {
    match why {
        NotDrawn::Refused(_) => "refused",
        NotDrawn::Exhausted => "exhausted",
        NotDrawn::Busy { .. } => "busy",
        NotDrawn::Down(_) => "down",
        NotDrawn::Unclear(_) => "unclear",
        NotDrawn::NoPicture => "no-picture",
        NotDrawn::Misconfigured(_) => "misconfigured",
    }
}

fn timed_out() -> Failure {
    let detail = "It took too long. Please try again; nothing was kept.".into();
    Failure::Busy { problem: Problem { reason: Reason::TimedOut, detail }, retry_after: Duration::from_secs(5) }
}

fn refusal(unreadable: &Unreadable) -> Failure {
    Failure::invalid(Reason::PictureUnreadable, format!("This is no picture we can draw from: {unreadable}."))
}

/// Tells how far it is, and lets the answer's connection send it before the next step computes.
async fn report(tell: Tell<'_>, stage: Stage, percent: u8) {
    tell(News::Progress(stage, percent));
    tokio::task::yield_now().await;
}

/// Sketches as news.
struct Told<'a> {
    wanted: u8,
    tell: Tell<'a>,
}

#[async_trait]
impl Sketches for Told<'_> {
    fn wanted(&self) -> u8 {
        self.wanted
    }

    /// A sketch is a picture of a trained model's as much as what becomes of it. One that is damaged is passed over.
    async fn arrived(&self, index: u8, picture: &[u8]) {
        let Ok((format, sketch)) = imaging::declare(picture, DigitalSource::TrainedAlgorithmicMedia) else { return };
        let sketch = Zeroizing::new(sketch);
        (self.tell)(News::Sketch { index, media_type: format.content_type(), picture: &sketch });
        let share = 60 * (u16::from(index) + 1) / (u16::from(self.wanted) + 1);
        report(self.tell, Stage::Drawing, u8::try_from(20 + share.min(60)).unwrap_or(80)).await;
    }
}
