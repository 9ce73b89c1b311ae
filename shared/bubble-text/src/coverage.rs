//! The characters of each face, known without loading a font.
//!
//! The table is `coverage.txt`: a line `face <id>`, then the face's code points as inclusive ranges in hexadecimal. A test of `lettering`, which has the
//! fonts, proves that it says what they hold, and writes it anew with `LETTERING_REGENERATE=1`.

use std::sync::LazyLock;

use strum::{EnumString, IntoStaticStr, VariantArray};

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
    /// Twemoji, in colour.
    Emoji,
}

impl Face {
    /// In the order in which they are tried.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Its name in the table.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.into_str()
    }

    /// Whether it has a glyph of its own for the character.
    #[must_use]
    pub fn holds(self, character: char) -> bool {
        let code = u32::from(character);
        let ranges = &RANGES[self as usize];
        let after = ranges.partition_point(|(first, _)| *first <= code);
        after > 0 && ranges.get(after - 1).is_some_and(|(_, last)| code <= *last)
    }

    /// Whether it can draw a whole grapheme; joiners and selectors leave no ink, so it need not hold them.
    #[must_use]
    pub fn draws(self, grapheme: &str) -> bool {
        grapheme.chars().all(|c| is_invisible(c) || self.holds(c))
    }
}

/// Characters that shape their neighbours and leave no ink: the joiners, the emoji selector and the tags of a flag.
#[must_use]
pub const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}' | '\u{FE0F}' | '\u{E0020}'..='\u{E007F}')
}

/// Whether any face can draw the grapheme.
#[must_use]
pub fn is_drawable(grapheme: &str) -> bool {
    Face::ALL.iter().any(|face| face.draws(grapheme))
}

/// Inclusive ranges, ascending, of each face.
static RANGES: LazyLock<[Vec<(u32, u32)>; 8]> = LazyLock::new(|| {
    let mut tables: [Vec<(u32, u32)>; 8] = Default::default();
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
        ];
        for (face, text) in samples {
            for character in text.chars().filter(|c| !is_invisible(*c) && !c.is_whitespace()) {
                assert!(face.holds(character), "{} lacks U+{:04X} {character}", face.id(), u32::from(character));
            }
        }
    }
}
