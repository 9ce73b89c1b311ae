//! Whatever is accepted leaves ink.

use bubble_text::Words;
use harfrust::GlyphId;
use proptest::prelude::*;
use read_fonts::TableProvider;
use read_fonts::tables::gsub::{LigatureSubst, SubstitutionSubtables};
use tiny_skia::Pixmap;

use crate::fonts::{self, Fonts};
use crate::ink::{self, Placed};
use crate::shape::{self, Glyph, Paragraph};
use bubble_text::Face;

const TONES: [char; 5] = ['\u{1F3FB}', '\u{1F3FC}', '\u{1F3FD}', '\u{1F3FE}', '\u{1F3FF}'];
const SELECTORS: [char; 2] = ['\u{FE0E}', '\u{FE0F}'];

/// Every character that is accepted by itself; of Han and Korean, whose glyphs are alike, every eleventh.
fn characters() -> impl Iterator<Item = char> {
    let is_picked = |c: &char| !matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{20000}'..) || u32::from(*c) % 11 == 0;
    ('\0'..=char::MAX).filter(is_picked).filter(|c| Words::parse(c.encode_utf8(&mut [0; 4])).is_ok())
}

fn glyphs(fonts: &Fonts, words: &Words) -> Vec<Glyph> {
    let paragraphs = Paragraph::all(words.as_str());
    paragraphs.iter().flat_map(|paragraph| paragraph.line(fonts, 0..paragraph.len()).glyphs).collect()
}

/// Whether a glyph colours at least one pixel.
fn is_inked(fonts: &Fonts, glyph: &Glyph) -> bool {
    let Some(place) = shape::ink(fonts, glyph) else { return false };
    let size = 24.0;
    let mut canvas = Pixmap::new(96, 96).unwrap();
    let origin = (48.0 - (place.left + place.right) / 2.0 * size, 48.0 + (place.top + place.bottom) / 2.0 * size);
    ink::draw(&mut canvas.as_mut(), &Placed { fonts, origin, size }, glyph);
    canvas.pixels().iter().any(|pixel| pixel.alpha() > 0)
}

/// The parts of a text, between its spaces, that leave no ink, or of which a glyph is missing.
fn blanks(fonts: &Fonts, text: &str) -> Vec<String> {
    let words = Words::parse(text).unwrap();
    let mut blanks = Vec::new();
    for paragraph in Paragraph::all(words.as_str()) {
        let glyphs = paragraph.line(fonts, 0..paragraph.len()).glyphs;
        let mut starts: Vec<usize> = glyphs.iter().map(|glyph| glyph.cluster).chain([0, paragraph.text().len()]).collect();
        starts.sort_unstable();
        starts.dedup();
        for range in starts.windows(2) {
            let part = &paragraph.text()[range[0]..range[1]];
            let mut of_part = glyphs.iter().filter(|glyph| glyph.cluster == range[0]);
            let is_space = part.chars().all(char::is_whitespace);
            let is_missing = of_part.clone().any(|glyph| glyph.id == 0);
            if is_missing || !(is_space || of_part.any(|glyph| is_inked(fonts, glyph))) {
                blanks.push(part.escape_unicode().to_string());
            }
        }
    }
    blanks
}

fn assert_inked<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> usize {
    let fonts = Fonts::default();
    let mut count = 0;
    for text in texts {
        let blanks = blanks(&fonts, text.as_ref());
        assert!(blanks.is_empty(), "{:?}: {blanks:?}", text.as_ref());
        count += 1;
    }
    count
}

/// Texts that are accepted, of those given.
fn accepted(texts: impl IntoIterator<Item = String>) -> impl Iterator<Item = String> {
    texts.into_iter().filter(|text| Words::parse(text).is_ok())
}

#[test]
fn every_character_that_is_accepted_leaves_ink() {
    let count = assert_inked(characters().map(|c| c.to_string()));
    assert!(count > 15_000, "{count} characters");
}

#[test]
fn every_character_with_a_selector_or_a_key_leaves_ink() {
    let with = |c: char| SELECTORS.map(|selector| format!("{c}{selector}")).into_iter().chain([format!("{c}\u{20E3}")]);
    assert_inked(accepted(characters().flat_map(with)));
    let keys =
        ('0'..='9').chain(['#', '*']).flat_map(|c| ["\u{20E3}", "\u{FE0E}\u{20E3}", "\u{FE0F}\u{20E3}"].map(|rest| format!("{c}{rest}")));
    assert_eq!(assert_inked(keys), 36);
}

#[test]
fn a_picture_with_a_tone_and_a_tone_alone_leave_ink() {
    let pictures: Vec<char> = characters().filter(|c| Face::Emoji.holds(*c)).collect();
    let toned = pictures.iter().flat_map(|picture| TONES.map(|tone| format!("{picture}{tone}")));
    assert_inked(toned.chain(TONES.map(String::from)));
    assert_inked(TONES.map(|tone| format!("o{tone} {tone}\n{tone}か{tone}")));
}

#[test]
fn every_pair_of_regional_indicators_and_one_alone_leave_ink() {
    let letters = || '\u{1F1E6}'..='\u{1F1FF}';
    assert_inked(letters().flat_map(|one| letters().map(move |other| format!("{one}{other}"))).chain(letters().map(String::from)));
}

#[test]
fn every_mark_leaves_ink_on_every_kind_of_letter() {
    let marks: Vec<char> = characters().filter(|c| unicode_normalization::char::is_combining_mark(*c)).collect();
    let on = |mark: &char| {
        ["", "x", "か", "漢", "가", "ب", "ש", "न", "ท", "ಠ", "◕", "❤", "😀", "1", " "].map(|letter| format!("{letter}{mark}"))
    };
    assert_inked(accepted(marks.iter().flat_map(on)));
}

/// The sequences that the emoji font has pictures of.
fn sequences() -> Vec<String> {
    let font = read_fonts::FontRef::new(include_bytes!("../fonts/emoji.ttf")).unwrap();
    let characters: std::collections::HashMap<GlyphId, char> =
        fonts::load(Face::Emoji).charmap().unicodes().filter_map(|(code, glyph)| Some((glyph, char::from_u32(code)?))).collect();
    let mut sequences = Vec::new();
    for lookup in font.gsub().unwrap().lookup_list().unwrap().lookups().iter() {
        let SubstitutionSubtables::Ligature(tables) = lookup.unwrap().subtables().unwrap() else { continue };
        for table in tables.iter() {
            let LigatureSubst::Format1(table) = table.unwrap() else { continue };
            for (first, set) in table.coverage().unwrap().iter().zip(table.ligature_sets().iter()) {
                for ligature in set.unwrap().ligatures().iter() {
                    let rest = ligature.unwrap().component_glyph_ids().iter().map(|id| GlyphId::from(id.get())).collect::<Vec<_>>();
                    sequences.push([first].into_iter().chain(rest).map(|id| characters[&id]).collect());
                }
            }
        }
    }
    sequences
}

/// One with each selector left out, one with all left out, one with a selector wherever there may be one.
fn spellings(sequence: &str) -> Vec<String> {
    let selectors = sequence.char_indices().filter(|(_, c)| *c == '\u{FE0F}').map(|(at, c)| at..at + c.len_utf8());
    let mut spellings: Vec<String> = selectors.map(|range| [&sequence[..range.start], &sequence[range.end..]].concat()).collect();
    let bare = sequence.replace('\u{FE0F}', "");
    let is_tagged = sequence.starts_with('🏴') && !sequence.contains('\u{200D}');
    if !is_tagged {
        spellings.push(
            bare.split('\u{200D}')
                .map(|part| part.chars().flat_map(|c| [c, '\u{FE0F}']).collect::<String>())
                .collect::<Vec<_>>()
                .join("\u{200D}"),
        );
    }
    spellings.push(bare);
    spellings
}

#[test]
fn every_spelling_of_a_sequence_is_the_one_picture_that_the_font_has() {
    let fonts = Fonts::default();
    let sequences: Vec<String> =
        sequences().into_iter().filter(|sequence| !sequence.starts_with(|c| ('\u{1F1E6}'..='\u{1F1FF}').contains(&c))).collect();
    assert!(sequences.len() > 1_500, "{}", sequences.len());
    let mut torn = Vec::new();
    for sequence in &sequences {
        for spelling in spellings(sequence).iter().chain([sequence]) {
            let words = Words::parse(spelling).unwrap();
            let glyphs = glyphs(&fonts, &words);
            if words != Words::parse(sequence).unwrap() || glyphs.len() != 1 || !is_inked(&fonts, &glyphs[0]) {
                torn.push(format!("{} → {} in {}", spelling.escape_unicode(), words.as_str().escape_unicode(), glyphs.len()));
            }
        }
    }
    assert!(torn.is_empty(), "{} torn: {:#?}", torn.len(), &torn[..torn.len().min(20)]);
}

#[test]
fn a_text_selector_shows_the_text_form() {
    let fonts = Fonts::default();
    for (text, face) in
        [("❤\u{FE0E}", Face::Outline), ("😐\u{FE0E}", Face::Outline), ("©\u{FE0E}", Face::Rounded), ("1\u{FE0E}", Face::Rounded)]
    {
        assert_eq!(glyphs(&fonts, &Words::parse(text).unwrap())[0].face, face, "{text}");
    }
    // Unicode lists 371 characters that have both forms.
    let has_both = |c: &char| {
        let form = |selector: char| glyphs(&fonts, &Words::parse(&format!("{c}{selector}")).unwrap())[0].face;
        form('\u{FE0E}') != Face::Emoji && (matches!(c, '0'..='9' | '#' | '*') || form('\u{FE0F}') == Face::Emoji)
    };
    assert_eq!(characters().filter(has_both).count(), 371);
    for text in ["❤", "❤\u{FE0F}", "©\u{FE0F}", "1\u{FE0F}\u{20E3}"] {
        assert_eq!(glyphs(&fonts, &Words::parse(text).unwrap())[0].face, Face::Emoji, "{text}");
    }
}

#[test]
fn faces_made_of_characters_leave_ink() {
    let faces = include_str!("../tests/kaomoji.txt");
    let refused: Vec<String> =
        faces.lines().filter_map(|face| Words::parse(face).err().map(|refusal| format!("{face}: {refusal}"))).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    assert_inked(faces.lines());
}

#[test]
fn names_and_voiced_kana_leave_ink() {
    assert_inked([
        "髙﨑𠮷濵邊邉齋齊栁濱槗𣘺𡈽塚",
        "喆堃婠䶮龑赟燊翀玥珺琚頔",
        "姸卨乭炅鎬喆熺姃",
        "か\u{309A}き\u{309A}ト\u{309A} え\u{3099}あ\u{3099}ん\u{3099} \u{3099} \u{309A}",
        "ｶﾞﾊﾟ ﾞ ﾟ あﾞ aﾞ وﾞ",
        "え゛ あ゜",
        "\u{1112}\u{119E}\u{11AB}\u{1100}\u{1161}\u{11A8} \u{1100} \u{1161} \u{11A8} ㅋㅋㅠ ﾡﾢￂ",
        "✓ ✗ ➜ ┌─┬╴│║╔═╗",
        "abc שלום 123 مرحبا (def) 漢字",
    ]);
}

/// Characters that change what is beside them, and some of every kind that they change.
const PIECES: [&str; 56] = [
    "\u{FE0E}",
    "\u{FE0F}",
    "\u{200D}",
    "\u{200C}",
    "\u{20E3}",
    "\u{301}",
    "\u{3099}",
    "\u{309A}",
    "\u{FF9E}",
    "\u{E34}",
    "\u{64E}",
    "\u{93F}",
    "\u{5B8}",
    "\u{1F3FB}",
    "\u{1F3FF}",
    "\u{1F1EF}",
    "\u{1F1F5}",
    "\u{E0067}",
    "\u{E007F}",
    "\u{AD}",
    "\u{A0}",
    "\u{200B}",
    "\u{202E}",
    "\u{E0100}",
    "\u{1100}",
    "\u{1161}",
    "\u{11A8}",
    "\u{119E}",
    "가",
    "ㅋ",
    "1",
    "#",
    "©",
    "‼",
    "❤",
    "☀",
    "👩",
    "👨",
    "🏴",
    "🏳",
    "⚧",
    "🌈",
    "🔥",
    "a",
    "か",
    "漢",
    "ب",
    "ש",
    "न",
    "\u{94D}",
    "ท",
    "ಠ",
    "◕",
    "“",
    "—",
    " ",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_that_is_accepted_leaves_ink_and_is_its_own_form(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 1..12)) {
        if let Ok(words) = Words::parse(&pieces.concat()) {
            prop_assert_eq!(Words::parse(words.as_str()), Ok(words.clone()));
            let blanks = blanks(&Fonts::default(), words.as_str());
            prop_assert!(blanks.is_empty(), "{:?}", blanks);
        }
    }
}
