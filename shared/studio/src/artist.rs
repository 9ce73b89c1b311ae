//! The port behind which drawings are made, and all that passes through it.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use kernel::Failure;
use picture_files::DigitalSource;
use serde::{Deserialize, Serialize};

/// What shall be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brief<'a> {
    /// A style of the [catalogue](crate::CATALOGUE), by its id.
    Style(&'a str),
    /// A person's own words, screened and at most [`Brief::WORDS`] characters. Not every artist understands words.
    Words(&'a str),
}

impl Brief<'_> {
    /// Characters of a person's own words, at most.
    pub const WORDS: usize = 1000;
}

/// One drawing to make: all that an artist is told (AN-31). There is no room here for an address, a name or a file's metadata.
#[derive(Clone, Copy)]
pub struct DrawRequest<'a> {
    /// The normalised selfie, a PNG without metadata.
    pub selfie: &'a [u8],
    /// What to make of it.
    pub brief: Brief<'a>,
    /// Artists that can repeat themselves do so by it.
    pub seed: u64,
    /// A pseudonym of who asks, at most 64 characters, that means nothing outside: artists hand it on where their vendor wants to tell customers apart.
    /// `None` when nobody is known.
    pub customer: Option<&'a str>,
    /// Hears of the drawing as it grows.
    pub sketches: &'a dyn Sketches,
}

/// Hears of a drawing as it grows.
#[async_trait]
pub trait Sketches: Send + Sync {
    /// How many sketches are wanted, 0 to 3. An artist may make fewer, or none.
    fn wanted(&self) -> u8;

    /// Sketch `index`, counted from 0, has arrived: an encoded picture that is not the drawing yet.
    async fn arrived(&self, index: u8, picture: &[u8]);
}

/// Wants no sketches.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSketches;

#[async_trait]
impl Sketches for NoSketches {
    fn wanted(&self) -> u8 {
        0
    }

    async fn arrived(&self, _index: u8, _picture: &[u8]) {}
}

/// A finished drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The artist's own bytes, untouched, so that a manifest in them stays valid: a PNG, JPEG or WebP, square or nearly so. Its alpha is the subject's
    /// matte; opaque everywhere when the artist knows none.
    pub picture: Vec<u8>,
    /// What is true of it.
    pub source: DigitalSource,
    /// What it took.
    pub usage: Usage,
}

/// What a drawing took, as the vendor counts it. Zero and `None` where no vendor took part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The vendor's name of this call, for questions to the vendor.
    pub request_id: Option<String>,
    /// Tokens sent, text and picture.
    pub input_tokens: Option<u64>,
    /// Tokens received.
    pub output_tokens: Option<u64>,
    /// What the vendor charges by its list, in millionths of a US dollar; `None` when the answer does not tell.
    pub micro_dollars: Option<u64>,
}

/// Why there is no drawing. What may be done next depends on nothing else.
#[derive(Debug, thiserror::Error)]
pub enum NotDrawn {
    /// The vendor's safety system refused it. Never asked again, of nobody.
    #[error("refused by the vendor's safety system ({})", .0.join(", "))]
    Refused(Vec<String>),
    /// Our account with the vendor has no money or quota left. Nothing was made; asking again is useless until somebody pays.
    #[error("the quota with the vendor is used up")]
    Exhausted,
    /// The vendor has no capacity for us now. Nothing was made.
    #[error("the vendor asks to wait")]
    Busy {
        /// How long, as the vendor says.
        retry_after: Option<Duration>,
    },
    /// The vendor could not be reached, or said that it failed before it began. Nothing was made.
    #[error("the vendor is down")]
    Down(#[source] Box<dyn Error + Send + Sync>),
    /// No answer, or a damaged one: it may have been made, and it may have to be paid.
    #[error("it is not known whether the vendor made it")]
    Unclear(#[source] Box<dyn Error + Send + Sync>),
    /// The vendor answered without a picture, and without a reason that would forbid to ask once more.
    #[error("the vendor answered without a picture")]
    NoPicture,
    /// This artist can never draw this: its key, its model or the request is wrong, and ours to mend.
    #[error("the artist cannot draw this")]
    Misconfigured(#[source] Box<dyn Error + Send + Sync>),
}

impl From<NotDrawn> for Failure {
    fn from(why: NotDrawn) -> Self {
        match why {
            NotDrawn::Busy { retry_after } => Self::unavailable(retry_after.unwrap_or(Duration::from_secs(1))),
            other => Self::broken(other),
        }
    }
}

/// Makes drawings.
#[async_trait]
pub trait Artist: Send + Sync {
    /// The name that the configuration, the provider ledger and the records know it by, such as `palette`.
    fn name(&self) -> &'static str;

    /// The model that draws; the name again where there is none.
    fn model(&self) -> &str;

    /// Whether it draws by a person's own words, and not by the catalogue's styles alone.
    fn understands_words(&self) -> bool {
        true
    }

    /// Whether a vendor elsewhere draws, so that asking twice costs twice. An artist that draws in this process says no.
    fn is_elsewhere(&self) -> bool {
        true
    }

    /// Draws one picture. Asks the vendor once: what to do about a failure is the caller's.
    ///
    /// # Errors
    /// [`NotDrawn`].
    async fn draw(&self, request: DrawRequest<'_>) -> Result<Drawing, NotDrawn>;
}
