//! Subjects of painted portraits, whose truth is known, and of pictures that have none.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage, imageops};
use proptest::prelude::*;
use subject::{Origin, PLAUSIBLE, find, from_alpha};
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
    let least = [("ada", 0.98), ("bayo", 0.93), ("chen", 0.78), ("dalia", 0.98), ("emil", 0.97), ("farah", 0.97), ("gus", 0.92)];
    for portrait in portraits::all() {
        let (picture, truth) = (square(&portrait.picture), square(&portrait.person));
        let found = find(&picture);
        let Some((_, least)) = least.iter().find(|(name, _)| *name == portrait.name) else {
            // A white jacket before a white wall: no edge to cut along, and the measure says so.
            assert_eq!((portrait.name, found.origin), ("hana", Origin::Frame), "{:?}", found.plausibility);
            continue;
        };
        let agreed = agreement(&found.alpha, &truth);
        assert_eq!(found.origin, Origin::Found, "{}: {:?}", portrait.name, found.plausibility);
        assert!(agreed >= *least, "{}: {agreed:.3} of at least {least}", portrait.name);
        assert!(found.plausibility.score >= PLAUSIBLE);
        let (head, at) = (found.head, f64::from(truth.height()));
        let crown = truth.rows().position(|mut row| row.any(|pixel| pixel.0[0] > 127)).unwrap() as f64 / at;
        assert!((f64::from(head.top) - crown).abs() < 0.07, "{}: {head:?}, crown at {crown:.2}", portrait.name);
        assert!(head.bottom > head.top + 0.25 && head.left < 0.5 && head.right > 0.4, "{}: {head:?}", portrait.name);
    }
}

#[test]
fn the_same_picture_has_the_same_mask() {
    let picture = square(&portraits::named("dalia").unwrap().picture);
    let (once, twice) = (find(&picture), raster::rows::with_threads(3, || find(&picture)));
    assert!(once.alpha == twice.alpha && once.head == twice.head);
}

#[test]
fn what_shows_nobody_is_implausible() {
    let pictures: [(&str, Paint); 6] = [
        ("uniform", |_, _| [90, 120, 140]),
        ("black", |_, _| [0; 3]),
        ("noise", |x, y| [speckle(x, y), speckle(x + 999, y), speckle(x, y + 999)]),
        ("text", |x, y| [if y % 24 < 12 && x % 12 < 8 && speckle(x / 4, y / 3) > 128 { 20 } else { 250 }; 3]),
        ("landscape", |x, y| {
            let hills = 260.0 + 30.0 * (x as f32 / 60.0).sin();
            if (y as f32) < hills { [120, 170, 230] } else { [60, 120 + speckle(x, y) / 8, 50] }
        }),
        ("gradient", |x, y| [(x / 2) as u8, (y / 2) as u8, 100]),
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
