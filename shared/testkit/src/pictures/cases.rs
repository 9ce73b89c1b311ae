//! The pictures of the corpus.

use super::containers::rows;
use super::{
    CARD_COLOURS, CARD_HEIGHT, CARD_WIDTH, Case, Expected, PngLayout, card, jpeg, jpeg_with_segment, luma, png, png_chunk, rgb_png, riff,
    riff_chunk, turned_jpeg, turned_png, turned_webp, vp8x, webp, zlib, zlib_bomb,
};
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, Luma};

/// A file of 30,000² pixels and a few hundred kilobytes, whose header is true: it unpacks to the declared size
pub fn bomb_png() -> Vec<u8> {
    let side = 30_000;
    let layout = PngLayout { width: side, height: side, depth: 1, colour: 0, interlaced: false };
    png(layout, &[], &zlib_bomb(u64::from(side) * (1 + u64::from(side) / 8)), &[])
}

/// The number of a card's colour, 0 to 3
fn number(pixel: [u8; 3]) -> u8 {
    CARD_COLOURS.iter().position(|colour| *colour == pixel).unwrap_or(0) as u8
}

fn card_png(depth: u8, colour: u8, before: &[Vec<u8>], encode: impl Fn([u8; 3]) -> Vec<u8>) -> Vec<u8> {
    let layout = PngLayout { width: CARD_WIDTH, height: CARD_HEIGHT, depth, colour, interlaced: false };
    png(layout, before, &zlib(&rows(&card(), encode)), &[])
}

/// RGBA with white as full transparency over a colour that must not show
fn rgba(pixel: [u8; 3]) -> Vec<u8> {
    if pixel == CARD_COLOURS[3] { vec![250, 0, 250, 0] } else { [&pixel[..], &[255]].concat() }
}

fn palette_png() -> Vec<u8> {
    let mut colours = CARD_COLOURS.concat();
    colours[9..].copy_from_slice(&[250, 0, 250]);
    let layout = PngLayout { width: CARD_WIDTH, height: CARD_HEIGHT, depth: 2, colour: 3, interlaced: false };
    let mut data = Vec::new();
    for row in card().rows() {
        data.push(0);
        let numbers: Vec<u8> = row.map(|pixel| number(pixel.0)).collect();
        data.extend(numbers.chunks(4).map(|four| four.iter().fold(0, |byte, value| byte << 2 | value)));
    }
    png(layout, &[png_chunk(b"PLTE", &colours), png_chunk(b"tRNS", &[255, 255, 255, 0])], &zlib(&data), &[])
}

fn interlaced_png() -> Vec<u8> {
    let upright = card();
    let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
    let mut data = Vec::new();
    for (left, top, across, down) in passes {
        for y in (top..CARD_HEIGHT).step_by(down) {
            data.push(0);
            (left..CARD_WIDTH).step_by(across).for_each(|x| data.extend(rgba(upright.get_pixel(x, y).0)));
        }
    }
    let layout = PngLayout { width: CARD_WIDTH, height: CARD_HEIGHT, depth: 8, colour: 6, interlaced: true };
    png(layout, &[], &zlib(&data), &[])
}

/// A zip archive of one file, to be appended to a picture
fn archive() -> Vec<u8> {
    let entry = |signature: &[u8], rest: &[u8]| [signature, &[0; 22], &3_u16.to_le_bytes(), rest, b"a.b"].concat();
    let local = entry(b"PK\x03\x04", &[0; 2]);
    let central = entry(b"PK\x01\x02", &[0; 18]);
    let end = [b"PK\x05\x06".as_slice(), &[0, 0, 0, 0, 1, 0, 1, 0, 49, 0, 0, 0, 33, 0, 0, 0, 0, 0]].concat();
    [local, central, end].concat()
}

const SVG: &[u8] = br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>"#;
const PAGE: &[u8] = b"<!doctype html><script>alert(document.cookie)</script>";
const HEIC: &[u8] = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\0";

/// A file of the fixtures
macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../fixtures/", $name)).to_vec()
    };
}

pub(super) fn case(name: &'static str, content_type: &'static str, bytes: Vec<u8>, expected: Expected) -> Case {
    Case { name, content_type, bytes, expected }
}

/// Files as cameras and editors write them
pub(super) fn plain() -> Vec<Case> {
    use Expected::{Upright, UprightGrey};
    let (jpg, webp_type, png_type) = ("image/jpeg", "image/webp", "image/png");
    let wide = |pixel: [u8; 3]| pixel.iter().flat_map(|&channel| [channel, 0x5a]).collect();
    let upright = card();
    let grey = GrayImage::from_fn(CARD_WIDTH, CARD_HEIGHT, |x, y| Luma([luma(upright.get_pixel(x, y).0)]));
    let mut grey_jpeg = Vec::new();
    let written = JpegEncoder::new_with_quality(&mut grey_jpeg, 95).encode_image(&grey);
    assert!(written.is_ok(), "a JPEG is written");
    vec![
        case("jpeg-baseline", jpg, jpeg(&card()), Upright),
        case("jpeg-progressive", jpg, fixture!("card-progressive.jpg"), Upright),
        case("jpeg-cmyk", jpg, fixture!("card-cmyk.jpg"), Upright),
        case("jpeg-cmyk-unmarked", jpg, fixture!("card-cmyk-plain.jpg"), Upright),
        case("jpeg-ycck", jpg, fixture!("card-ycck.jpg"), Upright),
        case("jpeg-grey", jpg, grey_jpeg, UprightGrey),
        case("png-rgb", png_type, rgb_png(&card(), &[], &[]), Upright),
        case("png-16-bit", png_type, card_png(16, 2, &[], wide), Upright),
        case("png-rgba", png_type, card_png(8, 6, &[], rgba), Upright),
        case("png-palette-alpha", png_type, palette_png(), Upright),
        case("png-interlaced-alpha", png_type, interlaced_png(), Upright),
        case("png-grey", png_type, card_png(8, 0, &[], |pixel| vec![luma(pixel)]), UprightGrey),
        case("png-grey-alpha", png_type, card_png(8, 4, &[], grey_alpha), UprightGrey),
        case("webp-lossless", webp_type, webp(&card()), Upright),
        case("webp-lossy", webp_type, fixture!("card-lossy.webp"), Upright),
        case("webp-lossy-alpha", webp_type, fixture!("card-lossy-alpha.webp"), Upright),
    ]
}

fn grey_alpha(pixel: [u8; 3]) -> Vec<u8> {
    if pixel == CARD_COLOURS[3] { vec![0, 0] } else { vec![luma(pixel), 255] }
}

/// The eight EXIF orientations in the three formats
pub(super) fn turned() -> Vec<Case> {
    const NAMES: [[&str; 8]; 3] = [
        [
            "jpeg-turned-1",
            "jpeg-turned-2",
            "jpeg-turned-3",
            "jpeg-turned-4",
            "jpeg-turned-5",
            "jpeg-turned-6",
            "jpeg-turned-7",
            "jpeg-turned-8",
        ],
        ["png-turned-1", "png-turned-2", "png-turned-3", "png-turned-4", "png-turned-5", "png-turned-6", "png-turned-7", "png-turned-8"],
        [
            "webp-turned-1",
            "webp-turned-2",
            "webp-turned-3",
            "webp-turned-4",
            "webp-turned-5",
            "webp-turned-6",
            "webp-turned-7",
            "webp-turned-8",
        ],
    ];
    (1..=8)
        .flat_map(|orientation| {
            let name = |format: usize| NAMES[format][usize::from(orientation) - 1];
            [
                case(name(0), "image/jpeg", turned_jpeg(orientation), Expected::Upright),
                case(name(1), "image/png", turned_png(orientation), Expected::Upright),
                case(name(2), "image/webp", turned_webp(orientation), Expected::Upright),
            ]
        })
        .collect()
}

/// Valid pictures with oddities around them
pub(super) fn odd() -> Vec<Case> {
    use Expected::Upright;
    let text_bomb = png_chunk(b"zTXt", &[b"Comment\0\0".as_slice(), &zlib_bomb(100_000_000)].concat());
    let profile_bomb = png_chunk(b"iCCP", &[b"icc\0\0".as_slice(), &zlib_bomb(100_000_000)].concat());
    let comment = jpeg_with_segment(&jpeg(&card()), 0xfe, PAGE);
    vec![
        case("png-declared-jpeg", "image/jpeg", rgb_png(&card(), &[], &[]), Upright),
        case("webp-declared-png", "image/png", webp(&card()), Upright),
        case("jpeg-and-archive", "image/jpeg", [jpeg(&card()), archive()].concat(), Upright),
        case("jpeg-with-page-as-comment", "image/jpeg", [comment, PAGE.to_vec()].concat(), Upright),
        case("png-and-page", "image/png", [rgb_png(&card(), &[], &[]), PAGE.to_vec()].concat(), Upright),
        case("webp-and-archive", "image/webp", [webp(&card()), archive()].concat(), Upright),
        case("png-text-bomb", "image/png", rgb_png(&card(), &[text_bomb], &[]), Upright),
        case("png-profile-bomb", "image/png", rgb_png(&card(), &[profile_bomb], &[]), Upright),
    ]
}

/// Pictures that must be refused
pub(super) fn refused() -> Vec<Case> {
    let refused = |name, content_type, bytes, reason| case(name, content_type, bytes, Expected::Refused(reason));
    let cut = |bytes: Vec<u8>, percent: usize| bytes[..bytes.len() * percent / 100].to_vec();
    let (jpg, webp_type, png_type) = ("image/jpeg", "image/webp", "image/png");
    vec![
        refused("empty", jpg, Vec::new(), "empty"),
        refused("jpeg-truncated", jpg, cut(jpeg(&card()), 80), "truncated"),
        refused("jpeg-start-only", jpg, vec![0xff, 0xd8, 0xff], "truncated"),
        refused("png-truncated", png_type, cut(rgb_png(&card(), &[], &[]), 50), "truncated"),
        refused("webp-truncated", webp_type, cut(webp(&card()), 90), "truncated"),
        refused("png-bomb", png_type, bomb_png(), "too-many-pixels"),
        refused("jpeg-declares-too-much", jpg, jpeg_of_declared_size(65_000), "too-many-pixels"),
        refused("jpeg-two-frames", jpg, jpeg_with_segment(&jpeg(&card()), 0xc0, &[8, 0, 16, 0, 16, 1, 1, 0x11, 0]), "corrupt"),
        refused("png-declares-too-much", png_type, png_that_lies(), "corrupt"),
        refused("webp-frame-larger-than-canvas", webp_type, webp_that_lies(), "too-many-pixels"),
        refused("webp-animated", webp_type, fixture!("card-animated.webp"), "animated"),
        refused("png-animated", png_type, fixture!("card-animated.png"), "animated"),
        refused("gif-animated", png_type, fixture!("card-animated.gif"), "unknown-format"),
        refused("gif-and-archive", png_type, [fixture!("card-animated.gif"), archive()].concat(), "unknown-format"),
        refused("svg-with-script", png_type, SVG.to_vec(), "unknown-format"),
        refused("html", jpg, PAGE.to_vec(), "unknown-format"),
        refused("pdf", jpg, b"%PDF-1.7\n%%EOF".to_vec(), "unknown-format"),
        refused("heic", jpg, HEIC.to_vec(), "unknown-format"),
        refused("text", jpg, b"not a picture at all".to_vec(), "unknown-format"),
    ]
}

/// A JPEG whose frame header declares a square of `side` pixels
fn jpeg_of_declared_size(side: u16) -> Vec<u8> {
    let mut bytes = jpeg(&card());
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap_or_default();
    bytes[frame + 5..frame + 7].copy_from_slice(&side.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&side.to_be_bytes());
    bytes
}

/// A PNG with more pixels in its header than in its data
fn png_that_lies() -> Vec<u8> {
    let layout = PngLayout { width: 4000, height: 4000, depth: 8, colour: 2, interlaced: false };
    png(layout, &[], &zlib(&rows(&card(), |pixel| pixel.to_vec())), &[])
}

/// A WebP with a canvas of the card's size around a frame of 16,384²
fn webp_that_lies() -> Vec<u8> {
    let mut frame = webp(&card())[20..].to_vec();
    frame[1..5].copy_from_slice(&0x0fff_ffff_u32.to_le_bytes());
    riff(&[vp8x(0, CARD_WIDTH, CARD_HEIGHT), riff_chunk(b"VP8L", &frame)])
}
