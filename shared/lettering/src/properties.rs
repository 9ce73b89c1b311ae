//! Properties of any text in any room.

use proptest::prelude::*;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use crate::outline::ROUNDNESS;
use crate::{Bubble, Room, Typesetter};
use bubble_text::{InvalidWords, Words};

const SAMPLES: [&str; 34] = [
    "Hello ",
    "éàü",
    "Việt ",
    "Ωμέγα ",
    "Привет ",
    "漢字",
    "ひらがな",
    "「カタカナ」",
    "。",
    "你好，",
    "們龍",
    "안녕 ",
    "مرحبا ",
    "پنجره ",
    "שלום ",
    "שָׁלוֹם ",
    "नमस्ते ",
    "ที่นี่",
    "😀",
    "👍🏽",
    "👨‍👩‍👧‍👦",
    "🇯🇵",
    "1️⃣",
    "2\u{20E3}",
    "☀\u{FE0E}",
    "o🏽",
    "か\u{309A}",
    "え\u{3099}",
    "وﾞ",
    "ʕ•ᴥ•ʔ ",
    "ᄒᆞᆫ",
    "“你好”",
    "——",
    "\n",
];

/// Mixed scripts, long and short, with and without spaces.
fn mixed() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&SAMPLES[..]), 1..30).prop_map(|parts| parts.concat().graphemes(true).take(140).collect())
}

fn rooms() -> impl Strategy<Value = Room> {
    (96_u32..900, 64_u32..700).prop_map(|(width, height)| Room { width, height })
}

/// Whether no glyph is missing, the body is in the room, and all ink is inside the outline.
fn assert_well_set(typesetter: &Typesetter, bubble: &Bubble, room: Room) {
    assert!(bubble.width <= room.width && bubble.height <= room.height, "{}×{} in {room:?}", bubble.width, bubble.height);
    assert!(!bubble.lines.is_empty() && bubble.size > 0.5, "nothing is set");
    let inside = (bubble.half.0 - bubble.stroke / 2.0, bubble.half.1 - bubble.stroke / 2.0);
    for (line, origin) in &bubble.lines {
        assert!(!line.glyphs.is_empty(), "a line is empty");
        for glyph in &line.glyphs {
            assert_ne!(glyph.id, 0, "a missing glyph in {:?}", glyph.face);
            let Some(ink) = crate::shape::ink(typesetter.fonts(), glyph) else { continue };
            for (x, y) in [(ink.left, ink.top), (ink.right, ink.top), (ink.left, ink.bottom), (ink.right, ink.bottom)] {
                let at = ((origin.0 + x) * bubble.size / inside.0, (origin.1 - y) * bubble.size / inside.1);
                assert!(at.0.abs().powf(ROUNDNESS) + at.1.abs().powf(ROUNDNESS) < 1.0, "ink is outside at {at:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string_is_words_or_a_reason(text in any::<String>()) {
        match Words::parse(&text) {
            Ok(words) => {
                prop_assert_eq!(Words::parse(words.as_str()), Ok(words.clone()));
                let room = Room { width: 200, height: 120 };
                let mut typesetter = Typesetter::new();
                let bubble = typesetter.set(&words, room);
                assert_well_set(&typesetter, &bubble, room);
            }
            Err(reason) => prop_assert!(!reason.to_string().is_empty()),
        }
    }

    #[test]
    fn any_words_fit_any_room(text in mixed(), room in rooms()) {
        prop_assume!(Words::parse(&text).is_ok());
        let words = Words::parse(&text).unwrap();
        let mut typesetter = Typesetter::new();
        let bubble = typesetter.set(&words, room);
        assert_well_set(&typesetter, &bubble, room);
    }

    #[test]
    fn words_that_are_parsed_stay_what_they_are(text in "[a-z\u{300}-\u{305}\u{200B}-\u{200F}\u{202A}-\u{202E}\u{FE00}-\u{FE0F}\u{1F468}-\u{1F469}\u{627}-\u{62A}\u{1F3FB}-\u{1F3FF}0-9\u{20E3} \r\n]{0,40}") {
        if let Ok(words) = Words::parse(&text) {
            prop_assert_eq!(Words::parse(words.as_str()), Ok(words.clone()));
            let turns = |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\r');
            prop_assert!(!words.as_str().contains(turns));
        }
    }
}

#[test]
fn every_character_that_is_held_can_be_written_and_drawn() {
    let mut typesetter = Typesetter::new();
    let room = Room { width: 1600, height: 1000 };
    let drawable = |code: &u32| char::from_u32(*code).is_some_and(|c| Words::parse(c.encode_utf8(&mut [0; 4])).is_ok());
    let all: Vec<char> = (0x21..0x30000_u32).filter(drawable).filter_map(char::from_u32).collect();
    assert!(all.len() > 24_000, "{} characters", all.len());
    // A mark or a skin tone would attach to the letter before it: each is set alone. Han and Korean glyphs are alike: every eleventh suffices.
    let (marks, letters): (Vec<char>, Vec<char>) =
        all.into_iter().partition(|c| is_combining_mark(*c) || matches!(c, '\u{1F3FB}'..='\u{1F3FF}'));
    let is_picked = |c: &char| !('\u{3400}'..='\u{D7A3}').contains(c) || u32::from(*c) % 11 == 0;
    let picked: Vec<char> = letters.into_iter().filter(is_picked).collect();
    let spaced = picked.chunks(70).map(|chunk| chunk.iter().flat_map(|c| [*c, ' ']).collect::<String>());
    for text in spaced.chain(marks.iter().map(|mark| mark.to_string())) {
        let words = Words::parse(&text).unwrap();
        let bubble = typesetter.set(&words, room);
        assert_well_set(&typesetter, &bubble, room);
    }
}

#[test]
fn a_sequence_of_emoji_is_one_picture() {
    let mut typesetter = Typesetter::new();
    for text in ["👨‍👩‍👧‍👦", "👍🏿", "🇯🇵", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "❤️", "👩🏽‍🚀", "🏳️‍🌈", "👩‍❤️‍💋‍👨", "#️⃣", "🧑🏻‍🤝‍🧑🏿", "🐈‍⬛"]
    {
        let bubble = typesetter.set(&Words::parse(text).unwrap(), Room { width: 200, height: 200 });
        let glyphs: usize = bubble.lines.iter().map(|(line, _)| line.glyphs.len()).sum();
        assert_eq!(glyphs, 1, "{text} fell apart");
    }
}

#[test]
fn a_sequence_that_no_font_has_is_drawn_in_parts() {
    let mut typesetter = Typesetter::new();
    let room = Room { width: 200, height: 100 };
    for (text, parts) in [("👩‍🍕", 2), ("🇽🇽", 2), ("🍕🏽", 2)] {
        let bubble = typesetter.set(&Words::parse(text).unwrap(), room);
        assert_well_set(&typesetter, &bubble, room);
        assert_eq!(bubble.lines.iter().map(|(line, _)| line.glyphs.len()).sum::<usize>(), parts, "{text}");
    }
}

#[test]
fn the_heaviest_words_are_still_set_and_drawn() {
    let mut typesetter = Typesetter::new();
    let room = Room { width: 96, height: 64 };
    let texts =
        ["龘".repeat(140), "👨‍👩‍👧‍👦".repeat(140), "W".repeat(140), "e\u{323}\u{302}\u{301}\u{330}".repeat(140), "ﷺ".repeat(2), "ि".repeat(4)];
    for text in texts {
        match Words::parse(&text) {
            Ok(words) => {
                let bubble = typesetter.set(&words, room);
                assert_well_set(&typesetter, &bubble, room);
            }
            Err(reason) => assert!(matches!(reason, InvalidWords::Undrawable { .. } | InvalidWords::Crowded { .. }), "{reason}"),
        }
    }
}

#[test]
fn arabic_letters_join_where_a_long_word_is_broken() {
    let mut typesetter = Typesetter::new();
    let words = Words::parse(&"ب".repeat(60)).unwrap();
    let bubble = typesetter.set(&words, Room { width: 300, height: 200 });
    assert!(bubble.lines.len() > 1);
    // The first, the middle and the last form, and the dot: never the isolated form.
    let ids: std::collections::BTreeSet<u32> = bubble.lines.iter().flat_map(|(line, _)| line.glyphs.iter().map(|glyph| glyph.id)).collect();
    assert!(ids.len() <= 4, "{ids:?}");
}

#[test]
fn a_room_smaller_than_any_sense_is_still_kept() {
    let mut typesetter = Typesetter::new();
    let words = Words::parse("Hello there").unwrap();
    for (width, height) in [(0, 0), (1, 1), (8, 8), (16, 300), (300, 16)] {
        let bubble = typesetter.set(&words, Room { width, height });
        assert!(bubble.width <= width.max(8) && bubble.height <= height.max(8), "{}×{} in {width}×{height}", bubble.width, bubble.height);
    }
}

#[test]
fn a_typesetter_and_its_bubbles_can_go_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Typesetter>();
    is_send::<Bubble>();
}
