//! The port of the artists, and the types that pass through it.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use kernel::Failure;
use picture_files::DigitalSource;
use serde::{Deserialize, Serialize};

/// The subject of a drawing request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brief<'a> {
    /// A style of the [catalogue](crate::CATALOGUE), by its id.
    Style(&'a str),
    /// A person's own words, screened and at most [`Brief::WORDS`] characters. Not every artist draws by words.
    Words(&'a str),
}

impl Brief<'_> {
    /// Maximum characters of a person's own words.
    pub const WORDS: usize = 1000;
}

/// One drawing to make: the complete input of an artist (AN-31). It has no field for an address, a name or a file's metadata.
#[derive(Clone, Copy)]
pub struct DrawRequest<'a> {
    /// The normalised selfie, a PNG without metadata.
    pub selfie: &'a [u8],
    pub brief: Brief<'a>,
    /// Makes the drawing repeatable where the artist supports it.
    pub seed: u64,
    /// A pseudonym of the account, at most 64 characters and meaningless elsewhere: artists pass it on if their vendor distinguishes customers.
    /// `None` without an account.
    pub customer: Option<&'a str>,
    /// Receives unfinished versions of the drawing.
    pub sketches: &'a dyn Sketches,
}

/// Receives unfinished versions of a drawing.
#[async_trait]
pub trait Sketches: Send + Sync {
    /// The number of sketches wanted, 0 to 3. An artist may make fewer, or none.
    fn wanted(&self) -> u8;

    /// Receives sketch `index`, counted from 0: an encoded picture that is not the drawing yet.
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The artist's own bytes, untouched, so that a manifest in them stays valid: a PNG, JPEG or WebP, square or nearly so. Its alpha is the
    /// subject's matte; opaque everywhere when the artist has none.
    pub picture: Vec<u8>,
    pub source: DigitalSource,
    pub usage: Usage,
}

/// The resources a drawing took, as the vendor counts them. Zero and `None` where no vendor took part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The vendor's id of this call, for enquiries.
    pub request_id: Option<String>,
    /// Tokens sent, text and picture.
    pub input_tokens: Option<u64>,
    /// Tokens received.
    pub output_tokens: Option<u64>,
    /// The list price, in millionths of a US dollar; `None` when the answer does not tell.
    pub micro_dollars: Option<u64>,
}

/// Why there is no drawing. The next step depends on nothing else.
#[derive(Debug, thiserror::Error)]
pub enum NotDrawn {
    /// The vendor's safety system refused the request. It is final: no artist is asked again.
    #[error("refused by the vendor's safety system ({})", .0.join(", "))]
    Refused(Vec<String>),
    /// Our account with the vendor has no money or quota left. Nothing was made, and a repetition is useless until it is paid.
    #[error("the quota with the vendor is used up")]
    Exhausted,
    /// The vendor has no capacity for us now. Nothing was made.
    #[error("the vendor asks to wait")]
    Busy {
        /// The wait that the vendor asks for.
        retry_after: Option<Duration>,
    },
    /// The vendor could not be reached, or said that it failed before it began. Nothing was made.
    #[error("the vendor is down")]
    Down(#[source] Box<dyn Error + Send + Sync>),
    /// No answer, or a damaged one: the drawing may have been made and may be billed.
    #[error("it is not known whether the vendor made it")]
    Unclear(#[source] Box<dyn Error + Send + Sync>),
    /// The vendor answered without a picture, and without a reason against one more request.
    #[error("the vendor answered without a picture")]
    NoPicture,
    /// This artist can never draw this: its key, its model or the request is wrong, and an operator must correct it.
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

/// The expected price of a drawing that no list has, in micro-dollars: more than any known one.
pub const UNLISTED: u64 = 500_000;

#[async_trait]
pub trait Artist: Send + Sync {
    /// The name in the configuration, the provider ledger and the records, such as `palette`.
    fn name(&self) -> &'static str;

    /// The model; the name again for an artist without one.
    fn model(&self) -> &str;

    /// Whether it draws by a person's own words, and not only by the catalogue's styles.
    fn understands_words(&self) -> bool {
        true
    }

    /// Whether a vendor draws, so that asking twice costs twice; false for an artist in this process.
    fn is_elsewhere(&self) -> bool {
        true
    }

    /// What a drawing is expected to cost by the vendor's list, in micro-dollars; nothing in this process. Where the list does not say, it is dear, so that
    /// a budget is spent too early and not too late.
    fn price(&self) -> u64 {
        if self.is_elsewhere() { UNLISTED } else { 0 }
    }

    /// Draws one picture, asking the vendor once: failures are handled by the caller.
    ///
    /// # Errors
    /// [`NotDrawn`].
    async fn draw(&self, request: DrawRequest<'_>) -> Result<Drawing, NotDrawn>;
}
