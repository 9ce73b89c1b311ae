//! The look of a drawing: of the fixture, which is a portrait, and of pictures that were not meant to be drawn.

use std::sync::LazyLock;

use image::{Rgb, RgbImage, Rgba, RgbaImage};
use raster::lab;
use via_palette::{SIDE, Style, draw};

static SELFIE: LazyLock<RgbImage> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testkit/fixtures/selfie.jpg");
    image::open(path).unwrap().to_rgb8()
});

/// The fixture in every style, in the order of [`Style::ALL`], each drawn once for all tests.
static DRAWINGS: [LazyLock<RgbaImage>; 6] = [
    LazyLock::new(|| draw(&SELFIE, Style::ALL[0], SEED)),
    LazyLock::new(|| draw(&SELFIE, Style::ALL[1], SEED)),
    LazyLock::new(|| draw(&SELFIE, Style::ALL[2], SEED)),
    LazyLock::new(|| draw(&SELFIE, Style::ALL[3], SEED)),
    LazyLock::new(|| draw(&SELFIE, Style::ALL[4], SEED)),
    LazyLock::new(|| draw(&SELFIE, Style::ALL[5], SEED)),
];

const SEED: u64 = 7;

/// The fixture in a style.
fn drawn(style: Style) -> &'static RgbaImage {
    &DRAWINGS[Style::ALL.iter().position(|one| *one == style).unwrap()]
}

/// Lightness of a pixel, 0..255.
fn luma(pixel: &Rgba<u8>) -> f64 {
    let [r, g, b, _] = pixel.0.map(f64::from);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// The mean difference between horizontal neighbours among the pixels that `chosen` accepts.
fn unrest(drawing: &RgbaImage, chosen: impl Fn(u32, u32, &Rgba<u8>) -> bool) -> f64 {
    mean(drawing.enumerate_pixels().filter(|(x, y, pixel)| x + 1 < SIDE && chosen(*x, *y, pixel)).map(|(x, y, pixel)| {
        let next = drawing.get_pixel(x + 1, y);
        (luma(pixel) - luma(next)).abs()
    }))
}

/// The mean difference of colours, 0..255, between two drawings among the pixels of the first that `chosen` accepts.
fn difference(one: &RgbaImage, other: &RgbaImage, chosen: impl Fn(&Rgba<u8>) -> bool) -> f64 {
    let apart = |(a, b): (&Rgba<u8>, &Rgba<u8>)| (0..3).map(|i| f64::from(a.0[i].abs_diff(b.0[i]))).sum::<f64>() / 3.0;
    mean(one.pixels().zip(other.pixels()).filter(|(a, _)| chosen(a)).map(apart))
}

/// The mean of at least one number.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    assert!(count > 0);
    sum / f64::from(count)
}

/// The mean Lab colour of a square of a drawing, 24 pixels wide.
fn colour_about(drawing: &RgbaImage, (x, y): (u32, u32)) -> [f32; 3] {
    let mut sum = [0.0_f32; 3];
    for dy in 0..24 {
        for dx in 0..24 {
            let [r, g, b, _] = drawing.get_pixel(x - 12 + dx, y - 12 + dy).0;
            let colour = lab::from_srgb([r, g, b]);
            (0..3).for_each(|i| sum[i] += colour[i] / (24.0 * 24.0));
        }
    }
    sum
}

/// A drawing is of the right size and has something to cut out.
fn assert_whole(drawing: &RgbaImage) {
    assert_eq!(drawing.dimensions(), (SIDE, SIDE));
    assert!(drawing.pixels().any(|pixel| pixel.0[3] > 250));
}

#[test]
fn the_same_arguments_draw_the_same_bytes_on_any_number_of_threads() {
    // Every style goes through the same rows; these two use nearly all of the code of the others.
    for style in [Style::BoldCel, Style::Watercolour] {
        let again = raster::rows::with_threads(3, || draw(&SELFIE, style, SEED));
        assert!(again == *drawn(style), "{style:?}");
    }
}

#[test]
fn another_seed_draws_another_picture_of_the_same_person() {
    for style in Style::ALL {
        let (first, other) = (drawn(*style), draw(&SELFIE, *style, SEED + 1));
        let ground = difference(first, &other, |pixel| pixel.0[3] == 0);
        let subject = difference(first, &other, |pixel| pixel.0[3] == 255);
        println!("{style:?}: seeds differ by {ground:.1} in the ground, {subject:.1} in the subject");
        assert!(ground > 8.0, "{style:?}: {ground}");
        assert!(subject < ground, "{style:?}: {subject} of {ground}");
    }
}

#[test]
fn styles_are_told_apart() {
    for (i, one) in Style::ALL.iter().enumerate() {
        for other in &Style::ALL[i + 1..] {
            let apart = difference(drawn(*one), drawn(*other), |pixel| pixel.0[3] == 255);
            println!("{one:?} and {other:?}: {apart:.1}");
            assert!(apart > 9.0, "{one:?} and {other:?}: {apart}");
        }
    }
}

#[test]
fn the_matte_holds_the_person_and_leaves_the_wall() {
    for style in Style::ALL {
        let drawing = drawn(*style);
        assert_whole(drawing);
        for (x, y) in [(500, 360), (440, 290), (560, 290), (520, 90), (500, 950)] {
            assert_eq!(drawing.get_pixel(x, y).0[3], 255, "{style:?}: subject at {x}, {y}");
        }
        for (x, y) in [(8, 8), (1015, 8), (60, 300), (960, 300), (30, 520)] {
            assert_eq!(drawing.get_pixel(x, y).0[3], 0, "{style:?}: ground at {x}, {y}");
        }
    }
}

#[test]
fn the_matte_has_soft_edges() {
    let soft = drawn(Style::SoftAnime).pixels().filter(|pixel| (20..235).contains(&pixel.0[3])).count();
    assert!((1000..60_000).contains(&soft), "{soft}");
}

#[test]
fn the_outline_is_darker_than_the_ground_beside_it() {
    for style in [Style::SoftAnime, Style::BoldCel, Style::InkManga] {
        let drawing = drawn(style);
        let row: Vec<&Rgba<u8>> = (0..SIDE).map(|x| drawing.get_pixel(x, 400)).collect();
        let edge = row.iter().position(|pixel| pixel.0[3] > 128).unwrap();
        let line = row[edge - 6..edge + 14].iter().map(|p| luma(p)).fold(255.0, f64::min);
        let before = row[edge - 80..edge - 12].iter().map(|p| luma(p)).fold(0.0, f64::max);
        assert!(line < 0.6 * before, "{style:?}: {line} beside {before}");
    }
}

#[test]
fn calm_places_are_calm() {
    let forehead = |x: u32, y: u32, _: &Rgba<u8>| (440..560).contains(&x) && (258..280).contains(&y);
    let cheek = |x: u32, y: u32, _: &Rgba<u8>| (430..470).contains(&x) && (355..385).contains(&y);
    for (style, most) in [(Style::SoftAnime, 1.5), (Style::BoldCel, 2.0), (Style::InkManga, 4.0)] {
        let found = unrest(drawn(style), forehead).max(unrest(drawn(style), cheek));
        println!("{style:?}: unrest of skin {found:.2}");
        assert!(found < most, "{style:?}: {found}");
    }
    let ground = unrest(drawn(Style::SoftAnime), |_, _, pixel| pixel.0[3] == 0);
    assert!(ground < 2.5, "{ground}");
}

#[test]
fn bold_cel_is_flat_paint() {
    let drawing = drawn(Style::BoldCel);
    let flat = mean(drawing.enumerate_pixels().filter(|(x, _, pixel)| x + 1 < SIDE && pixel.0[3] == 255).map(|(x, y, pixel)| {
        let next = drawing.get_pixel(x + 1, y);
        f64::from(u8::from((luma(pixel) - luma(next)).abs() < 3.0))
    }));
    println!("flat {flat:.3}");
    assert!(flat > 0.8, "{flat}");
}

#[test]
fn lines_are_lines_and_not_specks() {
    let drawing = drawn(Style::InkManga);
    let dark = |x: u32, y: u32| luma(drawing.get_pixel(x, y)) < 90.0;
    // A speck is dark and has nothing dark round it at a distance of three pixels.
    let alone = |x: u32, y: u32| {
        let away = [(0, 0), (3, 0), (6, 0), (0, 3), (6, 3), (0, 6), (3, 6), (6, 6)];
        away.iter().all(|(dx, dy)| !dark(x - 3 + dx, y - 3 + dy))
    };
    let face = || (250..500).flat_map(|y| (390..620).map(move |x| (x, y)));
    let ink = face().filter(|(x, y)| dark(*x, *y)).count();
    let specks = face().filter(|(x, y)| dark(*x, *y) && alone(*x, *y)).count();
    println!("{specks} specks of {ink}");
    assert!(ink > 1000 && specks * 50 < ink, "{specks} specks of {ink}");
}

#[test]
fn ink_manga_is_black_and_white() {
    let manga = drawn(Style::InkManga);
    let share = |accept: fn(u8) -> bool| manga.pixels().filter(|pixel| accept(pixel.0[0])).count() as f64 / f64::from(SIDE * SIDE);
    assert!(manga.pixels().all(|p| p.0[0] == p.0[1] && p.0[1] == p.0[2]));
    assert!(share(|value| !(40..=215).contains(&value)) > 0.85);
    assert!(share(|value| value < 40) > 0.1);
    assert!(share(|value| value > 215) > 0.35);
}

/// The fixture with darker skin and all else as it is.
fn darker_skin() -> RgbImage {
    let mut picture = SELFIE.clone();
    for pixel in picture.pixels_mut() {
        let [l, a, b] = lab::from_srgb(pixel.0);
        let share = subject::skin::likeness([l, a, b]);
        let darker = [l * (1.0 - 0.45 * share), a + 2.0 * share, b];
        *pixel = Rgb(lab::to_srgb(darker).map(|channel| (channel * 255.0).round() as u8));
    }
    picture
}

#[test]
fn skin_keeps_its_tone() {
    let cheek = (420, 390);
    let dark = draw(&darker_skin(), Style::SoftAnime, SEED);
    for (name, drawing, lightness) in [
        ("light, soft anime", drawn(Style::SoftAnime), 72.0..97.0),
        ("light, bold cel", drawn(Style::BoldCel), 68.0..97.0),
        ("dark, soft anime", &dark, 32.0..58.0),
    ] {
        let [l, a, b] = colour_about(drawing, cheek);
        let hue = b.atan2(a).to_degrees();
        println!("{name}: L {l:.0}, a {a:.0}, b {b:.0}, hue {hue:.0}");
        assert!(lightness.contains(&l), "{name}: L {l}");
        assert!((35.0..80.0).contains(&hue) && (8.0..42.0).contains(&a.hypot(b)), "{name}: {a} {b}");
    }
}

#[test]
fn strange_pictures_are_drawn_too() {
    let noise = RgbImage::from_fn(33, 700, |x, y| {
        let bits = (x * 7919 + y * 104_729).wrapping_mul(2_654_435_761);
        Rgb([bits as u8, (bits >> 8) as u8, (bits >> 16) as u8])
    });
    let pictures = [
        (RgbImage::new(0, 0), Style::Watercolour),
        (RgbImage::from_pixel(1280, 3, Rgb([255; 3])), Style::BoldCel),
        (noise, Style::InkManga),
        (image::imageops::thumbnail(&*SELFIE, 16, 16), Style::PopPoster),
    ];
    for (index, (picture, style)) in (0_u64..).zip(&pictures) {
        assert_whole(&draw(picture, *style, index));
    }
}
