//! The characters of each face, known without loading a font.
//!
//! The table is `coverage.txt`: a line `face <id>`, then, as inclusive ranges in hexadecimal, the code points of which the face has spaces or ink. A
//! test of `lettering`, which has the fonts, proves that it says what they hold, and writes it anew with `LETTERING_REGENERATE=1`.

use std::sync::LazyLock;

use strum::{EnumString, IntoStaticStr, VariantArray};
use unicode_segmentation::UnicodeSegmentation;

use crate::emoji::{AS_TEXT, is_key};

const TABLE: &str = include_str!("../coverage.txt");

/// One of the fonts, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Face {
    /// M PLUS Rounded 1c: Latin, Greek, Cyrillic, Hebrew letters, Japanese.
    Rounded,
    /// Noto Sans: the rarer characters of Latin, Greek and Cyrillic.
    Western,
    /// Noto Sans CJK: Chinese, Korean, the rarer characters of Japanese.
    Cjk,
    /// Noto Sans Arabic.
    Arabic,
    /// Noto Sans Hebrew: pointed text.
    Hebrew,
    /// Noto Sans Devanagari.
    Devanagari,
    /// Noto Sans Thai.
    Thai,
    /// Symbols, and the letters of other scripts that faces are made of: several of the Noto fonts.
    Borrowed,
    /// Twemoji, in colour.
    Emoji,
    /// Noto Emoji: the text form of what is otherwise a picture.
    Outline,
}

impl Face {
    /// In the order in which they are tried.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in the table.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.into_str()
    }

    /// Whether it has ink of its own for the character, or a space.
    #[must_use]
    pub fn holds(self, character: char) -> bool {
        let code = u32::from(character);
        let ranges = &RANGES[self as usize];
        let after = ranges.partition_point(|(first, _)| *first <= code);
        after > 0 && ranges.get(after - 1).is_some_and(|(_, last)| code <= *last)
    }

    /// Whether it can draw a whole grapheme in canonical form; joiners and selectors leave no ink, so it need not hold them.
    #[must_use]
    pub fn draws(self, grapheme: &str) -> bool {
        let all = |text: &str, is_silent: fn(char) -> bool| {
            text.contains(|c| self.holds(c)) && text.chars().all(|c| is_silent(c) || self.holds(c))
        };
        match self {
            Self::Emoji => is_key(grapheme) || all(grapheme, |c| is_invisible(c) && c != AS_TEXT),
            Self::Outline => grapheme.strip_suffix(AS_TEXT).is_some_and(|character| all(character, |_| false)),
            _ => all(grapheme, |c| matches!(c, '\u{200C}' | '\u{200D}')),
        }
    }
}

/// Characters that shape their neighbours and leave no ink: the joiners, the selectors of text and picture, and the tags of a flag.
#[must_use]
pub const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' | '\u{E0020}'..='\u{E007F}')
}

/// The graphemes of a text in canonical form: extended grapheme clusters, but that of which no face has all falls into parts that one face each
/// draws, such as a skin tone after a letter, or a letter of one script with the mark of another.
pub fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    text.graphemes(true).flat_map(parts)
}

fn parts(mut cluster: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let first = cluster.chars().next()?;
        let ends = cluster.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
        let end = ends.into_iter().find(|end| is_drawable(&cluster[..*end])).unwrap_or(first.len_utf8());
        let (part, rest) = cluster.split_at(end);
        cluster = rest;
        Some(part)
    })
}

/// Whether any face can draw the grapheme.
#[must_use]
pub fn is_drawable(grapheme: &str) -> bool {
    Face::ALL.iter().any(|face| face.draws(grapheme))
}

/// Inclusive ranges, ascending, of each face.
static RANGES: LazyLock<[Vec<(u32, u32)>; Face::ALL.len()]> = LazyLock::new(|| {
    let mut tables: [Vec<(u32, u32)>; Face::ALL.len()] = Default::default();
    let mut current: Option<Face> = None;
    for line in TABLE.lines() {
        match line.strip_prefix("face ") {
            Some(id) => current = id.parse().ok(),
            None => {
                if let Some(face) = current {
                    tables[face as usize].extend(line.split_whitespace().filter_map(range));
                }
            }
        }
    }
    tables
});

/// `41` or `41-5A`.
fn range(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((u32::from_str_radix(first, 16).ok()?, u32::from_str_radix(last, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_promised_is_held() {
        let samples = [
            (Face::Rounded, "Aéñßøłžếữ ΑΩάϊ АЯёїќ שלום あいうアイウ漢字「」、。！？"),
            (Face::Western, "Aéếữ ΑΩ Яѣ\u{301}"),
            (Face::Cjk, "汉字漢字龍龙体體们你臺灣한국어쀍あア、。！？「」『』《》…—"),
            (Face::Arabic, "السلام عليكم؟ پچگک"),
            (Face::Hebrew, "שָׁלוֹם"),
            (Face::Devanagari, "नमस्ते।"),
            (Face::Thai, "สวัสดีครับ"),
            (Face::Emoji, "😀👍🏽❤🇯🇵👨‍👩‍👧‍👦🏴"),
            (Face::Outline, "☀❤😐✈"),
            // Names of people and places.
            (Face::Cjk, "髙﨑𠮷濵𡈽𣘺喆堃婠䶮龑赟堯濬燮姸卨乭曺"),
            // Faces made of characters.
            (Face::Rounded, "✗°ツω▽◎"),
            (Face::Cjk, "✓╯□︵┻━ツ￣﹏゚゙╭╮凸皿益ㅠㅋ"),
            (Face::Western, "ᴥᴗᵕ˃̵˂ʕʔ‿⸝⸜"),
            (Face::Borrowed, "➜ಠಥლᕦᕤᗜᓚ✧༼༽꒰꒱ꈍ੭ଘ૮ა౪◕◡"),
        ];
        for (face, text) in samples {
            for character in text.chars().filter(|c| !is_invisible(*c) && !c.is_whitespace()) {
                assert!(face.holds(character), "{} lacks U+{:04X} {character}", face.id(), u32::from(character));
            }
        }
    }

    #[test]
    fn a_grapheme_is_whole_where_one_face_has_all_of_it() {
        let parts = |text: &'static str| graphemes(text).collect::<Vec<_>>();
        assert_eq!(parts("か\u{309A}e\u{301}👨‍👩‍👧1\u{FE0F}\u{20E3}"), ["か\u{309A}", "e\u{301}", "👨‍👩‍👧", "1\u{FE0F}\u{20E3}"]);
        assert_eq!(parts("o🏽"), ["o", "🏽"]);
        assert_eq!(parts("･\u{E34}"), ["･", "\u{E34}"]);
        assert_eq!(parts("1\u{FE0F}\u{20E3}\u{301}"), ["1\u{FE0F}\u{20E3}", "\u{301}"]);
    }
}
