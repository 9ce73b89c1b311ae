//! Subjects of painted portraits, whose truth is known, and of pictures that have none.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::LazyLock;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage, imageops};
use proptest::prelude::*;
use subject::{Face, HeadBox, Origin, PLAUSIBLE, Plausibility, find, from_alpha};
use testkit::portraits;

/// The square of a picture as a drawing has it
fn square<P: image::Pixel<Subpixel = u8> + 'static>(picture: &image::ImageBuffer<P, Vec<u8>>) -> image::ImageBuffer<P, Vec<u8>> {
    let side = picture.width().min(picture.height());
    imageops::crop_imm(picture, (picture.width() - side) / 2, 0, side, side).to_image()
}

/// Intersection over union of two masks
fn agreement(found: &GrayImage, truth: &GrayImage) -> f64 {
    let pairs = found.pixels().zip(truth.pixels()).map(|(found, truth)| (found.0[0] > 127, truth.0[0] > 127));
    let (both, any) = pairs.fold((0_u32, 0_u32), |(both, any), (a, b)| (both + u32::from(a && b), any + u32::from(a || b)));
    f64::from(both) / f64::from(any.max(1))
}

fn speckle(x: u32, y: u32) -> u8 {
    ((x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77)).wrapping_mul(0x2c1b_3c6d) >> 24) as u8
}

/// The colour of a pixel by its column and row.
type Paint = fn(u32, u32) -> [u8; 3];

#[test]
fn people_are_cut_out_as_they_were_painted() {
    for portrait in portraits::all() {
        let (picture, truth) = (square(&portrait.picture), square(&portrait.person));
        let found = find(&picture);
        let agreed = agreement(&found.alpha, &truth);
        assert_eq!(found.origin, Origin::Found, "{}: {:?}", portrait.name, found.plausibility);
        assert!(agreed >= 0.985, "{}: {agreed:.3}", portrait.name);
        assert!(found.plausibility.score > 0.9, "{}: {:?}", portrait.name, found.plausibility);
        let (head, at) = (found.head, f64::from(truth.height()));
        let crown = truth.rows().position(|mut row| row.any(|pixel| pixel.0[0] > 127)).unwrap() as f64 / at;
        assert!((f64::from(head.top) - crown).abs() < 0.03, "{}: {head:?}, crown at {crown:.2}", portrait.name);
        assert!(head.bottom > head.top + 0.25 && head.left < 0.5 && head.right > 0.4, "{}: {head:?}", portrait.name);
        assert!((head.left..head.right).contains(&found.face.x) && (head.top..head.bottom).contains(&found.face.y), "{}", portrait.name);
    }
}

/// A picture of another side. (These methods are compiled with their crate, and quick in tests.)
fn sized(picture: &RgbImage, side: u32) -> RgbImage {
    DynamicImage::from(picture.clone()).resize_exact(side, side, FilterType::Triangle).into_rgb8()
}

/// The portraits of half their size, each with its truth
static HALVED: LazyLock<Vec<(&str, RgbImage, GrayImage)>> = LazyLock::new(|| {
    let half = |portrait: &portraits::Portrait| {
        let (picture, truth) = halved(portrait);
        (portrait.name, picture, truth)
    };
    portraits::all().iter().map(half).collect()
});

fn halved(portrait: &portraits::Portrait) -> (RgbImage, GrayImage) {
    let (picture, truth) = (square(&portrait.picture), square(&portrait.person));
    let side = picture.width() / 2;
    (sized(&picture, side), DynamicImage::from(truth).resize_exact(side, side, FilterType::Triangle).into_luma8())
}

fn each(picture: &RgbImage, pixel: impl Fn(u32, u32, [f32; 3]) -> [f32; 3]) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        Rgb(pixel(x, y, picture.get_pixel(x, y).0.map(f32::from)).map(|channel| channel.round().clamp(0.0, 255.0) as u8))
    })
}

fn compressed(picture: &RgbImage, quality: u8) -> RgbImage {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality).encode_image(picture).unwrap();
    image::load_from_memory(&file).unwrap().into_rgb8()
}

/// What happens to photographs
type Degradation = (&'static str, f64, fn(&RgbImage) -> RgbImage);

const DEGRADATIONS: [Degradation; 10] = [
    ("dark", 0.97, |picture| each(picture, |_, _, c| c.map(|c| 0.25 * c))),
    ("overexposed", 0.84, |picture| each(picture, |_, _, c| c.map(|c| 1.5 * c + 20.0))),
    ("hazy", 0.97, |picture| each(picture, |_, _, c| c.map(|c| 0.35 * c + 110.0))),
    ("noisy", 0.9, |picture| {
        each(picture, |x, y, c| std::array::from_fn(|i| c[i] + 0.3 * (f32::from(speckle(x + 977 * i as u32, y)) - 127.5)))
    }),
    ("blurred", 0.92, |picture| DynamicImage::from(picture.clone()).blur(3.0).into_rgb8()),
    ("tiny", 0.94, |picture| sized(&sized(picture, 96), picture.width())),
    ("compressed", 0.91, |picture| compressed(picture, 12)),
    ("black and white", 0.82, |picture| each(picture, |_, _, [r, g, b]| [0.3 * r + 0.6 * g + 0.1 * b; 3])),
    ("in lamplight", 0.86, |picture| each(picture, |_, _, [r, g, b]| [1.1 * r + 15.0, 0.85 * g, 0.5 * b])),
    ("lit from one side", 0.9, |picture| {
        let width = picture.width() as f32;
        each(picture, |x, _, c| c.map(|c| c * (0.2 + 1.2 * x as f32 / width)))
    }),
];

/// How well people are found after a change, at the worst, and who that is
fn worst(change: impl Fn(&RgbImage, &GrayImage) -> RgbImage) -> (f64, &'static str) {
    let agreed = HALVED.iter().map(|(name, picture, truth)| (agreement(&find(&change(picture, truth)).alpha, truth), *name));
    agreed.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

#[test]
fn people_are_found_in_bad_photographs() {
    for (name, least, degrade) in DEGRADATIONS {
        let (worst, who) = worst(|picture, _| degrade(picture));
        println!("{name}: {worst:.3} at least, {who}");
        assert!(worst >= least, "{name}, {who}: {worst:.3} of {least}");
    }
}

/// What is behind people
const BACKDROPS: [(&str, f64, Paint); 4] = [
    ("a curtain", 0.95, |x, _| [150 + (40.0 * (x as f32 / 9.0).sin()) as u8, 60, 70]),
    ("a bookshelf", 0.97, |x, y| {
        let book = speckle(x / 14, y / 90);
        if y % 90 < 8 { [70, 45, 30] } else { [book, speckle(x / 14, 7 + y / 90), 255 - book] }
    }),
    ("leaves", 0.98, |x, y| [40 + speckle(x / 7, y / 5) / 5, 70 + speckle(x / 5, y / 7) / 3, 30]),
    ("tiles", 0.89, |x, y| if x % 40 < 3 || y % 40 < 3 { [120; 3] } else { [225, 228, 230] }),
];

#[test]
fn people_are_found_before_any_ground() {
    for (name, least, paint) in BACKDROPS {
        let (worst, who) = worst(|picture, truth| {
            each(picture, |x, y, c| {
                let share = f32::from(truth.get_pixel(x, y).0[0]) / 255.0;
                let ground = paint(x, y).map(f32::from);
                std::array::from_fn(|i| share * c[i] + (1.0 - share) * ground[i])
            })
        });
        println!("{name}: {worst:.3} at least, {who}");
        assert!(worst >= least, "{name}, {who}: {worst:.3} of {least}");
    }
}

#[test]
fn of_two_people_apart_one_stays() {
    let (ada, truth) = halved(&portraits::named("ada").unwrap());
    let (width, height) = ada.dimensions();
    let (other, _) = halved(&portraits::named("farah").unwrap());
    let other = sized(&other, width / 3);
    // Both before one wall: the other, smaller, at the right border
    let mut picture = RgbImage::from_pixel(width * 3 / 2, height, *ada.get_pixel(2, 2));
    imageops::replace(&mut picture, &ada, 0, 0);
    imageops::replace(&mut picture, &other, i64::from(width * 7 / 6), i64::from(height * 2 / 3));
    let found = find(&picture);
    let right = imageops::crop_imm(&found.alpha, width * 7 / 6, 0, width / 3, height).to_image();
    assert!(right.pixels().all(|pixel| pixel.0[0] < 30));
    let left = imageops::crop_imm(&found.alpha, 0, 0, width, height).to_image();
    assert!(agreement(&left, &truth) > 0.95);
}

/// The squares of photographs with reference masks, `NAME.jpg` or `.png` beside `NAME-person.png`, in the folder that the variable
/// `SUBJECT_PHOTOGRAPHS` names. None can lie in the repository.
#[test]
fn people_in_photographs_are_cut_out_as_in_their_reference() {
    let Some(folder) = std::env::var_os("SUBJECT_PHOTOGRAPHS") else { return };
    let masks = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let masks: Vec<_> = masks.filter(|path| path.to_string_lossy().ends_with("-person.png")).collect();
    assert!(!masks.is_empty());
    for mask in masks {
        let stem = mask.file_name().unwrap().to_str().unwrap().trim_end_matches("-person.png");
        let picture =
            ["jpg", "png"].map(|kind| mask.with_file_name(format!("{stem}.{kind}"))).into_iter().find(|path| path.exists()).unwrap();
        let (picture, truth) = (square(&image::open(picture).unwrap().into_rgb8()), square(&image::open(&mask).unwrap().into_luma8()));
        let found = find(&picture);
        let agreed = agreement(&found.alpha, &truth);
        println!("{stem}: {agreed:.3}, {:?}", found.plausibility);
        assert!(found.origin == Origin::Found && agreed >= 0.95, "{stem}: {agreed:.3}");
    }
}

/// The pattern names every field: a new one has to be looked at here.
#[test]
fn rt_05_rt_06_a_subject_says_where_somebody_is_and_nothing_of_who() {
    let subject::Subject { alpha, origin: _, plausibility, face, head } = find(&HALVED[0].1);
    assert_eq!(alpha.dimensions(), HALVED[0].1.dimensions());
    let Face { x, y, sure } = face;
    let HeadBox { top, bottom, left, right } = head;
    let Plausibility { share, undecided, face, corners, raggedness: _, whole, score } = plausibility;
    // Places and shares of the picture
    assert!(
        [x, y, sure, top, bottom, left, right, share, undecided, face, corners, whole, score].iter().all(|part| (0.0..=1.0).contains(part))
    );
}

#[test]
fn the_same_picture_has_the_same_mask() {
    let picture = square(&portraits::named("dalia").unwrap().picture);
    let (once, twice) = (find(&picture), raster::rows::with_threads(3, || find(&picture)));
    assert!(once.alpha == twice.alpha && once.head == twice.head);
}

#[test]
fn what_shows_nobody_is_implausible() {
    let pictures: [(&str, Paint); 9] = [
        ("uniform", |_, _| [90, 120, 140]),
        ("black", |_, _| [0; 3]),
        ("noise", |x, y| [speckle(x, y), speckle(x + 999, y), speckle(x, y + 999)]),
        ("text", |x, y| [if y % 24 < 12 && x % 12 < 8 && speckle(x / 4, y / 3) > 128 { 20 } else { 250 }; 3]),
        ("landscape", |x, y| {
            let hills = 260.0 + 30.0 * (x as f32 / 60.0).sin();
            if (y as f32) < hills { [120, 170, 230] } else { [60, 120 + speckle(x, y) / 8, 50] }
        }),
        ("gradient", |x, y| [(x / 2) as u8, (y / 2) as u8, 100]),
        ("a ball", |x, y| if x.abs_diff(256).pow(2) + y.abs_diff(256).pow(2) < 150 * 150 { [200, 60, 40] } else { [200, 205, 210] }),
        ("a window", |x, y| if (100..400).contains(&x) && (60..460).contains(&y) { [150, 190, 240] } else { [120, 110, 100] }),
        ("a bookshelf", BACKDROPS[1].2),
    ];
    for (name, pixel) in pictures {
        let picture = RgbImage::from_fn(512, 512, |x, y| Rgb(pixel(x, y)));
        let found = find(&picture);
        assert_eq!(found.origin, Origin::Frame, "{name}: {:?}", found.plausibility);
        assert!(found.plausibility.score < PLAUSIBLE, "{name}");
        // A panel that shows the whole picture but its corners
        assert_eq!((found.alpha.get_pixel(256, 256).0[0], found.alpha.get_pixel(0, 0).0[0]), (255, 0), "{name}");
    }
}

/// A portrait with this alpha
fn drawing(alpha: impl Fn(u32, u32, u8) -> u8) -> (RgbaImage, GrayImage) {
    let portrait = portraits::named("ada").unwrap();
    let small = |x: u32, y: u32| (x * 900 / 512, y * 900 / 512);
    let truth = GrayImage::from_fn(512, 512, |x, y| *portrait.person.get_pixel(small(x, y).0, small(x, y).1));
    let drawing = RgbaImage::from_fn(512, 512, |x, y| {
        let [red, green, blue] = portrait.picture.get_pixel(small(x, y).0, small(x, y).1).0;
        Rgba([red, green, blue, alpha(x, y, truth.get_pixel(x, y).0[0])])
    });
    (drawing, truth)
}

#[test]
fn a_given_mask_is_kept_and_cleaned() {
    let (matted, truth) = drawing(|_, _, truth| truth);
    let kept = from_alpha(&matted);
    assert_eq!(kept.origin, Origin::Given);
    assert!(agreement(&kept.alpha, &truth) > 0.99);

    let speck = |x: u32, y: u32| (20..26).contains(&x) && (20..26).contains(&y);
    let pinhole = |x: u32, y: u32| (250..254).contains(&x) && (400..404).contains(&y);
    let (dirty, _) = drawing(|x, y, truth| {
        if speck(x, y) {
            255
        } else if pinhole(x, y) {
            0
        } else {
            truth
        }
    });
    let cleaned = from_alpha(&dirty);
    assert_eq!(cleaned.origin, Origin::Given);
    assert!(cleaned.alpha.get_pixel(23, 23).0[0] < 8 && cleaned.alpha.get_pixel(252, 402).0[0] > 247);
}

#[test]
fn a_given_mask_that_is_none_is_replaced_by_what_is_found() {
    let specks = |x: u32, y: u32| [(40, 50), (300, 90), (420, 480)].iter().any(|&(cx, cy)| x.abs_diff(cx) < 6 && y.abs_diff(cy) < 6);
    for (name, alpha) in [
        ("empty", Box::new(|_: u32, _: u32, _: u8| 0_u8) as Box<dyn Fn(u32, u32, u8) -> u8>),
        ("three specks", Box::new(move |x, y, _| if specks(x, y) { 255 } else { 0 })),
        ("almost full", Box::new(|x, y, _| if x + y < 5 { 0 } else { 255 })),
        ("opaque", Box::new(|_, _, _| 255)),
    ] {
        let (drawing, truth) = drawing(alpha);
        let found = from_alpha(&drawing);
        assert_eq!(found.origin, Origin::Found, "{name}");
        assert!(agreement(&found.alpha, &truth) > 0.95, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_size_and_any_alpha_has_a_mask_of_its_size(width in 0_u32..90, height in 0_u32..90, seed in any::<u32>()) {
        let picture = RgbaImage::from_fn(width, height, |x, y| Rgba(std::array::from_fn(|i| speckle(x / 3 + seed % 91, y / 5 + i as u32))));
        for found in [find(&picture), from_alpha(&picture)] {
            prop_assert_eq!(found.alpha.dimensions(), (width, height));
            prop_assert!((0.0..=1.0).contains(&found.plausibility.score));
            let head = found.head;
            prop_assert!(head.top <= head.bottom && head.left <= head.right, "{:?}", head);
            prop_assert!(head.top >= 0.0 && head.bottom <= 1.0 && head.left >= 0.0 && head.right <= 1.0, "{:?}", head);
        }
    }
}

#[test]
fn the_more_of_a_mask_is_noise_the_less_plausible_it_is() {
    let truth = portraits::named("emil").unwrap().person;
    let score = |share: u8| {
        let noisy = GrayImage::from_fn(1000, 1000, |x, y| {
            if speckle(x / 16, y / 16) < share { Luma([speckle(x / 16 + 7, y / 16) / 128 * 255]) } else { *truth.get_pixel(x, y) }
        });
        from_alpha(&RgbaImage::from_fn(1000, 1000, |x, y| Rgba([128, 128, 128, noisy.get_pixel(x, y).0[0]]))).plausibility.score
    };
    assert!(score(0) > 0.9);
    assert!(score(255) < PLAUSIBLE);
}
