//! Any text in any room: refused with a reason that shows at most one character of it, or a bubble that stays within its room, with all its ink, and
//! is the same every time.
#![no_main]

use fuzz::memory;
use lettering::{Room, Typesetter};
use bubble_text::{InvalidWords, Words};
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;

/// The memory for the fonts, the longest text and a canvas of [`LARGEST`]² pixels
const MEMORY: usize = 64 << 20;

/// The largest side of a room, in pixels
const LARGEST: u16 = 640;

/// Pixels around the room that must stay empty
const MARGIN: u32 = 8;

#[derive(Debug)]
struct Input<'a> {
    room: Room,
    /// The end of the tail, from the middle of the canvas; numbers of any kind
    tip: (f32, f32),
    text: std::borrow::Cow<'a, str>,
}

impl<'a> Arbitrary<'a> for Input<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let side = |input: &mut Unstructured<'a>| Ok(u32::from(u16::arbitrary(input)? % LARGEST));
        let far = |input: &mut Unstructured<'a>| Ok(f32::from_bits(u32::from(u16::arbitrary(input)?) << 16));
        let room = Room { width: side(input)?, height: side(input)? };
        let tip = (far(input)?, far(input)?);
        let length = input.len();
        Ok(Self { room, tip, text: String::from_utf8_lossy(input.bytes(length)?) })
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (8, None)
    }
}

thread_local! {
    static TYPESETTER: RefCell<Typesetter> = RefCell::new(Typesetter::new());
}

fn check_refusal(refusal: &InvalidWords, text: &str) {
    let sentence = refusal.to_string();
    assert!(!sentence.is_empty() && sentence.len() < 200 && sentence.chars().all(|c| !c.is_control()), "{sentence:?}");
    let long = text.trim().chars().count() > 12;
    assert!(!long || !sentence.contains(text.trim()), "the sentence holds the text");
}

/// A canvas around the room, with the bubble in the room's upper left corner
fn drawn(input: &Input, words: &Words, typesetter: &mut Typesetter, tip: impl Fn((f32, f32)) -> (f32, f32)) -> (Vec<u8>, (u32, u32)) {
    let bubble = typesetter.set(words, input.room);
    assert!(bubble.width <= input.room.width.max(8) && bubble.height <= input.room.height.max(8), "larger than the room");
    let size = (input.room.width + 2 * MARGIN, input.room.height + 2 * MARGIN);
    let mut canvas = vec![0; 4 * size.0 as usize * size.1 as usize];
    let at = (MARGIN as f32, MARGIN as f32);
    let middle = (at.0 + bubble.width as f32 / 2.0, at.1 + bubble.height as f32 / 2.0);
    bubble.draw(typesetter, &mut canvas, size, at, tip(middle));
    (canvas, (bubble.width, bubble.height))
}

/// Checks that ink stays in its area, and that no colour exceeds its alpha
fn check_ink(canvas: &[u8], across: u32, (width, height): (u32, u32)) {
    for (at, pixel) in canvas.chunks_exact(4).enumerate() {
        assert!(pixel[..3].iter().all(|channel| *channel <= pixel[3]), "premultiplied");
        let (x, y) = (at as u32 % across, at as u32 / across);
        let inside = (MARGIN..MARGIN + width.max(8)).contains(&x) && (MARGIN..MARGIN + height.max(8)).contains(&y);
        assert!(inside || pixel[3] == 0, "ink outside the body at {x}, {y}");
    }
}

fuzz_target!(|input: Input| {
    let words = match memory::within(MEMORY, || Words::parse(&input.text)) {
        Ok(words) => words,
        Err(refusal) => return check_refusal(&refusal, &input.text),
    };
    assert_eq!(Words::parse(words.as_str()).as_ref(), Ok(&words), "the canonical form is its own");
    memory::within(MEMORY, || {
        let across = input.room.width + 2 * MARGIN;
        let first = TYPESETTER.with_borrow_mut(|typesetter| drawn(&input, &words, typesetter, |middle| middle));
        check_ink(&first.0, across, first.1);
        let large = input.room.width >= 96 && input.room.height >= 64;
        let dark = |pixel: &[u8]| pixel[3] == 255 && pixel[0] < 128;
        assert!(!large || first.0.chunks_exact(4).any(dark), "nothing is written");
        assert!(first == drawn(&input, &words, &mut Typesetter::new(), |middle| middle), "the same every time");
        // A tail in any direction only has to be drawn.
        TYPESETTER.with_borrow_mut(|typesetter| drawn(&input, &words, typesetter, |(x, y)| (x + input.tip.0, y + input.tip.1)));
    });
});
