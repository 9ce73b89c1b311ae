//! Which characters each face holds, known without loading a font.
//!
//! The table is `fonts/coverage.txt`: a line `face <id>`, then the face's code points as inclusive ranges in hexadecimal. A test proves that
//! it says what the fonts hold, and writes it anew with `LETTERING_REGENERATE=1`.

use std::sync::LazyLock;

const TABLE: &str = include_str!("../fonts/coverage.txt");

/// One of the fonts, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Face {
    /// M PLUS Rounded 1c: Latin, Greek, Cyrillic, Hebrew letters, Japanese.
    Rounded,
    /// Noto Sans: the rarer of Latin, Greek and Cyrillic.
    Western,
    /// Noto Sans CJK: Chinese, Korean, the rarer of Japanese.
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
    /// All of them, in the order in which they are tried.
    pub(crate) const ALL: [Self; 8] =
        [Self::Rounded, Self::Western, Self::Cjk, Self::Arabic, Self::Hebrew, Self::Devanagari, Self::Thai, Self::Emoji];

    /// Its name in the table.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Rounded => "rounded",
            Self::Western => "western",
            Self::Cjk => "cjk",
            Self::Arabic => "arabic",
            Self::Hebrew => "hebrew",
            Self::Devanagari => "devanagari",
            Self::Thai => "thai",
            Self::Emoji => "emoji",
        }
    }

    /// Whether it has a glyph of its own for the character.
    pub(crate) fn holds(self, character: char) -> bool {
        let code = u32::from(character);
        let ranges = &RANGES[self as usize];
        let after = ranges.partition_point(|(first, _)| *first <= code);
        after > 0 && ranges.get(after - 1).is_some_and(|(_, last)| code <= *last)
    }

    /// Whether it can draw a whole grapheme; joiners and selectors leave no ink, so it need not hold them.
    pub(crate) fn draws(self, grapheme: &str) -> bool {
        grapheme.chars().all(|c| is_invisible(c) || self.holds(c))
    }
}

/// What shapes its neighbours and leaves no ink itself: the joiners, the emoji selector and the tags of a flag.
pub(crate) const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}' | '\u{FE0F}' | '\u{E0020}'..='\u{E007F}')
}

/// Inclusive ranges, ascending, of each face.
static RANGES: LazyLock<[Vec<(u32, u32)>; 8]> = LazyLock::new(|| {
    let mut tables: [Vec<(u32, u32)>; 8] = Default::default();
    let mut current = None;
    for line in TABLE.lines() {
        match line.strip_prefix("face ") {
            Some(id) => current = Face::ALL.into_iter().find(|face| face.id() == id),
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
    use std::fmt::Write as _;

    use super::*;

    /// The table as the fonts say it.
    fn of_the_fonts() -> String {
        let mut text = String::new();
        for face in Face::ALL {
            let font = crate::fonts::load(face);
            let mut codes: Vec<u32> = font.charmap().unicodes().map(|(code, _)| code).collect();
            codes.retain(|code| char::from_u32(*code).is_some_and(|c| !is_invisible(c) && !c.is_control()));
            codes.sort_unstable();
            codes.dedup();
            write_ranges(&mut text, face, &codes);
        }
        text
    }

    fn write_ranges(text: &mut String, face: Face, codes: &[u32]) {
        writeln!(text, "face {}", face.id()).unwrap();
        let mut width = 0;
        for run in codes.chunk_by(|a, b| a + 1 == *b) {
            let (first, last) = (run[0], run[run.len() - 1]);
            let word = if first == last { format!("{first:X}") } else { format!("{first:X}-{last:X}") };
            if width + word.len() > 138 {
                text.push('\n');
                width = 0;
            } else if width > 0 {
                text.push(' ');
            }
            width += word.len() + 1;
            text.push_str(&word);
        }
        text.push('\n');
    }

    #[test]
    fn the_coverage_table_says_what_the_fonts_hold() {
        let found = of_the_fonts();
        if std::env::var_os("LETTERING_REGENERATE").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/coverage.txt"), &found).unwrap();
            return;
        }
        assert!(found == TABLE, "fonts/coverage.txt is not what the fonts hold: run with LETTERING_REGENERATE=1");
    }

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
