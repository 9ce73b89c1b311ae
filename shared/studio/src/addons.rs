//! The add-ons of a generation: stickers for messengers, and a speech bubble.

use bubble_text::{InvalidWords, Side, Words};
use kernel::{Failure, Reason};
use picture_files::Messenger;

/// The price of stickers, in credits a drawing, for any number of messengers.
pub const STICKERS_CREDITS: u32 = 0;

/// The price of a speech bubble, in credits a drawing.
pub const BUBBLE_CREDITS: u32 = 1;

/// A speech bubble on every drawing of a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubble {
    pub text: BubbleText,
    /// By default the roomier side.
    pub side: Option<Side>,
}

/// The text of a bubble: a person's words, stored in the row of a running generation and nowhere else (AN-07). `Debug` shows nothing of it.
///
/// The text is checked when it is requested and typeset when the files are made. Between the two it is a plain text, so that only those two functions
/// carry the fonts.
#[derive(Clone, PartialEq, Eq)]
pub struct BubbleText(String);

impl Bubble {
    /// Reads a bubble from a request.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when the text cannot be drawn, quoting at most one character of it, or the side is unknown.
    pub fn parse(text: &str, side: Option<&str>) -> Result<Self, Failure> {
        let text = BubbleText::parse(text).map_err(|unwritable| field(format!("bubble.text cannot be drawn: {unwritable}.")))?;
        let side = match side {
            None => None,
            Some("left") => Some(Side::Left),
            Some("right") => Some(Side::Right),
            Some(_) => return Err(field("bubble.side must be left or right.".into())),
        };
        Ok(Self { text, side })
    }
}

impl BubbleText {
    /// Maximum characters, as a person counts them.
    pub const MOST_CHARACTERS: usize = Words::MAX_GRAPHEMES;

    /// Normalises a text that can be drawn.
    ///
    /// # Errors
    /// [`InvalidWords`].
    pub fn parse(text: &str) -> Result<Self, InvalidWords> {
        Words::parse(text).map(|words| Self(words.as_str().to_owned()))
    }

    /// For a text that was checked before it was stored.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// For storing and drawing.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for BubbleText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BubbleText(…)")
    }
}

/// The messengers of these ids, in the order in which they are offered.
///
/// # Errors
/// [`Failure::Invalid`] when an id is unknown (it is not quoted) or repeated.
pub fn messengers(ids: &[String]) -> Result<Vec<Messenger>, Failure> {
    let known = |id: &String| Messenger::from_id(id).ok_or_else(|| field(format!("stickers may name {}.", offered())));
    let messengers = ids.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    let chosen = in_order(&messengers);
    if chosen.len() < messengers.len() { Err(field("stickers must name each messenger once.".into())) } else { Ok(chosen) }
}

/// Messengers in the order in which they are offered, each once.
pub(crate) fn in_order(messengers: &[Messenger]) -> Vec<Messenger> {
    Messenger::ALL.iter().copied().filter(|messenger| messengers.contains(messenger)).collect()
}

pub(crate) fn side_name(side: Option<Side>) -> &'static str {
    match side {
        None => "any",
        Some(Side::Left) => "left",
        Some(Side::Right) => "right",
    }
}

fn field(detail: String) -> Failure {
    Failure::invalid(Reason::FieldInvalid, detail)
}

fn offered() -> String {
    Messenger::ALL.iter().map(|messenger| messenger.id()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<T>(outcome: Result<T, Failure>) -> String {
        match outcome {
            Err(Failure::Invalid(problem)) if problem.reason == Reason::FieldInvalid => problem.detail.into_owned(),
            _ => String::new(),
        }
    }

    #[test]
    fn messengers_are_known_named_once_and_put_in_order() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(messengers(&[]).unwrap(), []);
        assert_eq!(messengers(&ids(&["line", "whatsapp"])).unwrap(), [Messenger::Whatsapp, Messenger::Line]);
        assert_eq!(refusal(messengers(&ids(&["line", "line"]))), "stickers must name each messenger once.");
        for unknown in ["icq", "WhatsApp", "", " line"] {
            let refusal = refusal(messengers(&ids(&["line", unknown])));
            assert_eq!(refusal, "stickers may name whatsapp, telegram, signal, imessage, line, discord.");
        }
    }

    #[test]
    fn an_07_a_refused_text_is_not_repeated_and_no_debug_shows_one() {
        let bubble = Bubble::parse("  a secret  ", Some("left")).unwrap();
        assert_eq!((bubble.text.as_str(), bubble.side), ("a secret", Some(Side::Left)));
        assert!(!format!("{bubble:?}").contains("secret"));
        assert_eq!(refusal(Bubble::parse("a secret", Some("a secret"))), "bubble.side must be left or right.");
        for wrong in ["".to_owned(), " \n".into(), "a secret".repeat(100), "a secret".repeat(100_000), "a secret\u{1}".into()] {
            let refusal = refusal(Bubble::parse(&wrong, None));
            assert!(refusal.starts_with("bubble.text cannot be drawn: ") && !refusal.contains("secret"), "{refusal}");
        }
    }
}
