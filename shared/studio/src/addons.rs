//! What can be ordered beside the avatars: stickers for messengers, and a speech bubble.

use bubble_text::{Side, InvalidWords, Words};
use kernel::{Failure, Reason};
use picture_files::Messenger;

/// The price of stickers, in credits a drawing, however many messengers.
pub const STICKERS_CREDITS: u32 = 0;

/// The price of a speech bubble, in credits a drawing.
pub const BUBBLE_CREDITS: u32 = 1;

/// A speech bubble on every drawing of a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubble {
    /// What it says.
    pub text: BubbleText,
    /// Where it stands; where there is room when absent.
    pub side: Option<Side>,
}

/// What a bubble says: the words of a person, on the row of a running generation and nowhere else (AN-07). `Debug` shows nothing of it.
///
/// Judged when it is ordered and set when the files are made. Between the two it is a text like any other, so that no function but those two carries
/// the fonts.
#[derive(Clone, PartialEq, Eq)]
pub struct BubbleText(String);

impl Bubble {
    /// A bubble as it was asked for.
    ///
    /// # Errors
    /// [`Failure::Invalid`] with what is wrong with the text, of which at most one character is quoted, or with the side.
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
    /// The most characters, as a person counts them.
    pub const MOST_CHARACTERS: usize = Words::MAX_GRAPHEMES;

    /// A text that can be drawn, normalised.
    ///
    /// # Errors
    /// Why it cannot be drawn.
    pub fn parse(text: &str) -> Result<Self, InvalidWords> {
        Words::parse(text).map(|words| Self(words.as_str().to_owned()))
    }

    /// A text that was judged when it was stored.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text, for what stores it or draws it.
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
/// [`Failure::Invalid`] when one is unknown, which is not repeated, or there twice.
pub fn messengers(ids: &[String]) -> Result<Vec<Messenger>, Failure> {
    let known = |id: &String| Messenger::from_id(id).ok_or_else(|| field(format!("stickers may name {}.", offered())));
    let messengers = ids.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    let chosen = in_order(&messengers);
    if chosen.len() < messengers.len() { Err(field("stickers must name each messenger once.".into())) } else { Ok(chosen) }
}

/// Messengers in the order in which they are offered, each once.
pub(crate) fn in_order(messengers: &[Messenger]) -> Vec<Messenger> {
    Messenger::ALL.into_iter().filter(|messenger| messengers.contains(messenger)).collect()
}

/// The name of a wished side.
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
    Messenger::ALL.map(Messenger::id).join(", ")
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
