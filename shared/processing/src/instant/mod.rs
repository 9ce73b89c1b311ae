//! One picture in, the drawing out, and nothing stored (instant-create; the profile `ephemeral`).
//!
//! First [`Instant::admit`]: the caller's consent, age and rate. Then [`Instant::draw`]: normalise, screen, draw, finish. The only store is a counter
//! of rate keys: a refusal, a fault, a time-out and a disconnected caller leave as much behind as a success, which is nothing (RT-02, RT-21).
//!
//! Every buffer with a picture or a person's words is zeroed on drop, on every path (RT-10). Internal buffers of decoders, encoders and vendors'
//! clients are cleared by the function's allocator.

mod admission;
mod finish;
mod request;

use std::time::Duration;

use async_trait::async_trait;
use kernel::{Clock, Failure, Reason};
use picture_files::{DigitalSource, Unreadable};
use screening::{Candidate, Decision, Moderation};
use strum::{IntoStaticStr, VariantArray};
use studio::{Artist, DrawRequest, Drawing, NotDrawn, RateKeys, RateSalt, Sketches};
use zeroize::Zeroizing;

pub use admission::{AGE_ATTESTATION, Admitted};
pub use finish::{Finisher, Marked, Portrait};
pub use request::InstantRequest;

/// The use case: a rate counter, a screener and the artists are asked in this order for one picture.
pub struct Instant<'a> {
    /// In the order in which they are asked.
    pub artists: &'a [Box<dyn Artist>],
    pub moderation: &'a Moderation,
    pub rate_keys: &'a dyn RateKeys,
    /// The salt of the hashed addresses.
    pub salt: &'a RateSalt,
    /// The pictures that all callers together may ask for in an hour.
    pub per_hour: u32,
    pub finisher: &'a dyn Finisher,
    pub clock: &'a dyn Clock,
    /// The total time limit. It is shorter than the function's own time-out, so that the caller always gets an answer.
    pub timeout: Duration,
}

/// The current step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Stage {
    /// The picture is normalised and screened.
    Screening,
    Drawing,
    Finishing,
}

impl Stage {
    /// In their order.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// An event of a running request.
pub enum InstantEvent<'a> {
    /// The step, and the progress in percent.
    Progress(Stage, u8),
    /// An unfinished version of the drawing.
    Sketch {
        /// Counted from 0; it begins again with another artist.
        index: u8,
        media_type: &'static str,
        /// An encoded picture with its provenance.
        picture: &'a [u8],
    },
    Finished(&'a Portrait),
}

/// Receives the events. It must not block.
pub type EventSink<'a> = &'a (dyn for<'n> Fn(InstantEvent<'n>) + Send + Sync);

impl Instant<'_> {
    /// Makes the drawing; events go to the callback, with up to `sketches` sketches.
    ///
    /// # Errors
    /// - [`Reason::PictureUnreadable`], [`Reason::PictureBlank`], [`Reason::PictureRefused`], [`Reason::DrawingRefused`]: the same picture or words
    ///   will never succeed;
    /// - [`Failure::Busy`]: no consented artist can draw at present, the screener cannot be asked, or the time limit was exceeded;
    /// - [`Failure::Invalid`]: no consented artist draws by words;
    /// - [`Failure::Broken`].
    pub async fn draw(&self, admitted: Admitted, request: InstantRequest, sketches: u8, emit: EventSink<'_>) -> Result<Portrait, Failure> {
        // On time-out the work is dropped, and all its buffers with it.
        let work = self.work(admitted, request, sketches, emit);
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| Err(timed_out()))
    }

    async fn work(&self, admitted: Admitted, request: InstantRequest, sketches: u8, emit: EventSink<'_>) -> Result<Portrait, Failure> {
        report(emit, Stage::Screening, 5).await;
        let selfie = self.selfie(request.picture)?;
        self.judge(&selfie, request.look.words()).await?;
        report(emit, Stage::Drawing, 20).await;
        let sketches = SketchEvents { wanted: sketches, emit };
        let (drawing, artist) = self.drawing(&admitted, &selfie.png, &request.look, request.seed, &sketches).await?;
        drop(selfie);
        report(emit, Stage::Finishing, 90).await;
        let Drawing { picture, source, usage: _ } = drawing;
        let portrait = self.finisher.finish(Zeroizing::new(picture), source, artist).await?;
        emit(InstantEvent::Finished(&portrait));
        Ok(portrait)
    }

    /// The original is zeroed before this returns.
    fn selfie(&self, picture: Zeroizing<Vec<u8>>) -> Result<Selfie, Failure> {
        let normalised = imaging::normalise(&picture).map_err(|unreadable| refusal(&unreadable))?;
        Ok(Selfie { png: Zeroizing::new(normalised.png), width: normalised.width, height: normalised.height })
    }

    /// Nothing passes unjudged: a screener that cannot be asked ends the request (AN-70). The reason of a refusal is not disclosed, and nothing of it
    /// is stored (RT-21): there is no review queue here, so that referred pictures are refused as well.
    async fn judge(&self, selfie: &Selfie, words: Option<&str>) -> Result<(), Failure> {
        let candidate = Candidate { png: &selfie.png, width: selfie.width, height: selfie.height, words };
        let verdict = self.moderation.judge(candidate).await.map_err(|failure| match failure {
            busy @ Failure::Busy { .. } => busy,
            // The screener's message may quote its input: it is dropped.
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

    /// Asks the consented artists, one after the other. The next is asked only when it is certain that the previous one made nothing, and never after
    /// a refusal.
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
            // The kind alone: a vendor's message may quote its input.
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

/// The consequence of an artist's failure.
enum Next {
    /// The next artist may be asked; without one, this is the failure.
    Ask(Failure),
    /// No other artist is asked.
    End(Failure),
}

fn next(why: NotDrawn) -> Next {
    match why {
        NotDrawn::Refused(_) => {
            let what = "The artist does not draw this. Please try another picture or other words; nothing was kept.";
            Next::End(Failure::invalid(Reason::DrawingRefused, what))
        }
        // The drawing may have been made and billed: another call could pay for it twice.
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
    Failure::busy(Reason::TimedOut, "It took too long. Please try again; nothing was kept.", Duration::from_secs(5))
}

fn refusal(unreadable: &Unreadable) -> Failure {
    let reason = if *unreadable == Unreadable::Blank { Reason::PictureBlank } else { Reason::PictureUnreadable };
    Failure::invalid(reason, format!("This is no picture we can draw from: {unreadable}."))
}

/// Reports the progress, and yields so that the connection can send it before the next step computes.
async fn report(emit: EventSink<'_>, stage: Stage, percent: u8) {
    emit(InstantEvent::Progress(stage, percent));
    tokio::task::yield_now().await;
}

/// Turns sketches into events.
struct SketchEvents<'a> {
    wanted: u8,
    emit: EventSink<'a>,
}

#[async_trait]
impl Sketches for SketchEvents<'_> {
    fn wanted(&self) -> u8 {
        self.wanted
    }

    /// A sketch has the same origin as the finished drawing. A damaged one is dropped.
    async fn arrived(&self, index: u8, picture: &[u8]) {
        let Ok((format, sketch)) = imaging::declare(picture, DigitalSource::TrainedAlgorithmicMedia) else { return };
        let sketch = Zeroizing::new(sketch);
        (self.emit)(InstantEvent::Sketch { index, media_type: format.content_type(), picture: &sketch });
        let share = 60 * (u16::from(index) + 1) / (u16::from(self.wanted) + 1);
        report(self.emit, Stage::Drawing, u8::try_from(20 + share.min(60)).unwrap_or(80)).await;
    }
}
