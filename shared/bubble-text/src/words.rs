//! The text of a bubble, checked and in canonical form.

use std::fmt;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

use crate::InvalidWords;
use crate::coverage::{graphemes, is_drawable};
use crate::emoji::{FLAGS, is_tag, qualified};
use crate::hangul::spelt_out;

/// Text that a bubble can show: not empty, bounded, and drawable to the last character.
///
/// It is personal data: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Words(String);

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

    /// Brings a person's text into canonical form: NFC, line breaks as `\n`, no space at the ends of a line, no run of spaces, no blank line, sequences
    /// of emoji fully qualified, and without other invisible characters (directional marks, soft hyphens, stray joiners and selectors), which could
    /// make a text read otherwise than it is drawn.
    ///
    /// # Errors
    /// [`InvalidWords`].
    pub fn parse(text: &str) -> Result<Self, InvalidWords> {
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidWords::TooManyBytes);
        }
        let text = canonical(text)?;
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidWords::TooManyBytes);
        }
        text.graphemes(true).try_for_each(check_load)?;
        let lines = text.lines().count();
        match graphemes(&text).count() {
            0 => return Err(InvalidWords::Empty),
            graphemes if graphemes > Self::MAX_GRAPHEMES => return Err(InvalidWords::TooLong { graphemes }),
            _ if lines > Self::MAX_LINES => return Err(InvalidWords::TooManyLines { lines }),
            _ => {}
        }
        graphemes(&text).filter(|grapheme| *grapheme != "\n").try_for_each(check_ink)?;
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
            _ if character.is_whitespace() && !is_drawable(character.encode_utf8(&mut [0; 4])) => plain.push(' '),
            _ => plain.push(character),
        }
    }
    let graphemes = plain.graphemes(true).map(|grapheme| untagged(qualified(grapheme)));
    let spelt = graphemes.collect::<Result<String, _>>()?;
    Ok(tidy(&spelt_out(&spelt.nfc().collect::<String>())))
}

/// Characters that are invisible and not needed: directional marks, embeddings and isolates, soft hyphens, word joiners, fillers, and all variation
/// selectors but the two for emoji.
const fn is_silent(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'
        | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0D}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{E0100}'..='\u{E01EF}')
}

/// Refuses tags, which could hide a text, but for those of a flag that can be drawn.
fn untagged(grapheme: String) -> Result<String, InvalidWords> {
    match grapheme.chars().find(|c| is_tag(*c)) {
        Some(_) if FLAGS.contains(&grapheme.as_str()) => Ok(grapheme),
        Some(_) if grapheme.starts_with('🏴') => Err(InvalidWords::Flag),
        Some(character) => Err(InvalidWords::Undrawable { character }),
        None => Ok(grapheme),
    }
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

fn check_load(cluster: &str) -> Result<(), InvalidWords> {
    let mut row = 0;
    for (index, character) in cluster.chars().enumerate() {
        row = if is_combining_mark(character) { row + 1 } else { 0 };
        if row > Words::MAX_MARKS || index >= Words::MAX_CODE_POINTS {
            return Err(InvalidWords::Crowded { character: cluster.chars().next().unwrap_or(character) });
        }
    }
    Ok(())
}

fn check_ink(grapheme: &str) -> Result<(), InvalidWords> {
    let refused = grapheme.chars().next().filter(|_| !is_drawable(grapheme));
    refused.map_or(Ok(()), |character| Err(InvalidWords::Undrawable { character }))
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
        assert_eq!(parsed("a\u{1680}\u{205F} b\u{2009}c"), "a b\u{2009}c");
        assert_eq!(parsed("葛\u{E0100}城 辻\u{FE00}"), "葛城 辻");
    }

    #[test]
    fn a_text_without_ink_is_empty() {
        for text in [
            "",
            "\u{A0}",
            "\u{200B}\u{200B}",
            "\u{AD}",
            "\u{3000}\u{2003}",
            "\u{FE0F}",
            "\u{2060}\u{FEFF}",
            "\u{3164}",
            "\u{115F}\u{1160}",
            "\u{E0100}",
        ] {
            assert_eq!(Words::parse(text), Err(InvalidWords::Empty), "{text:?}");
        }
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
