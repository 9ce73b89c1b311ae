//! Bubbles compared with reviewed pictures. `LETTERING_REGENERATE=1` draws them anew; look at them before you keep them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use bubble_text::Words;
use lettering::{Room, Typesetter};

const CASES: [(&str, &str); 11] = [
    ("latin", "Hôm nay trời đẹp! Καλημέρα, Привет…"),
    ("japanese", "今日はとてもいい天気ですね。散歩に行きませんか？"),
    ("chinese", "你好，世界！今天天气真好，我们一起去公园玩吧。"),
    ("korean", "안녕하세요! 오늘 날씨가 정말 좋네요."),
    ("arabic", "مرحبا John! لديك 3 رسائل"),
    ("hebrew", "שלום עולם, מה שלומך?"),
    ("emoji", "I ❤️ you 👍🏽👨‍👩‍👧‍👦🇯🇵"),
    ("sequences", "1\u{20E3} 👩\u{200D}❤\u{200D}👩 ☀\u{FE0E}☀\u{FE0F} か\u{309A}え\u{3099} o🏽"),
    ("kaomoji", "(╯°□°)╯︵ ┻━┻ ಠ_ಠ ʕ•ᴥ•ʔ ✓✗➜"),
    ("thai-hindi", "สวัสดีครับ नमस्ते दुनिया"),
    ("long-word", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"),
];

const SIZE: (u32, u32) = (260, 210);
const GROUND: [u8; 4] = [0xA8, 0xC8, 0xE0, 0xFF];
/// Pixels of the squares over which a difference is averaged: edges may move by a hair, shapes may not.
const SQUARE: u32 = 10;
/// The most that the mean of a square, and of the whole picture, may differ, of 255.
const WORST_SQUARE: f32 = 24.0;
const WORST_MEAN: f32 = 1.5;

fn draw(text: &str) -> Vec<u8> {
    let mut typesetter = Typesetter::new();
    let bubble = typesetter.set(&Words::parse(text).unwrap(), Room { width: 240, height: 150 });
    let mut canvas = GROUND.repeat((SIZE.0 * SIZE.1) as usize);
    bubble.draw(&mut typesetter, &mut canvas, SIZE, (10.0, 8.0), (200.0, 200.0));
    canvas
}

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.png"))
}

/// The mean difference of each square of two pictures.
fn squares(one: &[u8], other: &[u8]) -> Vec<f32> {
    let difference = |x: u32, y: u32| {
        let at = ((y * SIZE.0 + x) * 4) as usize;
        (0..3).map(|channel| f32::from(one[at + channel].abs_diff(other[at + channel]))).sum::<f32>() / 3.0
    };
    let square = |(left, top): (u32, u32)| {
        let pixels = (top..top + SQUARE).flat_map(|y| (left..left + SQUARE).map(move |x| (x, y)));
        pixels.map(|(x, y)| difference(x, y)).sum::<f32>() / (SQUARE * SQUARE) as f32
    };
    let corners = (0..SIZE.1 / SQUARE).flat_map(|row| (0..SIZE.0 / SQUARE).map(move |column| (column * SQUARE, row * SQUARE)));
    corners.map(square).collect()
}

#[test]
fn bubbles_look_as_they_did() {
    for (name, text) in CASES {
        let drawn = draw(text);
        if std::env::var_os("LETTERING_REGENERATE").is_some() {
            image::save_buffer(golden(name), &drawn, SIZE.0, SIZE.1, image::ColorType::Rgba8).unwrap();
        }
        let before = image::open(golden(name)).unwrap().into_rgba8();
        assert_eq!(before.dimensions(), SIZE);
        let squares = squares(&drawn, before.as_raw());
        let worst = squares.iter().copied().fold(0.0, f32::max);
        let mean = squares.iter().sum::<f32>() / squares.len() as f32;
        assert!(worst <= WORST_SQUARE && mean <= WORST_MEAN, "{name} is not what it was: {worst:.1} in a square, {mean:.2} on the whole");
    }
}

#[test]
fn the_same_words_in_the_same_room_are_the_same_pixels() {
    for (_, text) in CASES {
        assert!(draw(text) == draw(text));
    }
}

/// A canvas with a bubble in it, and whether each pixel was touched.
fn touched(at: (f32, f32), tip: (f32, f32), size: (u32, u32)) -> (Vec<bool>, (u32, u32)) {
    let mut typesetter = Typesetter::new();
    let bubble = typesetter.set(&Words::parse("Hello, you!").unwrap(), Room { width: 200, height: 120 });
    let mut canvas = vec![0; (size.0 * size.1 * 4) as usize];
    bubble.draw(&mut typesetter, &mut canvas, size, at, tip);
    (canvas.chunks_exact(4).map(|pixel| pixel[3] > 0).collect(), (bubble.width, bubble.height))
}

#[test]
fn a_body_is_drawn_where_it_is_said_to_be() {
    let (touched, (width, height)) = touched((30.0, 20.0), (60.0, 60.0), (300, 200));
    let marks = touched.iter().enumerate().filter(|(_, is)| **is).map(|(at, _)| (at as u32 % 300, at as u32 / 300));
    let marks: Vec<(u32, u32)> = marks.collect();
    assert!(marks.iter().all(|(x, y)| (30..30 + width).contains(x) && (20..20 + height).contains(y)));
    assert!(marks.iter().any(|(x, _)| *x <= 32) && marks.iter().any(|(_, y)| *y <= 22), "the body does not reach its edges");
}

#[test]
fn a_tail_reaches_its_tip() {
    for tip in [(250.0, 190.0), (5.0, 190.0), (150.0, 195.0), (290.0, 30.0), (4.0, 4.0)] {
        let (touched, _) = touched((40.0, 20.0), tip, (300, 200));
        let near = |(x, y): (f32, f32)| (-3..=3).any(|dy| (-3..=3).any(|dx| touched[((y as i32 + dy) * 300 + x as i32 + dx) as usize]));
        assert!(near(tip), "nothing near {tip:?}");
    }
}

#[test]
fn what_is_outside_the_canvas_is_left_out() {
    for (at, tip) in [
        ((-150.0, -90.0), (10.0, 10.0)),
        ((250.0, 150.0), (-900.0, 9000.0)),
        ((f32::NAN, 0.0), (0.0, 0.0)),
        ((0.0, 0.0), (f32::INFINITY, 1e9)),
    ] {
        touched(at, tip, (300, 200));
    }
    let mut typesetter = Typesetter::new();
    let bubble = typesetter.set(&Words::parse("x").unwrap(), Room { width: 200, height: 120 });
    let mut canvas = vec![7; 100];
    bubble.draw(&mut typesetter, &mut canvas, (300, 200), (0.0, 0.0), (5.0, 5.0));
    assert_eq!(canvas, vec![7; 100]);
}
