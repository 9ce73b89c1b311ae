//! The text of a bubble, checked and in canonical form.

use std::fmt;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

use crate::coverage::{Face, is_drawable};

/// Text that a bubble can show: not empty, bounded, and drawable to the last character.
///
/// It is personal data: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Words(String);

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
    #[error("the character {} cannot be drawn", shown(*.character))]
    Undrawable { character: char },
    /// More marks, or joined parts, than a character has in any language.
    #[error("there is too much on the one character {}", shown(*.character))]
    Crowded {
        /// The base character.
        character: char,
    },
}

impl Words {
    /// Maximum extended grapheme clusters: characters as a person counts them.
    pub const MAX_GRAPHEMES: usize = 140;
    /// Maximum bytes of UTF-8: 140 family emoji of 25 bytes each are still less.
    pub const MAX_BYTES: usize = 4096;
    /// Maximum lines of the text's own.
    pub const MAX_LINES: usize = 8;
    /// Maximum combining marks in a row: pointed Hebrew with its accents has four.
    const MAX_MARKS: usize = 4;
    /// Maximum code points of one grapheme: a family of four with a skin tone each has eleven.
    const MAX_CODE_POINTS: usize = 16;

    /// Brings a person's text into canonical form: NFC, line breaks as `
    /// `, no space at the ends of a line, no run of spaces, no blank line, and without invisible characters (directional marks, soft hyphens, stray
    /// joiners and selectors), which could make a text read otherwise than it is drawn.
    ///
    /// # Errors
    /// [`InvalidWords`].
    pub fn parse(text: &str) -> Result<Self, InvalidWords> {
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidWords::TooManyBytes);
        }
        let text = canonical(text)?;
        let lines = text.lines().count();
        let graphemes = text.graphemes(true).count();
        match (graphemes, lines) {
            (0, _) => return Err(InvalidWords::Empty),
            (Self::MAX_GRAPHEMES.., _) if graphemes > Self::MAX_GRAPHEMES => return Err(InvalidWords::TooLong { graphemes }),
            (_, lines) if lines > Self::MAX_LINES => return Err(InvalidWords::TooManyLines { lines }),
            _ if text.len() > Self::MAX_BYTES => return Err(InvalidWords::TooManyBytes),
            _ => {}
        }
        text.graphemes(true).filter(|grapheme| *grapheme != "\n").try_for_each(check)?;
        Ok(Self(text))
    }

    /// In canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(…)")
    }
}

/// A character for an error message: itself where it is visible, and its code point.
fn shown(character: char) -> String {
    let code = u32::from(character);
    let shows = is_drawable(character.encode_utf8(&mut [0; 4])) || character.is_alphanumeric();
    if shows && !is_combining_mark(character) { format!("“{character}” (U+{code:04X})") } else { format!("U+{code:04X}") }
}

fn canonical(text: &str) -> Result<String, InvalidWords> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => plain.push('\n'),
            '\t' => plain.push(' '),
            _ if character.is_control() => return Err(InvalidWords::Undrawable { character }),
            _ if is_silent(character) => {}
            _ => plain.push(character),
        }
    }
    let mut joined = String::with_capacity(plain.len());
    for grapheme in plain.graphemes(true) {
        join(grapheme, &mut joined)?;
    }
    Ok(tidy(&joined.nfc().collect::<String>()))
}

/// Characters that are invisible and not needed: directional marks, embeddings and isolates, soft hyphens, word joiners, fillers, and all variation
/// selectors but the one for emoji.
const fn is_silent(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'
        | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0E}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{E0100}'..='\u{E01EF}')
}

/// Keeps the joiners, selectors and tags of a grapheme where they have a meaning, and drops the others.
fn join(grapheme: &str, into: &mut String) -> Result<(), InvalidWords> {
    if let Some(character) = grapheme.chars().find(|c| is_tag(*c)) {
        if !FLAGS.contains(&grapheme) {
            return Err(InvalidWords::Undrawable { character });
        }
        into.push_str(grapheme);
        return Ok(());
    }
    let characters: Vec<char> = grapheme.chars().collect();
    for (index, character) in characters.iter().enumerate() {
        let before = characters[..index].iter().rev().find(|c| !is_selector(**c)).copied();
        let after = characters.get(index + 1).copied();
        let keeps = match character {
            '\u{200D}' => before.is_some_and(takes_joiner) && (after.is_some_and(is_picture) || before.is_some_and(is_letter_joined)),
            '\u{200C}' => before.is_some_and(is_letter_joined),
            '\u{FE0F}' => index == 1 && before.is_some_and(|c| Face::Emoji.holds(c)) || before.is_some_and(is_picture),
            _ => true,
        };
        if keeps && !(is_selector(*character) && into.ends_with(*character)) {
            into.push(*character);
        }
    }
    Ok(())
}

/// The three flags spelt in tags: England, Scotland, Wales.
const FLAGS: [&str; 3] = [
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

const fn is_tag(character: char) -> bool {
    matches!(character, '\u{E0000}'..='\u{E007F}')
}

const fn is_selector(character: char) -> bool {
    matches!(character, '\u{FE0F}' | '\u{200C}' | '\u{200D}')
}

/// An emoji that is no digit and no plain symbol.
fn is_picture(character: char) -> bool {
    character > '\u{2000}' && Face::Emoji.holds(character)
}

/// Letters whose joining a joiner changes: Arabic and Devanagari.
const fn is_letter_joined(character: char) -> bool {
    matches!(character, '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{900}'..='\u{97F}')
}

fn takes_joiner(character: char) -> bool {
    is_picture(character) || is_letter_joined(character)
}

/// Lines without space at their ends, without runs of spaces, and no blank ones.
fn tidy(text: &str) -> String {
    let line = |line: &str| {
        let mut tidied = String::with_capacity(line.len());
        for character in line.trim().chars() {
            if character != ' ' || !tidied.ends_with(' ') {
                tidied.push(character);
            }
        }
        tidied
    };
    let lines: Vec<String> = text.split('\n').map(line).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn check(grapheme: &str) -> Result<(), InvalidWords> {
    let mut row = 0;
    for (index, character) in grapheme.chars().enumerate() {
        row = if is_combining_mark(character) { row + 1 } else { 0 };
        if row > Words::MAX_MARKS || index >= Words::MAX_CODE_POINTS {
            return Err(InvalidWords::Crowded { character: grapheme.chars().next().unwrap_or(character) });
        }
    }
    if is_drawable(grapheme) {
        return Ok(());
    }
    let alone = |c: &char| !is_drawable(c.encode_utf8(&mut [0; 4]));
    let culprit = grapheme.chars().find(alone).or_else(|| grapheme.chars().last());
    Err(InvalidWords::Undrawable { character: culprit.unwrap_or(char::REPLACEMENT_CHARACTER) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        Words::parse(text).unwrap().as_str().to_owned()
    }

    #[test]
    fn a_text_takes_one_form() {
        assert_eq!(parsed("  e\u{301}a \t b\r\n\r\n c \u{2028}d "), "éa b\nc\nd");
        assert_eq!(parsed("a\u{202E}b\u{2066}c\u{200F}d\u{AD}e\u{FEFF}"), "abcde");
        assert_eq!(parsed("می\u{200C}خواهم"), "می\u{200C}خواهم");
        assert_eq!(parsed("a\u{200D}b\u{200C}c\u{FE0F}"), "abc");
        assert_eq!(parsed("❤\u{FE0F}\u{FE0F}"), "❤\u{FE0F}");
        assert_eq!(parsed("👩\u{200D}"), "👩");
    }

    #[test]
    fn what_is_not_there_to_be_read_is_refused() {
        for (text, character) in [("a\u{0}b", '\u{0}'), ("\u{1B}[1m", '\u{1B}'), ("\u{E000}", '\u{E000}'), ("x\u{378}", '\u{378}')] {
            assert_eq!(Words::parse(text), Err(InvalidWords::Undrawable { character }));
        }
        assert_eq!(Words::parse("a\u{E0061}"), Err(InvalidWords::Undrawable { character: '\u{E0061}' }));
        assert_eq!(Words::parse("ok ꙮ"), Err(InvalidWords::Undrawable { character: 'ꙮ' }));
        assert_eq!(Words::parse(" \u{200B}\n\u{200D} "), Err(InvalidWords::Empty));
    }

    #[test]
    fn length_is_counted_as_a_person_counts() {
        assert!(Words::parse(&"a".repeat(140)).is_ok());
        assert_eq!(Words::parse(&"a".repeat(141)), Err(InvalidWords::TooLong { graphemes: 141 }));
        assert!(Words::parse(&"👨‍👩‍👧‍👦".repeat(140)).is_ok());
        assert_eq!(Words::parse(&"a".repeat(4097)), Err(InvalidWords::TooManyBytes));
        assert_eq!(Words::parse("a\nb\nc\nd\ne\nf\ng\nh\ni"), Err(InvalidWords::TooManyLines { lines: 9 }));
    }

    #[test]
    fn one_character_does_not_carry_a_tower() {
        assert_eq!(Words::parse(&format!("q{}", "\u{301}\u{302}".repeat(9))), Err(InvalidWords::Crowded { character: 'q' }));
        assert_eq!(Words::parse(&["👨"; 12].join("\u{200D}")), Err(InvalidWords::Crowded { character: '👨' }));
    }

    #[test]
    fn an_07_words_are_not_printed() {
        let words = Words::parse("a secret").unwrap();
        assert_eq!(format!("{words:?}"), "Words(…)");
        let message = Words::parse("a secret ꙮ").unwrap_err().to_string();
        assert!(message.contains("U+A66E") && !message.contains("secret"), "{message}");
    }
}
