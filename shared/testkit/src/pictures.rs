//! Pictures that people and attackers send: every one either shows the [`card`] upright or is refused for a stated reason.
//!
//! PNG and WebP containers are put together by hand here, so that they can lie; what needs a real encoder lies in `fixtures/card-*`.

use image::codecs::{jpeg::JpegEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, GrayImage, Luma, Rgb, RgbImage};

/// Width of the upright card in pixels
pub const CARD_WIDTH: u32 = 96;
/// Height of the upright card in pixels
pub const CARD_HEIGHT: u32 = 64;
/// Colours of the card's quarters: upper left, upper right, lower left, lower right
pub const CARD_COLOURS: [[u8; 3]; 4] =
    [[200, 30, 40], [30, 160, 60], [40, 60, 190], [255, 255, 255]];

/// One picture and what becomes of it
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name, kebab case, unique
    pub name: &'static str,
    /// What its sender declares; one of the three types an upload may have
    pub content_type: &'static str,
    /// The file
    pub bytes: Vec<u8>,
    /// What a right decoder makes of it
    pub expected: Expected,
}

/// What a right decoder makes of a picture
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The card, standing upright, its transparency white, nothing else left of the file
    Upright,
    /// The card in greys: the luma of its colours
    UprightGrey,
    /// A refusal with this reason, as `imaging::Unreadable::reason` names it
    Refused(&'static str),
}

/// The card: four quarters of four colours, so that every way of turning it shows
pub fn card() -> RgbImage {
    RgbImage::from_fn(CARD_WIDTH, CARD_HEIGHT, |x, y| {
        let quarter = usize::from(x >= CARD_WIDTH / 2) + 2 * usize::from(y >= CARD_HEIGHT / 2);
        Rgb(CARD_COLOURS[quarter])
    })
}

/// The card as a camera stores it that writes this EXIF orientation, 1 to 8 (EXIF 2.32, tag 0x0112: what the first row and column are)
pub fn stored(orientation: u8) -> RgbImage {
    let upright = card();
    let (right, bottom) = (CARD_WIDTH - 1, CARD_HEIGHT - 1);
    let (width, height) = if orientation < 5 {
        (CARD_WIDTH, CARD_HEIGHT)
    } else {
        (CARD_HEIGHT, CARD_WIDTH)
    };
    RgbImage::from_fn(width, height, |column, row| {
        let (x, y) = match orientation {
            2 => (right - column, row),
            3 => (right - column, bottom - row),
            4 => (column, bottom - row),
            5 => (row, column),
            6 => (right - row, column),
            7 => (right - row, bottom - column),
            8 => (row, bottom - column),
            _ => (column, row),
        };
        *upright.get_pixel(x, y)
    })
}

/// An EXIF block: a TIFF header and one tag, the orientation; little-endian if it is odd, else big-endian
pub fn exif(orientation: u8) -> Vec<u8> {
    let little = orientation % 2 == 1;
    let short = |value: u16| {
        if little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        }
    };
    let long = |value: u32| {
        if little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        }
    };
    let mut block = if little {
        b"II*\0".to_vec()
    } else {
        b"MM\0*".to_vec()
    };
    block.extend(long(8));
    block.extend(short(1));
    block.extend(short(0x0112));
    block.extend(short(3));
    block.extend(long(1));
    block.extend(short(orientation.into()));
    block.extend(short(0));
    block.extend(long(0));
    block
}

/// `picture` as a baseline JPEG
pub fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written = JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(picture);
    assert!(written.is_ok(), "a JPEG is written");
    bytes
}

/// A JPEG with a segment more, directly behind its start
pub fn jpeg_with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() + 2) as u16;
    [
        &jpeg[..2],
        &[0xff, marker],
        &length.to_be_bytes(),
        body,
        &jpeg[2..],
    ]
    .concat()
}

/// A JPEG of the card as stored with this orientation
pub fn turned_jpeg(orientation: u8) -> Vec<u8> {
    jpeg_with_segment(
        &jpeg(&stored(orientation)),
        0xe1,
        &[b"Exif\0\0".as_slice(), &exif(orientation)].concat(),
    )
}

/// How a PNG stores its pixels
#[derive(Clone, Copy, Debug)]
pub struct PngLayout {
    /// Width the header declares, in pixels
    pub width: u32,
    /// Height the header declares, in pixels
    pub height: u32,
    /// Bits a channel
    pub depth: u8,
    /// Colour type: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
    pub colour: u8,
    /// Whether Adam7 interlacing is declared
    pub interlaced: bool,
}

/// A PNG of hand-made parts: `before` are chunks before the pixels, `after` behind them, `data` the zlib stream of the pixels
pub fn png(layout: PngLayout, before: &[Vec<u8>], data: &[u8], after: &[Vec<u8>]) -> Vec<u8> {
    let mut header = layout.width.to_be_bytes().to_vec();
    header.extend(layout.height.to_be_bytes());
    header.extend([
        layout.depth,
        layout.colour,
        0,
        0,
        u8::from(layout.interlaced),
    ]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(png_chunk(b"IHDR", &header));
    before.iter().for_each(|chunk| bytes.extend(chunk));
    bytes.extend(png_chunk(b"IDAT", data));
    after.iter().for_each(|chunk| bytes.extend(chunk));
    bytes.extend(png_chunk(b"IEND", &[]));
    bytes
}

/// One PNG chunk with its length and checksum
pub fn png_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = (body.len() as u32).to_be_bytes().to_vec();
    chunk.extend(name);
    chunk.extend(body);
    let checksum = crc32(&chunk[4..]);
    chunk.extend(checksum.to_be_bytes());
    chunk
}

fn crc32(bytes: &[u8]) -> u32 {
    let turn = |value: u32, _: i32| {
        if value & 1 == 1 {
            0xedb8_8320 ^ (value >> 1)
        } else {
            value >> 1
        }
    };
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), turn)
    })
}

/// A zlib stream that holds `data` uncompressed
pub fn zlib(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for &byte in data {
        low = (low + u32::from(byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    stream.extend((high << 16 | low).to_be_bytes());
    stream
}

/// A zlib stream of 13 bits for every 258 bytes, all zero, that it unpacks to; at least `length` of them
pub fn zlib_bomb(length: u64) -> Vec<u8> {
    // One block of fixed codes: literal 0, then "258 bytes from one byte back" again and again. Eight of these fill 13 bytes, which repeat.
    let repeat = [1_u8, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    let bits: Vec<u8> = [0; 3]
        .into_iter()
        .chain(repeat.into_iter().cycle().take(101))
        .collect();
    let thirteen: Vec<u8> = bits
        .chunks(8)
        .map(|eight| eight.iter().rev().fold(0, |byte, bit| byte << 1 | bit))
        .collect();
    let times = length.div_ceil(8 * 258);
    let mut stream = vec![0x78, 0x01, 0x63];
    (0..times).for_each(|_| stream.extend(&thirteen));
    stream.extend([0; 2]); // the end of the block
    let unpacked = ((1 + 8 * 258 * times) % 65_521) as u32;
    stream.extend((unpacked << 16 | 1).to_be_bytes());
    stream
}

/// A PNG of `picture`, RGB, with chunks before and behind the pixels
pub fn rgb_png(picture: &RgbImage, before: &[Vec<u8>], after: &[Vec<u8>]) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let layout = PngLayout {
        width,
        height,
        depth: 8,
        colour: 2,
        interlaced: false,
    };
    png(
        layout,
        before,
        &zlib(&rows(picture, |pixel| pixel.to_vec())),
        after,
    )
}

/// Unfiltered rows of `picture`, each pixel as `encode` gives it
fn rows(picture: &RgbImage, encode: impl Fn([u8; 3]) -> Vec<u8>) -> Vec<u8> {
    picture
        .rows()
        .flat_map(|row| std::iter::once(0).chain(row.flat_map(|pixel| encode(pixel.0))))
        .collect()
}

/// The number of a card's colour, 0 to 3
fn number(pixel: [u8; 3]) -> u8 {
    CARD_COLOURS
        .iter()
        .position(|colour| *colour == pixel)
        .unwrap_or(0) as u8
}

/// Rec. 601 luma, as JPEG's grey
pub fn luma([red, green, blue]: [u8; 3]) -> u8 {
    ((299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) + 500) / 1000) as u8
}

fn card_png(
    depth: u8,
    colour: u8,
    before: &[Vec<u8>],
    encode: impl Fn([u8; 3]) -> Vec<u8>,
) -> Vec<u8> {
    let layout = PngLayout {
        width: CARD_WIDTH,
        height: CARD_HEIGHT,
        depth,
        colour,
        interlaced: false,
    };
    png(layout, before, &zlib(&rows(&card(), encode)), &[])
}

/// RGBA with white as full transparency over a colour that must not show
fn rgba(pixel: [u8; 3]) -> Vec<u8> {
    if pixel == CARD_COLOURS[3] {
        vec![250, 0, 250, 0]
    } else {
        [&pixel[..], &[255]].concat()
    }
}

fn palette_png() -> Vec<u8> {
    let mut colours = CARD_COLOURS.concat();
    colours[9..].copy_from_slice(&[250, 0, 250]);
    let layout = PngLayout {
        width: CARD_WIDTH,
        height: CARD_HEIGHT,
        depth: 2,
        colour: 3,
        interlaced: false,
    };
    let mut data = Vec::new();
    for row in card().rows() {
        data.push(0);
        let numbers: Vec<u8> = row.map(|pixel| number(pixel.0)).collect();
        data.extend(
            numbers
                .chunks(4)
                .map(|four| four.iter().fold(0, |byte, value| byte << 2 | value)),
        );
    }
    png(
        layout,
        &[
            png_chunk(b"PLTE", &colours),
            png_chunk(b"tRNS", &[255, 255, 255, 0]),
        ],
        &zlib(&data),
        &[],
    )
}

fn interlaced_png() -> Vec<u8> {
    let upright = card();
    let passes = [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ];
    let mut data = Vec::new();
    for (left, top, across, down) in passes {
        for y in (top..CARD_HEIGHT).step_by(down) {
            data.push(0);
            (left..CARD_WIDTH)
                .step_by(across)
                .for_each(|x| data.extend(rgba(upright.get_pixel(x, y).0)));
        }
    }
    let layout = PngLayout {
        width: CARD_WIDTH,
        height: CARD_HEIGHT,
        depth: 8,
        colour: 6,
        interlaced: true,
    };
    png(layout, &[], &zlib(&data), &[])
}

/// A file of 30,000² pixels that is a few hundred kilobytes long and honest: it unpacks to what it declares
pub fn bomb_png() -> Vec<u8> {
    let side = 30_000;
    let layout = PngLayout {
        width: side,
        height: side,
        depth: 1,
        colour: 0,
        interlaced: false,
    };
    png(
        layout,
        &[],
        &zlib_bomb(u64::from(side) * (1 + u64::from(side) / 8)),
        &[],
    )
}

/// `picture` as a lossless WebP of one chunk
pub fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    let written = WebPEncoder::new_lossless(&mut bytes).encode(
        picture,
        width,
        height,
        ExtendedColorType::Rgb8,
    );
    assert!(written.is_ok(), "a WebP is written");
    bytes
}

/// One RIFF chunk, padded
pub fn riff_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend((body.len() as u32).to_le_bytes());
    chunk.extend(body);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// A WebP of these chunks
pub fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    [
        b"RIFF".as_slice(),
        &(body.len() as u32 + 4).to_le_bytes(),
        b"WEBP",
        &body,
    ]
    .concat()
}

/// The header of an extended WebP with these flags (0x08 EXIF, 0x04 XMP, 0x02 animation)
pub fn vp8x(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let size = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    riff_chunk(
        b"VP8X",
        &[vec![flags, 0, 0, 0], size(width), size(height)].concat(),
    )
}

/// A WebP of the card as stored with this orientation; an even one has the `Exif\0\0` that some writers leave before the block
pub fn turned_webp(orientation: u8) -> Vec<u8> {
    let picture = stored(orientation);
    let prefix: &[u8] = if orientation.is_multiple_of(2) {
        b"Exif\0\0"
    } else {
        b""
    };
    let frame = webp(&picture)[12..].to_vec();
    riff(&[
        vp8x(0x08, picture.width(), picture.height()),
        frame,
        riff_chunk(b"EXIF", &[prefix, &exif(orientation)].concat()),
    ])
}

/// A PNG of the card as stored with this orientation; an even one has its EXIF behind the pixels
pub fn turned_png(orientation: u8) -> Vec<u8> {
    let chunk = [png_chunk(b"eXIf", &exif(orientation))];
    let (before, after): (&[_], &[_]) = if orientation.is_multiple_of(2) {
        (&[], &chunk)
    } else {
        (&chunk, &[])
    };
    rgb_png(&stored(orientation), before, after)
}

/// A zip archive of one file, for hanging behind a picture
fn archive() -> Vec<u8> {
    let entry = |signature: &[u8], rest: &[u8]| {
        [signature, &[0; 22], &3_u16.to_le_bytes(), rest, b"a.b"].concat()
    };
    let local = entry(b"PK\x03\x04", &[0; 2]);
    let central = entry(b"PK\x01\x02", &[0; 18]);
    let end = [
        b"PK\x05\x06".as_slice(),
        &[0, 0, 0, 0, 1, 0, 1, 0, 49, 0, 0, 0, 33, 0, 0, 0, 0, 0],
    ]
    .concat();
    [local, central, end].concat()
}

const SVG: &[u8] = br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>"#;
const PAGE: &[u8] = b"<!doctype html><script>alert(document.cookie)</script>";
const HEIC: &[u8] = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\0";

/// A file of the fixtures
macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../fixtures/", $name)).to_vec()
    };
}

/// Every picture, by name: first those that are right, then those that are refused
pub fn corpus() -> Vec<Case> {
    [plain(), turned(), odd(), refused()].concat()
}

fn case(
    name: &'static str,
    content_type: &'static str,
    bytes: Vec<u8>,
    expected: Expected,
) -> Case {
    Case {
        name,
        content_type,
        bytes,
        expected,
    }
}

/// What honest cameras and editors write
fn plain() -> Vec<Case> {
    use Expected::{Upright, UprightGrey};
    let (jpg, webp_type, png_type) = ("image/jpeg", "image/webp", "image/png");
    let wide = |pixel: [u8; 3]| pixel.iter().flat_map(|&channel| [channel, 0x5a]).collect();
    let upright = card();
    let grey = GrayImage::from_fn(CARD_WIDTH, CARD_HEIGHT, |x, y| {
        Luma([luma(upright.get_pixel(x, y).0)])
    });
    let mut grey_jpeg = Vec::new();
    let written = JpegEncoder::new_with_quality(&mut grey_jpeg, 95).encode_image(&grey);
    assert!(written.is_ok(), "a JPEG is written");
    vec![
        case("jpeg-baseline", jpg, jpeg(&card()), Upright),
        case(
            "jpeg-progressive",
            jpg,
            fixture!("card-progressive.jpg"),
            Upright,
        ),
        case("jpeg-cmyk", jpg, fixture!("card-cmyk.jpg"), Upright),
        case(
            "jpeg-cmyk-unmarked",
            jpg,
            fixture!("card-cmyk-plain.jpg"),
            Upright,
        ),
        case("jpeg-ycck", jpg, fixture!("card-ycck.jpg"), Upright),
        case("jpeg-grey", jpg, grey_jpeg, UprightGrey),
        case("png-rgb", png_type, rgb_png(&card(), &[], &[]), Upright),
        case("png-16-bit", png_type, card_png(16, 2, &[], wide), Upright),
        case("png-rgba", png_type, card_png(8, 6, &[], rgba), Upright),
        case("png-palette-alpha", png_type, palette_png(), Upright),
        case("png-interlaced-alpha", png_type, interlaced_png(), Upright),
        case(
            "png-grey",
            png_type,
            card_png(8, 0, &[], |pixel| vec![luma(pixel)]),
            UprightGrey,
        ),
        case(
            "png-grey-alpha",
            png_type,
            card_png(8, 4, &[], grey_alpha),
            UprightGrey,
        ),
        case("webp-lossless", webp_type, webp(&card()), Upright),
        case(
            "webp-lossy",
            webp_type,
            fixture!("card-lossy.webp"),
            Upright,
        ),
        case(
            "webp-lossy-alpha",
            webp_type,
            fixture!("card-lossy-alpha.webp"),
            Upright,
        ),
    ]
}

fn grey_alpha(pixel: [u8; 3]) -> Vec<u8> {
    if pixel == CARD_COLOURS[3] {
        vec![0, 0]
    } else {
        vec![luma(pixel), 255]
    }
}

/// The eight EXIF orientations in the three formats
fn turned() -> Vec<Case> {
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
        [
            "png-turned-1",
            "png-turned-2",
            "png-turned-3",
            "png-turned-4",
            "png-turned-5",
            "png-turned-6",
            "png-turned-7",
            "png-turned-8",
        ],
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
                case(
                    name(0),
                    "image/jpeg",
                    turned_jpeg(orientation),
                    Expected::Upright,
                ),
                case(
                    name(1),
                    "image/png",
                    turned_png(orientation),
                    Expected::Upright,
                ),
                case(
                    name(2),
                    "image/webp",
                    turned_webp(orientation),
                    Expected::Upright,
                ),
            ]
        })
        .collect()
}

/// Right pictures with something wrong around them
fn odd() -> Vec<Case> {
    use Expected::Upright;
    let text_bomb = png_chunk(
        b"zTXt",
        &[b"Comment\0\0".as_slice(), &zlib_bomb(100_000_000)].concat(),
    );
    let profile_bomb = png_chunk(
        b"iCCP",
        &[b"icc\0\0".as_slice(), &zlib_bomb(100_000_000)].concat(),
    );
    let comment = jpeg_with_segment(&jpeg(&card()), 0xfe, PAGE);
    vec![
        case(
            "png-declared-jpeg",
            "image/jpeg",
            rgb_png(&card(), &[], &[]),
            Upright,
        ),
        case("webp-declared-png", "image/png", webp(&card()), Upright),
        case(
            "jpeg-and-archive",
            "image/jpeg",
            [jpeg(&card()), archive()].concat(),
            Upright,
        ),
        case(
            "jpeg-with-page-as-comment",
            "image/jpeg",
            [comment, PAGE.to_vec()].concat(),
            Upright,
        ),
        case(
            "png-and-page",
            "image/png",
            [rgb_png(&card(), &[], &[]), PAGE.to_vec()].concat(),
            Upright,
        ),
        case(
            "webp-and-archive",
            "image/webp",
            [webp(&card()), archive()].concat(),
            Upright,
        ),
        case(
            "png-text-bomb",
            "image/png",
            rgb_png(&card(), &[text_bomb], &[]),
            Upright,
        ),
        case(
            "png-profile-bomb",
            "image/png",
            rgb_png(&card(), &[profile_bomb], &[]),
            Upright,
        ),
    ]
}

/// What must be refused
fn refused() -> Vec<Case> {
    let refused = |name, content_type, bytes, reason| {
        case(name, content_type, bytes, Expected::Refused(reason))
    };
    let cut = |bytes: Vec<u8>, percent: usize| bytes[..bytes.len() * percent / 100].to_vec();
    let (jpg, webp_type, png_type) = ("image/jpeg", "image/webp", "image/png");
    vec![
        refused("empty", jpg, Vec::new(), "empty"),
        refused("jpeg-truncated", jpg, cut(jpeg(&card()), 80), "truncated"),
        refused("jpeg-start-only", jpg, vec![0xff, 0xd8, 0xff], "truncated"),
        refused(
            "png-truncated",
            png_type,
            cut(rgb_png(&card(), &[], &[]), 50),
            "truncated",
        ),
        refused(
            "webp-truncated",
            webp_type,
            cut(webp(&card()), 90),
            "truncated",
        ),
        refused("png-bomb", png_type, bomb_png(), "too-many-pixels"),
        refused(
            "jpeg-declares-too-much",
            jpg,
            jpeg_of_declared_size(65_000),
            "too-many-pixels",
        ),
        refused(
            "jpeg-two-frames",
            jpg,
            jpeg_with_segment(&jpeg(&card()), 0xc0, &[8, 0, 16, 0, 16, 1, 1, 0x11, 0]),
            "corrupt",
        ),
        refused(
            "png-declares-too-much",
            png_type,
            png_that_lies(),
            "corrupt",
        ),
        refused(
            "webp-frame-larger-than-canvas",
            webp_type,
            webp_that_lies(),
            "too-many-pixels",
        ),
        refused(
            "webp-animated",
            webp_type,
            fixture!("card-animated.webp"),
            "animated",
        ),
        refused(
            "png-animated",
            png_type,
            fixture!("card-animated.png"),
            "animated",
        ),
        refused(
            "gif-animated",
            png_type,
            fixture!("card-animated.gif"),
            "unknown-format",
        ),
        refused(
            "gif-and-archive",
            png_type,
            [fixture!("card-animated.gif"), archive()].concat(),
            "unknown-format",
        ),
        refused("svg-with-script", png_type, SVG.to_vec(), "unknown-format"),
        refused("html", jpg, PAGE.to_vec(), "unknown-format"),
        refused("pdf", jpg, b"%PDF-1.7\n%%EOF".to_vec(), "unknown-format"),
        refused("heic", jpg, HEIC.to_vec(), "unknown-format"),
        refused(
            "text",
            jpg,
            b"not a picture at all".to_vec(),
            "unknown-format",
        ),
    ]
}

/// A JPEG whose frame header declares a square of `side` pixels
fn jpeg_of_declared_size(side: u16) -> Vec<u8> {
    let mut bytes = jpeg(&card());
    let frame = bytes
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap_or_default();
    bytes[frame + 5..frame + 7].copy_from_slice(&side.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&side.to_be_bytes());
    bytes
}

/// A PNG with more pixels in its header than in its data
fn png_that_lies() -> Vec<u8> {
    let layout = PngLayout {
        width: 4000,
        height: 4000,
        depth: 8,
        colour: 2,
        interlaced: false,
    };
    png(
        layout,
        &[],
        &zlib(&rows(&card(), |pixel| pixel.to_vec())),
        &[],
    )
}

/// A WebP with a canvas of the card's size around a frame of 16,384²
fn webp_that_lies() -> Vec<u8> {
    let mut frame = webp(&card())[20..].to_vec();
    frame[1..5].copy_from_slice(&0x0fff_ffff_u32.to_le_bytes());
    riff(&[
        vp8x(0, CARD_WIDTH, CARD_HEIGHT),
        riff_chunk(b"VP8L", &frame),
    ])
}
