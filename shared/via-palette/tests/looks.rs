//! What a drawing looks like: of the fixture, which is a portrait, and of pictures nobody meant to be drawn.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::sync::LazyLock;

use image::{Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;
use via_palette::{SIDE, Style, draw};

static SELFIE: LazyLock<RgbImage> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testkit/fixtures/selfie.jpg");
    image::open(path).unwrap().to_rgb8()
});
static ANIME: LazyLock<RgbaImage> = LazyLock::new(|| draw(&SELFIE, Style::SoftAnime, 7));
static MANGA: LazyLock<RgbaImage> = LazyLock::new(|| draw(&SELFIE, Style::InkManga, 7));

/// Lightness of a pixel, 0..255.
fn luma(pixel: &Rgba<u8>) -> f64 {
    let [r, g, b, _] = pixel.0.map(f64::from);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// The mean difference between horizontal neighbours among the pixels that `chosen` accepts.
fn unrest(drawing: &RgbaImage, chosen: impl Fn(u32, u32, &Rgba<u8>) -> bool) -> f64 {
    let pairs: Vec<f64> = drawing
        .enumerate_pixels()
        .filter(|(x, y, pixel)| x + 1 < SIDE && chosen(*x, *y, pixel))
        .map(|(x, y, pixel)| (luma(pixel) - luma(drawing.get_pixel(x + 1, y))).abs())
        .collect();
    pairs.iter().sum::<f64>() / pairs.len() as f64
}

/// The mean difference of colours between two drawings among the pixels of the ground.
fn difference(one: &RgbaImage, other: &RgbaImage) -> f64 {
    let pairs: Vec<f64> = one
        .pixels()
        .zip(other.pixels())
        .filter(|(a, _)| a.0[3] == 0)
        .map(|(a, b)| (0..3).map(|i| f64::from(a.0[i].abs_diff(b.0[i]))).sum::<f64>() / 3.0)
        .collect();
    pairs.iter().sum::<f64>() / pairs.len() as f64
}

/// A drawing is of the right size and has something to cut out.
fn assert_whole(drawing: &RgbaImage) {
    assert_eq!(drawing.dimensions(), (SIDE, SIDE));
    assert!(drawing.pixels().any(|pixel| pixel.0[3] > 250));
}

#[test]
fn the_same_seed_draws_the_same_bytes_and_another_seed_another_backdrop() {
    for (style, first) in [(Style::SoftAnime, &ANIME), (Style::InkManga, &MANGA)] {
        let again = draw(&SELFIE, style, 7);
        assert!(again == **first, "{style:?}");
        let other = draw(&SELFIE, style, 8);
        assert!(difference(first, &other) > 8.0, "{style:?}");
    }
}

#[test]
fn the_matte_holds_the_person_and_leaves_the_wall() {
    for drawing in [&*ANIME, &*MANGA] {
        assert_whole(drawing);
        for (x, y) in [(500, 360), (440, 290), (560, 290), (520, 90), (500, 950)] {
            assert_eq!(drawing.get_pixel(x, y).0[3], 255, "subject at {x}, {y}");
        }
        for (x, y) in [(8, 8), (1015, 8), (60, 300), (960, 300), (30, 520)] {
            assert_eq!(drawing.get_pixel(x, y).0[3], 0, "ground at {x}, {y}");
        }
    }
}

#[test]
fn the_matte_has_soft_edges() {
    let soft = ANIME.pixels().filter(|pixel| (20..235).contains(&pixel.0[3])).count();
    assert!((1000..60_000).contains(&soft), "{soft}");
}

#[test]
fn the_outline_is_darker_than_both_of_its_sides() {
    for drawing in [&*ANIME, &*MANGA] {
        let row: Vec<&Rgba<u8>> = (0..SIDE).map(|x| drawing.get_pixel(x, 400)).collect();
        let edge = row.iter().position(|pixel| pixel.0[3] > 128).unwrap();
        let line = row[edge - 4..edge + 12].iter().map(|p| luma(p)).fold(255.0, f64::min);
        let before = luma(row[edge - 16]);
        assert!(line < 0.6 * before, "{line} beside {before}");
    }
}

#[test]
fn soft_anime_is_calm_behind_the_subject_and_in_the_face() {
    assert!(unrest(&ANIME, |_, _, pixel| pixel.0[3] == 0) < 2.0);
    // The forehead and a cheek of the fixture
    let inside = |x: u32, y: u32| (440..560).contains(&x) && (225..255).contains(&y);
    assert!(unrest(&ANIME, |x, y, _| inside(x, y)) < 2.0);
}

#[test]
fn soft_anime_keeps_skin_light_and_warm() {
    let [r, g, b, _] = ANIME.get_pixel(420, 380).0.map(i32::from);
    assert!(r > 200 && r > g + 10 && g > b, "{r} {g} {b}");
}

#[test]
fn ink_manga_is_black_and_white() {
    let share = |accept: fn(u8) -> bool| MANGA.pixels().filter(|pixel| accept(pixel.0[0])).count() as f64 / f64::from(SIDE * SIDE);
    assert!(MANGA.pixels().all(|p| p.0[0] == p.0[1] && p.0[1] == p.0[2]));
    assert!(share(|value| !(40..=215).contains(&value)) > 0.85);
    assert!(share(|value| value < 40) > 0.1);
    assert!(share(|value| value > 215) > 0.35);
}

#[test]
fn strange_pictures_are_drawn_too() {
    let flat = |level| RgbImage::from_pixel(300, 200, Rgb([level; 3]));
    let gradient = RgbImage::from_fn(200, 300, |x, y| Rgb([x as u8, (y / 2) as u8, 128]));
    let noise = RgbImage::from_fn(300, 300, |x, y| {
        let bits = (x * 7919 + y * 104_729).wrapping_mul(2_654_435_761);
        Rgb([bits as u8, (bits >> 8) as u8, (bits >> 16) as u8])
    });
    let tiny = image::imageops::thumbnail(&*SELFIE, 16, 16);
    let pictures = [RgbImage::new(0, 0), RgbImage::new(1, 1), flat(0), flat(255), gradient, noise, tiny];
    for (index, picture) in pictures.iter().enumerate() {
        let style = Style::ALL[index % Style::ALL.len()];
        assert_whole(&draw(picture, style, index as u64));
    }
}

proptest! {
    // A drawing takes a second of a core: few cases here, many in the crate's own tests of crop and matte.
    #![proptest_config(ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_size_or_seed_stops_the_artist(width in 1_u32..1280, height in 1_u32..1280, seed: u64, colours: [u8; 3]) {
        let [r, g, b] = colours;
        let picture = RgbImage::from_fn(width, height, |x, y| Rgb([r ^ x as u8, g.wrapping_add(y as u8), b]));
        let style = Style::ALL[(seed % Style::ALL.len() as u64) as usize];
        assert_whole(&draw(&picture, style, seed));
    }
}
