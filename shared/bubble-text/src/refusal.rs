//! Why a bubble cannot show a text, for a person.

use icu_properties::props::{BinaryProperty, DefaultIgnorableCodePoint, EnumeratedProperty, GeneralCategory, GeneralCategoryGroup};

use crate::Words;

/// Why a bubble cannot show a text. Its message is for a person, and quotes at most one character of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWords {
    /// The text leaves no ink.
    #[error("the text is empty")]
    Empty,
    /// More graphemes than a bubble holds.
    #[error("the text has {graphemes} characters; a bubble holds at most {}", Words::MAX_GRAPHEMES)]
    TooLong { graphemes: usize },
    /// More bytes than the longest sensible text.
    #[error("the text has more than {} bytes", Words::MAX_BYTES)]
    TooManyBytes,
    /// More lines than a bubble holds.
    #[error("the text has {lines} lines; a bubble holds at most {}", Words::MAX_LINES)]
    TooManyLines { lines: usize },
    /// A character that no font here can draw, or that hides or reorders others.
    #[error("{}", undrawable(*.character))]
    Undrawable { character: char },
    /// A flag spelt in tags, other than those of England, Scotland and Wales.
    #[error("no font here has the flag that “🏴” (U+1F3F4) and the tags after it stand for")]
    Flag,
    /// More marks, or joined parts, than a character has in any language.
    #[error("there is too much on {}", named(*.character))]
    Crowded {
        /// The base character.
        character: char,
    },
}

fn undrawable(character: char) -> String {
    let named = named(character);
    if Sight::of(character).is_seen() { format!("no font here has {named}") } else { format!("{named} cannot be seen") }
}

/// A character for a person: what it is, itself where it can be seen, and its code point.
fn named(character: char) -> String {
    let code = u32::from(character);
    match Sight::of(character) {
        Sight::Character => format!("the character “{character}” (U+{code:04X})"),
        Sight::Mark => format!("the mark “\u{25CC}{character}” (U+{code:04X})"),
        Sight::Hidden(kind) => format!("the {kind} U+{code:04X}"),
    }
}

/// How a character is seen.
enum Sight {
    Character,
    /// On another character.
    Mark,
    /// Not at all, and what it then is.
    Hidden(&'static str),
}

impl Sight {
    fn of(character: char) -> Self {
        let category = GeneralCategory::for_char(character);
        match category {
            GeneralCategory::Control => Self::Hidden("control character"),
            GeneralCategory::PrivateUse => Self::Hidden("private character"),
            // A blank of braille, a note without a head, the place of an object.
            _ if DefaultIgnorableCodePoint::for_char(character) || matches!(character, '\u{2800}' | '\u{1D159}' | '\u{FFFC}') => {
                Self::Hidden("invisible character")
            }
            GeneralCategory::Format => Self::Hidden("invisible character"),
            GeneralCategory::Unassigned | GeneralCategory::Surrogate => Self::Hidden("unassigned character"),
            _ if GeneralCategoryGroup::Separator.contains(category) => Self::Hidden("space"),
            _ if GeneralCategoryGroup::Mark.contains(category) => Self::Mark,
            _ => Self::Character,
        }
    }

    const fn is_seen(&self) -> bool {
        !matches!(self, Self::Hidden(_))
    }
}

#[cfg(test)]
mod tests {
    use unicode_normalization::is_nfc;

    use super::*;

    #[test]
    fn a_refusal_names_what_can_be_seen_and_describes_what_cannot() {
        let refused = [
            ("ok ꙮ", "no font here has the character “ꙮ” (U+A66E)"),
            ("ok 𝄞", "no font here has the character “𝄞” (U+1D11E)"),
            ("🫩", "no font here has the character “🫩” (U+1FAE9)"),
            ("x\u{1CD0}", "no font here has the mark “\u{25CC}\u{1CD0}” (U+1CD0)"),
            ("a\u{7}b", "the control character U+0007 cannot be seen"),
            ("a\u{9B}b", "the control character U+009B cannot be seen"),
            ("a\u{E0061}", "the invisible character U+E0061 cannot be seen"),
            ("a\u{FFF9}b", "the invisible character U+FFF9 cannot be seen"),
            ("\u{2800}", "the invisible character U+2800 cannot be seen"),
            ("\u{E000}", "the private character U+E000 cannot be seen"),
            ("\u{E50A}", "the private character U+E50A cannot be seen"),
            ("x\u{378}", "the unassigned character U+0378 cannot be seen"),
            (
                "🏴\u{E0075}\u{E0073}\u{E0074}\u{E0078}\u{E007F}",
                "no font here has the flag that “🏴” (U+1F3F4) and the tags after it stand for",
            ),
        ];
        for (text, message) in refused {
            assert_eq!(Words::parse(text).unwrap_err().to_string(), message, "{text:?}");
        }
        let tower = Words::parse(&format!("q{}", "\u{301}".repeat(9))).unwrap_err().to_string();
        assert_eq!(tower, "there is too much on the character “q” (U+0071)");
        let tower = Words::parse(&"\u{301}".repeat(9)).unwrap_err().to_string();
        assert_eq!(tower, "there is too much on the mark “\u{25CC}\u{301}” (U+0301)");
    }

    #[test]
    fn no_refusal_hides_its_character() {
        for character in ('\0'..=char::MAX).step_by(31).filter(|c| is_nfc(c.encode_utf8(&mut [0; 4]))) {
            if let Err(refusal) = Words::parse(&format!("a {character}")) {
                let message = refusal.to_string();
                let code = format!("U+{:04X}", u32::from(character));
                assert_eq!(message.matches(&code).count(), 1, "{message}");
                assert!(!message.chars().any(|it| it.is_control() || DefaultIgnorableCodePoint::for_char(it)), "{message:?}");
            }
        }
    }
}
