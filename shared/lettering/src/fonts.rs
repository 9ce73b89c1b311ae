//! The font files. Only typesetting refers to them, so that a program that merely checks words does not contain them.

use std::cell::OnceCell;

use harfrust::font::{Blob, Font};

use bubble_text::Face;

static ROUNDED: &[u8] = include_bytes!("../fonts/rounded.ttf");
static WESTERN: &[u8] = include_bytes!("../fonts/western.ttf");
static CJK: &[u8] = include_bytes!("../fonts/cjk.otf");
static ARABIC: &[u8] = include_bytes!("../fonts/arabic.ttf");
static HEBREW: &[u8] = include_bytes!("../fonts/hebrew.ttf");
static DEVANAGARI: &[u8] = include_bytes!("../fonts/devanagari.ttf");
static THAI: &[u8] = include_bytes!("../fonts/thai.ttf");
static BORROWED: &[u8] = include_bytes!("../fonts/borrowed.ttf");
static EMOJI: &[u8] = include_bytes!("../fonts/emoji.ttf");
static OUTLINE: &[u8] = include_bytes!("../fonts/outline.ttf");

/// The fonts, each parsed when it is first needed.
#[derive(Default)]
pub(crate) struct Fonts([OnceCell<Option<Font>>; Face::ALL.len()]);

impl Fonts {
    /// `None` only if its file were broken, which a test rules out.
    pub(crate) fn get(&self, face: Face) -> Option<&Font> {
        self.0[face as usize].get_or_init(|| open(face)).as_ref()
    }
}

const fn bytes(face: Face) -> &'static [u8] {
    match face {
        Face::Rounded => ROUNDED,
        Face::Western => WESTERN,
        Face::Cjk => CJK,
        Face::Arabic => ARABIC,
        Face::Hebrew => HEBREW,
        Face::Devanagari => DEVANAGARI,
        Face::Thai => THAI,
        Face::Borrowed => BORROWED,
        Face::Emoji => EMOJI,
        Face::Outline => OUTLINE,
    }
}

fn open(face: Face) -> Option<Font> {
    Font::new(Blob::Static(bytes(face)), 0)
}

#[cfg(test)]
pub(crate) fn load(face: Face) -> Font {
    open(face).unwrap()
}

/// The factor by which a face is enlarged so that its letters look as large as those of the others, relative to its em.
pub(crate) const fn scale(face: Face) -> f32 {
    match face {
        Face::Rounded | Face::Hebrew | Face::Cjk | Face::Borrowed => 1.0,
        Face::Western => 0.98,
        Face::Arabic => 1.14,
        Face::Devanagari | Face::Thai => 1.06,
        Face::Emoji => 1.1,
        Face::Outline => 0.9,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use harfrust::GlyphId;

    use super::*;
    use crate::shape;

    /// The table derived from the fonts.
    fn of_the_fonts() -> String {
        let mut text = String::new();
        for face in Face::ALL {
            let font = load(*face);
            let mut codes: Vec<u32> =
                font.charmap().unicodes().filter(|(code, glyph)| is_shown(&font, *code, *glyph)).map(|(code, _)| code).collect();
            codes.sort_unstable();
            codes.dedup();
            write_ranges(&mut text, *face, &codes);
        }
        text
    }

    /// Whether a character is a space, or leaves ink and means the same to everybody.
    fn is_shown(font: &Font, code: u32, glyph: GlyphId) -> bool {
        let is_private = |c| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..);
        char::from_u32(code).is_some_and(|c| !is_private(c) && (c.is_whitespace() || shape::extents(font, glyph).is_some()))
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
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../bubble-text/coverage.txt"), &found).unwrap();
            return;
        }
        assert!(
            found == include_str!("../../bubble-text/coverage.txt"),
            "coverage.txt is not what the fonts hold: run with LETTERING_REGENERATE=1"
        );
    }
}
