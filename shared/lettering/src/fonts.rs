//! The fonts themselves. Only what sets type refers to them, so that a program that merely checks words does not contain them.

use std::cell::OnceCell;

use harfrust::font::{Blob, Font};

use crate::coverage::Face;

static ROUNDED: &[u8] = include_bytes!("../fonts/rounded.ttf");
static WESTERN: &[u8] = include_bytes!("../fonts/western.ttf");
static CJK: &[u8] = include_bytes!("../fonts/cjk.otf");
static ARABIC: &[u8] = include_bytes!("../fonts/arabic.ttf");
static HEBREW: &[u8] = include_bytes!("../fonts/hebrew.ttf");
static DEVANAGARI: &[u8] = include_bytes!("../fonts/devanagari.ttf");
static THAI: &[u8] = include_bytes!("../fonts/thai.ttf");
static EMOJI: &[u8] = include_bytes!("../fonts/emoji.ttf");

/// The fonts, each parsed when it is first needed.
#[derive(Default)]
pub(crate) struct Fonts([OnceCell<Option<Font>>; 8]);

impl Fonts {
    /// One of them; `None` only if its file were broken, which a test rules out.
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
        Face::Emoji => EMOJI,
    }
}

fn open(face: Face) -> Option<Font> {
    Font::new(Blob::Static(bytes(face)), 0)
}

#[cfg(test)]
pub(crate) fn load(face: Face) -> Font {
    open(face).unwrap()
}

/// How much a face is enlarged so that its letters look as large as the others', relative to its em.
pub(crate) const fn scale(face: Face) -> f32 {
    match face {
        Face::Rounded | Face::Hebrew | Face::Cjk => 1.0,
        Face::Western => 0.98,
        Face::Arabic => 1.14,
        Face::Devanagari | Face::Thai => 1.06,
        Face::Emoji => 1.1,
    }
}
