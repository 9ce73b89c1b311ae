//! What people tell the operator (AN-08).

use std::str::FromStr;

use accounts::{Networks, Pepper, Salts};
use async_trait::async_trait;
use kernel::{AccountSession, CallerAddress, Clock, Email, Failure, FeedbackId, Randomness, Timestamp, limits};
use policy::Class;

/// Somebody's words, made inert: without control characters but line breaks and tabs, and without marks that turn the direction of what follows, so that a
/// terminal or a page shows them and does nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 1 to 2,000 characters")]
pub struct NotAMessage;

/// Stands for a character that was taken out.
const REPLACEMENT: char = '\u{fffd}';

impl Words {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Words {
    type Err = NotAMessage;

    fn from_str(text: &str) -> Result<Self, NotAMessage> {
        let said = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if said.is_empty() || !limits::FEEDBACK_CHARS.contains(&text.chars().count()) {
            return Err(NotAMessage);
        }
        Ok(Self(said.replace("\r\n", "\n").chars().map(|c| if is_active(c) { REPLACEMENT } else { c }).collect()))
    }
}

/// Whether a character does something to what shows it: the controls of ASCII and ISO 6429, and those of direction (UAX 9).
fn is_active(c: char) -> bool {
    let directs = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = matches!(c, '\u{2028}' | '\u{2029}');
    (c.is_control() && !['\n', '\t'].contains(&c)) || directs || breaks
}

/// A message as it is stored.
#[derive(Debug, Clone)]
pub struct Feedback {
    pub id: FeedbackId,
    pub words: Words,
    /// Where an answer may go, if one is wanted.
    pub contact: Option<Email>,
    /// Who wrote it, where somebody is signed in.
    pub session: Option<AccountSession>,
    /// By which it is counted; they are stored beside nothing else.
    pub networks: Networks,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

#[async_trait]
pub trait FeedbackBox: Send + Sync {
    /// Keeps a message and counts it, or neither.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed, [`Failure::Busy`] with [`kernel::Reason::RateLimited`] above the limit.
    async fn put(&self, feedback: &Feedback) -> Result<(), Failure>;
}

/// Keeps a message for the operator.
pub struct SendFeedback<'a> {
    pub inbox: &'a dyn FeedbackBox,
    pub salts: &'a dyn Salts,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
}

impl SendFeedback<'_> {
    /// # Errors
    /// Those of [`FeedbackBox::put`] and [`Salts::of_day`].
    pub async fn run(
        &self,
        words: Words,
        contact: Option<Email>,
        session: Option<AccountSession>,
        address: CallerAddress,
    ) -> Result<FeedbackId, Failure> {
        let at = self.clock.now();
        let networks = Networks::of(address, self.pepper, self.salts, self.randomness, at).await?;
        let (id, expires_at) = (FeedbackId::new(self.clock, self.randomness), Class::FEEDBACK.expires_at(at));
        self.inbox.put(&Feedback { id, words, contact, session, networks, at, expires_at }).await?;
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_08_a_message_has_one_to_two_thousand_characters() {
        let words = |text: &str| text.parse::<Words>().map(|words| words.0);
        assert_eq!(words("  Nice work.\r\n"), Ok("Nice work.".into()));
        for empty in ["", " ", "\u{3000}\n\t", "\0\u{1c}\u{85}"] {
            assert_eq!(words(empty), Err(NotAMessage), "{empty:?}");
        }
        assert!(words(&"語".repeat(2_000)).is_ok() && words(&"😀".repeat(2_000)).is_ok());
        assert_eq!(words(&"a".repeat(2_001)), Err(NotAMessage));
        assert_eq!(words("👩‍👩‍👧 x\n\ty"), Ok("👩‍👩‍👧 x\n\ty".into()), "joined pictures, lines and tabs stay");
    }

    #[test]
    fn hostile_words_are_inert() {
        let words = |text: &str| text.parse::<Words>().unwrap().0;
        assert_eq!(
            words("a\u{1b}[2Jb\0c\u{9b}31m\u{202e}evil\u{2066}\rd"),
            "a\u{fffd}[2Jb\u{fffd}c\u{fffd}31m\u{fffd}evil\u{fffd}\u{fffd}d"
        );
    }

    proptest! {
        #[test]
        fn no_words_do_anything(text in any::<String>()) {
            if let Ok(words) = text.parse::<Words>() {
                prop_assert!(words.0.chars().count() <= 2_000);
                prop_assert!(words.0.chars().all(|c| !c.is_control() || ['\n', '\t'].contains(&c)));
            }
        }
    }
}
