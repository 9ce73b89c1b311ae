//! Pictures of people and of attackers, through [`normalise`].

use image::RgbImage;
use imaging::{WORKING_SIDE, decode_normalised, normalise, normalise_within};
use picture_files::{Limits, Unreadable};
use proptest::prelude::*;
use testkit::pictures::{self, CARD_COLOURS, CARD_HEIGHT, CARD_WIDTH, Case, Expected};

/// Tolerance of a lossy format, per channel
const TOLERANCE: u8 = 6;

/// Names of the chunks of a PNG
fn chunks(png: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = 8;
    while at < png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        names.push(String::from_utf8(png[at + 4..at + 8].to_vec()).unwrap());
        at += 12 + length;
    }
    assert_eq!(at, png.len(), "nothing follows the last chunk");
    names
}

fn assert_shows(name: &str, picture: &RgbImage, colours: [[u8; 3]; 4]) {
    assert_eq!(picture.dimensions(), (CARD_WIDTH, CARD_HEIGHT), "{name}: size");
    for (quarter, expected) in (0_u32..).zip(colours) {
        let (x, y) = (CARD_WIDTH / 4 + quarter % 2 * CARD_WIDTH / 2, CARD_HEIGHT / 4 + quarter / 2 * CARD_HEIGHT / 2);
        let seen = picture.get_pixel(x, y).0;
        let near = seen.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= TOLERANCE);
        assert!(near, "{name}: quarter {quarter} is {seen:?}, not {expected:?}");
    }
}

fn check(case: &Case) {
    let result = normalise(&case.bytes);
    let colours = match case.expected {
        Expected::Refused(reason) => {
            let refusal = result.expect_err(case.name);
            assert_eq!(refusal.reason(), reason, "{}: {refusal:?}", case.name);
            return;
        }
        Expected::Upright => CARD_COLOURS,
        Expected::UprightGrey => CARD_COLOURS.map(|colour| [pictures::luma(colour); 3]),
    };
    let normalised = result.expect(case.name);
    let picture = decode_normalised(&normalised.png).unwrap();
    assert_eq!((normalised.width, normalised.height), picture.dimensions());
    assert_shows(case.name, &picture, colours);
    let names = chunks(&normalised.png);
    assert!(names.iter().all(|name| ["IHDR", "IDAT", "IEND"].contains(&name.as_str())), "{}: {names:?}", case.name);
    assert_eq!(normalise(&normalised.png).unwrap(), normalised, "{}: idempotent", case.name);
}

#[test]
fn every_picture_of_the_corpus_is_upright_or_refused() {
    let corpus = pictures::corpus();
    corpus.iter().for_each(check);
    let names: std::collections::BTreeSet<_> = corpus.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), corpus.len(), "names are unique");
}

#[test]
fn exact_formats_keep_every_pixel() {
    for png in [pictures::rgb_png(&pictures::card(), &[], &[]), pictures::webp(&pictures::card())] {
        assert_eq!(decode_normalised(&normalise(&png).unwrap().png).unwrap(), pictures::card());
    }
    for orientation in 1..=8 {
        let turned = normalise(&pictures::turned_png(orientation)).unwrap();
        assert_eq!(decode_normalised(&turned.png).unwrap(), pictures::card(), "orientation {orientation}");
    }
}

#[test]
fn a_large_picture_is_scaled_down_and_a_small_one_never_up() {
    let two_colours = RgbImage::from_fn(3000, 2000, |x, _| image::Rgb([9, if x < 1500 { 120 } else { 20 }, 200]));
    let large = normalise(&pictures::jpeg(&two_colours)).unwrap();
    assert_eq!((large.width, large.height), (WORKING_SIDE, 853));
    assert_eq!(normalise(&large.png).unwrap(), large);
    let thin = normalise(&pictures::rgb_png(&RgbImage::new(1, 6000), &[], &[])).unwrap();
    assert_eq!((thin.width, thin.height), (1, WORKING_SIDE));
    let dot = normalise(&pictures::rgb_png(&RgbImage::new(1, 1), &[], &[])).unwrap();
    assert_eq!((dot.width, dot.height), (1, 1));
}

#[test]
fn a_frame_smaller_than_its_canvas_lies_on_white() {
    let of24 = |value: u32| value.to_le_bytes()[..3].to_vec();
    let frame = image::imageops::crop_imm(&pictures::card(), 0, 0, 40, 30).to_image();
    let header = [of24(10 / 2), of24(20 / 2), of24(39), of24(29), of24(0), vec![0]].concat();
    let frame = pictures::riff_chunk(b"ANMF", &[header, pictures::webp(&frame)[12..].to_vec()].concat());
    let file = pictures::riff(&[pictures::vp8x(0x02, 80, 60), pictures::riff_chunk(b"ANIM", &[0; 6]), frame]);
    let picture = decode_normalised(&normalise(&file).unwrap().png).unwrap();
    assert_eq!(picture.dimensions(), (80, 60));
    for (x, y, pixel) in picture.enumerate_pixels() {
        let inside = (10..50).contains(&x) && (20..50).contains(&y);
        assert_eq!(pixel.0, if inside { CARD_COLOURS[0] } else { [255; 3] }, "{x}, {y}");
    }
}

#[test]
fn the_byte_limit_is_decimal_and_exact() {
    let mut bytes = pictures::jpeg(&pictures::card());
    bytes.resize(10_000_000, 0);
    assert!(normalise(&bytes).is_ok());
    bytes.push(0);
    assert_eq!(normalise(&bytes), Err(Unreadable::TooManyBytes { bytes: 10_000_001, limit: 10_000_000 }));
}

#[test]
fn the_pixel_limit_is_exact() {
    let limits = Limits { pixels: u64::from(CARD_WIDTH * CARD_HEIGHT), ..Limits::UPLOAD };
    assert!(normalise_within(&pictures::jpeg(&pictures::card()), &limits).is_ok());
    let limits = Limits { pixels: limits.pixels - 1, ..limits };
    for bytes in [pictures::jpeg(&pictures::card()), pictures::rgb_png(&pictures::card(), &[], &[]), pictures::webp(&pictures::card())] {
        assert_eq!(normalise_within(&bytes, &limits).unwrap_err().reason(), "too-many-pixels");
    }
}

#[test]
fn nothing_of_a_phone_picture_but_its_pixels_remains() {
    let phone = include_bytes!("../../../testkit/fixtures/selfie-rotated-gps.jpg");
    let plain = include_bytes!("../../../testkit/fixtures/selfie.jpg");
    let (phone, plain) = (normalise(phone).unwrap(), normalise(plain).unwrap());
    assert_eq!((phone.width, phone.height), (960, 1200), "upright");
    let canary = |word: &[u8]| phone.png.windows(word.len()).any(|window| window == word);
    assert!(!canary(b"CanaryCam") && !canary(b"SERIAL-CANARY") && !canary(b"Exif"));
    let (phone, plain) = (decode_normalised(&phone.png).unwrap(), decode_normalised(&plain.png).unwrap());
    let off: u64 = phone.iter().zip(plain.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(off / (phone.len() as u64) < 4, "the same picture stands the same way");
}

#[test]
fn colours_of_a_wide_gamut_become_srgb() {
    let with_profile = |profile: &moxcms::ColorProfile| {
        let body = [b"icc\0\0".as_slice(), &pictures::zlib(&profile.encode().unwrap())].concat();
        let png = pictures::rgb_png(&pictures::card(), &[pictures::png_chunk(b"iCCP", &body)], &[]);
        decode_normalised(&normalise(&png).unwrap().png).unwrap().get_pixel(10, 10).0
    };
    let same = with_profile(&moxcms::ColorProfile::new_srgb());
    assert!(same.iter().zip(CARD_COLOURS[0]).all(|(a, b)| a.abs_diff(b) <= 1), "{same:?}");
    let wide = with_profile(&moxcms::ColorProfile::new_display_p3());
    assert!(wide[0] > 210 && wide[1] < 15, "Display P3 red is redder than sRGB red: {wide:?}");
}

#[test]
fn reasons_are_kebab_case_and_sentences_name_the_file_kind() {
    assert_eq!(normalise(b"GIF89a").unwrap_err().to_string(), "this is a GIF; send a JPEG, PNG or WebP picture");
    for case in pictures::corpus() {
        if let Err(refusal) = normalise(&case.bytes) {
            assert!(refusal.reason().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
            assert!(!refusal.to_string().contains("panicked"));
        }
    }
}

/// A decoder may refuse, but may not panic: a contained panic is recognised by its detail.
fn assert_calm(bytes: &[u8]) {
    if let Err(Unreadable::Corrupt { detail }) = normalise(bytes) {
        assert!(!detail.contains("panicked"), "a decoder panicked");
    }
}

static SEEDS: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();

/// Small files of every kind, to damage
fn seeds() -> Vec<Vec<u8>> {
    pictures::corpus().into_iter().map(|case| case.bytes).filter(|bytes| (12..40_000).contains(&bytes.len())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(magic in 0_usize..4, tail in proptest::collection::vec(any::<u8>(), 0..600)) {
        let magic: &[u8] = [b"\xff\xd8\xff".as_slice(), b"\x89PNG\r\n\x1a\n", b"RIFF\xff\0\0\0WEBPVP8X", b""][magic];
        assert_calm(&[magic, &tail].concat());
    }

    #[test]
    fn damaged_pictures_never_panic(which in any::<prop::sample::Index>(), wounds in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let seeds = SEEDS.get_or_init(seeds);
        let mut bytes = seeds[which.index(seeds.len())].clone();
        for (place, value) in wounds {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        assert_calm(&bytes);
    }

    #[test]
    fn a_picture_cut_short_is_refused(format in 0_usize..3, share in 0.0..1.0_f64) {
        let bytes = vec![pictures::jpeg(&pictures::card()), pictures::rgb_png(&pictures::card(), &[], &[]), pictures::webp(&pictures::card())].swap_remove(format);

        let cut = &bytes[..((bytes.len() as f64 * share) as usize).min(bytes.len() - 1)];
        let refusal = normalise(cut).unwrap_err();
        prop_assert!(["empty", "unknown-format", "truncated"].contains(&refusal.reason()), "{refusal:?}");
    }

    #[test]
    fn every_png_and_webp_survives_exactly(width in 1_u32..40, height in 1_u32..40, seed in any::<u32>()) {
        let picture = RgbImage::from_fn(width, height, |x, y| {
            let value = (x * 7919 + y * 104_729).wrapping_mul(seed | 1);
            image::Rgb([(value >> 8) as u8, (value >> 16) as u8, (value >> 24) as u8])
        });
        for bytes in [pictures::rgb_png(&picture, &[], &[]), pictures::webp(&picture)] {
            prop_assert_eq!(&decode_normalised(&normalise(&bytes).unwrap().png).unwrap(), &picture);
        }
    }
}
