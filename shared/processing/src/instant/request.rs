//! The caller's input.

use kernel::{Failure, Randomness, Reason, limits};
use studio::{Brief, style};
use zeroize::Zeroizing;

/// A picture, and a style or words for its drawing.
pub struct InstantRequest {
    pub(super) picture: Zeroizing<Vec<u8>>,
    pub(super) look: Look,
    pub(super) seed: u64,
}

/// A style, or a person's own words.
pub(super) enum Look {
    Style(&'static str),
    Words(Zeroizing<String>),
}

impl Look {
    pub(super) fn brief(&self) -> Brief<'_> {
        match self {
            Self::Style(id) => Brief::Style(id),
            Self::Words(words) => Brief::Words(words),
        }
    }

    pub(super) fn words(&self) -> Option<&str> {
        match self {
            Self::Style(_) => None,
            Self::Words(words) => Some(words),
        }
    }
}

impl InstantRequest {
    /// Reads a request: the id of a style or a person's own words, exactly one of them, and a seed, by default a random one.
    ///
    /// # Errors
    /// [`Failure::Invalid`] with the fault; it quotes nothing.
    pub fn new(
        picture: Zeroizing<Vec<u8>>,
        style: Option<Zeroizing<String>>,
        words: Option<Zeroizing<String>>,
        seed: Option<Zeroizing<String>>,
        randomness: &dyn Randomness,
    ) -> Result<Self, Failure> {
        let invalid = |what: &'static str| Failure::invalid(Reason::FieldInvalid, what);
        let look = match (style, words) {
            (Some(id), None) => Look::Style(style::find(&id).ok_or_else(|| invalid("There is no such style."))?.id),
            (None, Some(words)) => Look::Words(words),
            _ => return Err(invalid("Send a style or a prompt: one of them, and not both.")),
        };
        if look.words().is_some_and(|words| words.trim().is_empty() || words.chars().count() > Brief::WORDS) {
            return Err(Failure::invalid(Reason::FieldInvalid, format!("A prompt has 1 to {} characters.", Brief::WORDS)));
        }
        let seed = match seed {
            None => drawn(randomness),
            Some(text) => {
                text.parse().ok().filter(|seed| *seed <= limits::SEED_MAX).ok_or_else(|| invalid("The seed must be 0 to 2^53 − 1."))?
            }
        };
        Ok(Self { picture, look, seed })
    }
}

fn drawn(randomness: &dyn Randomness) -> u64 {
    let mut bytes = [0; 8];
    randomness.fill(&mut bytes);
    u64::from_be_bytes(bytes) & limits::SEED_MAX
}
