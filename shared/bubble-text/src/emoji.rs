//! The sequences of emoji, each in the one spelling that the fonts know: [fully qualified](https://www.unicode.org/reports/tr51/#Emoji_Implementation_Notes).
//!
//! Keyboards and other programs leave selectors out, or add some. A selector is kept where it changes what is drawn, and put where a sequence needs it.

use icu_properties::props::{BinaryProperty, EmojiModifier, EmojiPresentation};
use unicode_normalization::char::is_combining_mark;

use crate::coverage::Face;

/// Asks for the text form of a character that has a picture.
pub(crate) const AS_TEXT: char = '\u{FE0E}';
/// Asks for the picture.
pub(crate) const AS_PICTURE: char = '\u{FE0F}';
/// The key around a digit, `#` or `*`.
pub(crate) const KEY: char = '\u{20E3}';
const JOINER: char = '\u{200D}';
const NON_JOINER: char = '\u{200C}';

/// The three flags spelt in tags: England, Scotland, Wales.
pub(crate) const FLAGS: [&str; 3] = [
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

/// A character with the first selector after it.
#[derive(Clone, Copy)]
struct Part {
    character: char,
    selector: Option<char>,
}

/// A grapheme with joiners and selectors only where they have a meaning, and with those that its sequence needs.
pub(crate) fn qualified(grapheme: &str) -> String {
    let parts = joined(parts(grapheme));
    let mut qualified = String::with_capacity(grapheme.len());
    for (index, part) in parts.iter().enumerate() {
        qualified.push(part.character);
        qualified.extend(selector(&parts, index));
    }
    qualified
}

/// Whether it is a digit, `#` or `*` on a key.
pub(crate) fn is_key(grapheme: &str) -> bool {
    let mut characters = grapheme.chars();
    characters.next().is_some_and(is_on_keys) && characters.eq([AS_PICTURE, KEY])
}

pub(crate) const fn is_tag(character: char) -> bool {
    matches!(character, '\u{E0000}'..='\u{E007F}')
}

fn parts(grapheme: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for character in grapheme.chars() {
        match (character, parts.last_mut()) {
            (AS_TEXT | AS_PICTURE, None) => {}
            (AS_TEXT | AS_PICTURE, Some(part)) => _ = part.selector.get_or_insert(character),
            _ => parts.push(Part { character, selector: None }),
        }
    }
    parts
}

/// Drops the joiners that join nothing.
fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let before = joined.last().map(|part| part.character);
        // Marks may change places, and must not change what is kept.
        let letter = joined.iter().rev().map(|part| part.character).find(|c| !is_combining_mark(*c));
        let after = parts.get(index + 1).map(|part| part.character);
        let keeps = match part.character {
            JOINER => letter.is_some_and(is_joined_letter) || (before.is_some_and(is_picture) && after.is_some_and(is_picture)),
            NON_JOINER => letter.is_some_and(is_joined_letter),
            _ => true,
        };
        if keeps {
            joined.push(*part);
        }
    }
    joined
}

/// The selector that a part of a sequence needs.
fn selector(parts: &[Part], index: usize) -> Option<char> {
    let Part { character, selector } = parts[index];
    let before = index.checked_sub(1).and_then(|before| parts.get(before)).map(|part| part.character);
    let after = parts.get(index + 1).map(|part| part.character);
    if is_on_keys(character) {
        return (after == Some(KEY)).then_some(AS_PICTURE);
    }
    if !is_picture(character) || after.is_some_and(EmojiModifier::for_char) {
        return None;
    }
    if selector == Some(AS_TEXT) && parts.len() == 1 && Face::Outline.holds(character) {
        return selector;
    }
    let is_in_sequence = before == Some(JOINER) || after == Some(JOINER);
    let wants_picture = is_in_sequence || selector == Some(AS_PICTURE);
    (wants_picture && !EmojiPresentation::for_char(character)).then_some(AS_PICTURE)
}

const fn is_on_keys(character: char) -> bool {
    matches!(character, '0'..='9' | '#' | '*')
}

fn is_picture(character: char) -> bool {
    Face::Emoji.holds(character)
}

/// Letters whose joining a joiner changes: Arabic and Devanagari.
const fn is_joined_letter(character: char) -> bool {
    matches!(character, '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{900}'..='\u{97F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_qualified_and_a_digit_stays_a_digit() {
        for spelt in ["1\u{20E3}", "1\u{FE0F}\u{20E3}", "1\u{FE0E}\u{20E3}", "1\u{FE0F}\u{FE0E}\u{20E3}"] {
            assert_eq!(qualified(spelt), "1\u{FE0F}\u{20E3}");
        }
        for (spelt, plain) in [("1\u{FE0F}", "1"), ("#\u{FE0E}", "#"), ("*\u{FE0F}", "*"), ("a\u{FE0F}", "a"), ("\u{FE0F}", "")] {
            assert_eq!(qualified(spelt), plain);
        }
    }

    #[test]
    fn a_sequence_has_the_selectors_it_needs_and_no_others() {
        let spellings = [
            ("👩‍❤‍💋‍👩", "👩‍❤\u{FE0F}‍💋‍👩"),
            ("🏳‍🌈", "🏳\u{FE0F}‍🌈"),
            ("👁‍🗨", "👁\u{FE0F}‍🗨\u{FE0F}"),
            ("🕵🏽‍♀", "🕵🏽‍♀\u{FE0F}"),
            ("⛹\u{FE0F}🏽‍♂\u{FE0E}", "⛹🏽‍♂\u{FE0F}"),
            ("👨\u{FE0F}‍👩\u{FE0F}‍👧\u{FE0F}", "👨‍👩‍👧"),
            ("❤\u{FE0E}‍🔥", "❤\u{FE0F}‍🔥"),
            ("👩‍\u{200D}🚀", "👩‍🚀"),
            ("👩\u{200D}", "👩"),
            ("🏴\u{FE0F}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}", FLAGS[2]),
        ];
        for (spelt, wanted) in spellings {
            assert_eq!(qualified(spelt), wanted, "{spelt}");
            assert_eq!(qualified(wanted), wanted, "{wanted}");
        }
    }

    #[test]
    fn a_text_form_is_kept_where_there_is_one() {
        for (spelt, wanted) in
            [("☀\u{FE0E}", "☀\u{FE0E}"), ("😐\u{FE0E}", "😐\u{FE0E}"), ("©\u{FE0E}", "©"), ("🥺\u{FE0E}", "🥺"), ("☀\u{FE0F}", "☀\u{FE0F}")]
        {
            assert_eq!(qualified(spelt), wanted, "{spelt}");
        }
    }
}
