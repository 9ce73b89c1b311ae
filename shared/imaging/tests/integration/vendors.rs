//! Vendors' pictures through [`render`]: any format, any size, and damage.

use image::codecs::{jpeg::JpegEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};
use imaging::{AVATARS, Extras, render};
use picture_files::{DigitalSource, Limits, PictureFormat, Unreadable, is_whole_picture, outline};
use proptest::prelude::*;
use std::io::Cursor;
use std::sync::OnceLock;

const SOURCE: DigitalSource = DigitalSource::CompositeWithTrainedAlgorithmicMedia;
/// The four quarters of the middle square
const QUARTERS: [[u8; 3]; 4] = [[200, 60, 60], [60, 180, 70], [60, 80, 190], [230, 220, 210]];

/// A picture whose middle square has four quarters, and whose rest is black
fn quartered(width: u32, height: u32) -> RgbImage {
    let side = width.min(height);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    RgbImage::from_fn(width, height, |x, y| {
        let inside = (left..left + side).contains(&x) && (top..top + side).contains(&y);
        let quarter = usize::from(x >= left + side / 2) + 2 * usize::from(y >= top + side / 2);
        if inside { Rgb(QUARTERS[quarter]) } else { Rgb([0, 0, 0]) }
    })
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(picture).unwrap();
    bytes
}

fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes).write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8).unwrap();
    bytes
}

fn rgba_webp(picture: &RgbaImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes).write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgba8).unwrap();
    bytes
}

/// The deliverable that is the whole drawing, with its alpha
fn transparent(bytes: &[u8]) -> RgbaImage {
    let mut files = render(bytes, SOURCE, &Extras::default()).unwrap().map(Result::unwrap);
    let file = files.find(|file| file.path.ends_with("/transparent.png")).unwrap();
    image::load_from_memory(&file.bytes).unwrap().into_rgba8()
}

/// The deliverable that is the whole drawing, opaque
fn original(bytes: &[u8]) -> RgbImage {
    let mut files = render(bytes, SOURCE, &Extras::default()).unwrap().map(Result::unwrap);
    let row = AVATARS.iter().find(|row| row.fit == imaging::Fit::Drawing).unwrap();
    let file = files.find(|file| file.path == row.path(picture_files::Format::Png)).unwrap();
    image::load_from_memory(&file.bytes).unwrap().into_rgb8()
}

fn refusal(bytes: &[u8]) -> &'static str {
    render(bytes, SOURCE, &Extras::default()).err().expect("a refusal").reason()
}

#[test]
fn every_format_and_size_of_a_vendor_becomes_the_same_drawing() {
    for (width, height) in [(1024, 1024), (256, 256), (1000, 1000), (1254, 1254), (1536, 1024), (1024, 1536), (1184, 864), (2048, 2048)] {
        let picture = quartered(width, height);
        for (name, bytes) in [("png", png(&picture)), ("jpeg", jpeg(&picture)), ("webp", webp(&picture))] {
            assert!(is_whole_picture(&bytes), "{name} {width}×{height}");
            let drawn = original(&bytes);
            assert_eq!(drawn.dimensions(), (1024, 1024));
            for (quarter, colour) in (0_u32..).zip(QUARTERS) {
                for (dx, dy) in [(256, 256), (16, 16), (496, 496)] {
                    let seen = drawn.get_pixel(dx + quarter % 2 * 512, dy + quarter / 2 * 512).0;
                    let near = seen.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= 8);
                    assert!(near, "{name} {width}×{height}: quarter {quarter} at {dx},{dy} is {seen:?}");
                }
            }
        }
    }
}

#[test]
fn formats_without_loss_give_the_same_pixels() {
    let picture = quartered(1024, 1024);
    assert_eq!(original(&png(&picture)), picture);
    assert_eq!(original(&webp(&picture)), picture);
}

/// A head with shoulders over a sky, this many pixels a side, with its matte
fn matted(side: u32) -> RgbaImage {
    RgbaImage::from_fn(side, side, |x, y| {
        let (across, down) = ((x as f32 + 0.5) / side as f32, (y as f32 + 0.5) / side as f32);
        let far = |(cx, cy): (f32, f32), (rx, ry): (f32, f32)| ((across - cx) / rx).hypot((down - cy) / ry);
        let inside = far((0.5, 0.36), (0.2, 0.25)).min(far((0.5, 1.05), (0.42, 0.4)));
        let alpha = ((1.0 - inside) * 60.0 + 0.5).clamp(0.0, 1.0);
        let mix = |skin: f32, sky: f32| (skin * alpha + sky * (1.0 - alpha)) as u8;
        Rgba([mix(230.0, 90.0), mix(150.0, 140.0), mix(120.0, 220.0), (255.0 * alpha) as u8])
    })
}

#[test]
fn alpha_is_kept_where_it_is_given() {
    for side in [512, 1024, 1254] {
        let picture = matted(side);
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
        for bytes in [file.into_inner(), rgba_webp(&picture)] {
            let cut = transparent(&bytes);
            assert_eq!((cut.get_pixel(512, 369).0[3], cut.get_pixel(10, 10).0[3]), (255, 0), "{side}");
        }
    }
}

#[test]
fn what_is_too_small_too_long_or_too_large_is_refused_from_the_headers() {
    assert_eq!(refusal(&png(&quartered(255, 255))), "unsupported-variant");
    assert_eq!(refusal(&jpeg(&quartered(1024, 600))), "unsupported-variant");
    assert_eq!(refusal(&webp(&quartered(300, 1000))), "unsupported-variant");
    let vast = testkit::pictures::png(
        testkit::pictures::PngLayout { width: 4097, height: 4096, depth: 8, colour: 2, interlaced: false },
        &[],
        &[],
        &[],
    );
    assert_eq!(refusal(&vast), "too-many-pixels");
    assert!(!is_whole_picture(&vast));
}

#[test]
fn an_outline_tells_format_and_size() {
    let picture = quartered(300, 280);
    let cases = [(png(&picture), PictureFormat::Png), (jpeg(&picture), PictureFormat::Jpeg), (webp(&picture), PictureFormat::Webp)];
    for (bytes, format) in cases {
        let seen = outline(&bytes, &Limits::DRAWING).unwrap();
        assert_eq!((seen.format, seen.width, seen.height), (format, 300, 280));
    }
    assert_eq!(outline(b"", &Limits::DRAWING), Err(Unreadable::Empty));
    assert_eq!(outline(b"GIF89a", &Limits::DRAWING).unwrap_err().reason(), "unknown-format");
}

#[test]
fn no_picture_that_lacks_a_byte_of_its_end_is_whole() {
    let picture = quartered(300, 300);
    for bytes in [png(&picture), jpeg(&picture), webp(&picture)] {
        assert!(is_whole_picture(&bytes));
        for left in 0..bytes.len() {
            assert!(!is_whole_picture(&bytes[..left]), "{left} of {}", bytes.len());
        }
        assert!(is_whole_picture(&[&bytes, b"what hangs behind it".as_slice()].concat()));
    }
}

/// One small picture in each format
fn samples() -> &'static [Vec<u8>; 3] {
    static SAMPLES: OnceLock<[Vec<u8>; 3]> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let picture = quartered(260, 256);
        [png(&picture), jpeg(&picture), webp(&picture)]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Damaged bytes are refused with a reason or drawn from; nothing panics.
    #[test]
    fn damaged_bytes_end_in_a_reason(
        sample in 0_usize..3,
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let mut bytes = samples()[sample].clone();
        for (place, value) in places {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        let whole = is_whole_picture(&bytes);
        let drawn = render(&bytes, SOURCE, &Extras::default());
        match drawn {
            Ok(_) => prop_assert!(whole, "drawn from, and not whole"),
            Err(refusal) => prop_assert!(!refusal.reason().is_empty() && !refusal.to_string().is_empty()),
        }
    }

    #[test]
    fn any_bytes_behind_a_signature_end_in_a_reason(signature in 0_usize..3, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let signatures: [&[u8]; 3] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x60\0\0\0WEBP"];
        let file = [signatures[signature], &bytes].concat();
        prop_assert!(render(&file, SOURCE, &Extras::default()).is_err());
        let _whole = is_whole_picture(&file);
    }
}
