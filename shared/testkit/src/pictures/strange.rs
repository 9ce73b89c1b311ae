//! Pictures as strangers' phones and programs write them: wrong by the letter, and meant well.

use super::cases::case;
use super::containers::rows;
use super::{
    CARD_HEIGHT, CARD_WIDTH, Case, Expected, PngLayout, card, jpeg, jpeg_with_segment, png, png_chunk, rgb_png, riff, riff_chunk, stored,
    vp8x, webp, zlib,
};
use image::{Rgb, RgbImage};

const JPG: &str = "image/jpeg";
const PNG: &str = "image/png";
const WEBP: &str = "image/webp";
/// Orientation of the turned pictures here: a phone held upright
const ON_ITS_SIDE: u8 = 6;

pub(super) fn strange() -> Vec<Case> {
    [between_segments(), turned(), headers(), blank()].concat()
}

/// A JPEG of the card with these bytes behind its first segment
fn with_bytes(bytes: &[u8]) -> Vec<u8> {
    let jpeg = jpeg(&card());
    let second = 4 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
    [&jpeg[..second], bytes, &jpeg[second..]].concat()
}

fn between_segments() -> Vec<Case> {
    use Expected::Upright;
    vec![
        case("jpeg-zeros-between-segments", JPG, with_bytes(&[0; 7]), Upright),
        case("jpeg-text-between-segments", JPG, with_bytes(b"left by an editor"), Upright),
        case("jpeg-coded-ff-between-segments", JPG, with_bytes(&[1, 0xff, 0, 0xff, 0xff]), Upright),
        case("jpeg-half-a-marker-between-segments", JPG, with_bytes(&[0, 0xe1, 0, 2]), Upright),
        case("jpeg-comment-longer-than-it-says", JPG, with_bytes(b"\xff\xfe\0\x04odd end"), Upright),
        case("jpeg-comment-without-length", JPG, with_bytes(&[0xff, 0xfe, 0, 0]), Upright),
    ]
}

/// A TIFF header and a directory of one entry, the orientation in four bytes
fn block(little: bool, kind: u8, value: [u8; 4]) -> Vec<u8> {
    let entry = match little {
        true => [b"II*\0\x08\0\0\0\x01\0\x12\x01".as_slice(), &[kind, 0, 1, 0, 0, 0]],
        false => [b"MM\0*\0\0\0\x08\0\x01\x01\x12".as_slice(), &[0, kind, 0, 0, 0, 1]],
    };
    [&entry.concat(), &value[..], &[0; 4]].concat()
}

/// XMP with the orientation
fn xmp() -> Vec<u8> {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
         xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" tiff:Orientation=\"{ON_ITS_SIDE}\"/></rdf:RDF></x:xmpmeta>"
    )
    .into_bytes()
}

/// A text of ImageMagick's: `name`, the length and the bytes in hexadecimal digits
fn raw_profile(name: &str, bytes: &[u8]) -> Vec<u8> {
    let digits: Vec<String> = bytes.chunks(36).map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
    format!("\n{name}\n{:8}\n{}\n", bytes.len(), digits.join("\n")).into_bytes()
}

fn turned() -> Vec<Case> {
    use Expected::Upright;
    let long = block(false, 4, [0, 0, 0, ON_ITS_SIDE]);
    let byte = block(false, 1, [ON_ITS_SIDE, 0, 0, 0]);
    let little = block(true, 4, [ON_ITS_SIDE, 0, 0, 0]);
    let nothing = block(false, 3, [0; 4]);
    let on_side = stored(ON_ITS_SIDE);
    let app1 = |bodies: &[Vec<u8>]| bodies.iter().rev().fold(jpeg(&on_side), |jpeg, body| jpeg_with_segment(&jpeg, 0xe1, body));
    let exif = |block: &[u8]| [b"Exif\0\0".as_slice(), block].concat();
    let xap = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), &xmp()].concat();
    let text = |kind: &[u8; 4], body: &[&[u8]]| rgb_png(&on_side, &[png_chunk(kind, &body.concat())], &[]);
    let chunk =
        |flags, name, body: &[u8]| riff(&[vp8x(flags, CARD_HEIGHT, CARD_WIDTH), webp(&on_side)[12..].to_vec(), riff_chunk(name, body)]);
    vec![
        case("jpeg-orientation-long", JPG, app1(&[exif(&long)]), Upright),
        case("jpeg-orientation-long-little", JPG, app1(&[exif(&little)]), Upright),
        case("jpeg-orientation-byte", JPG, app1(&[exif(&byte)]), Upright),
        case("jpeg-orientation-in-second-block", JPG, app1(&[exif(&nothing), exif(&long)]), Upright),
        case("jpeg-orientation-in-xmp", JPG, app1(&[xap]), Upright),
        case("png-orientation-long", PNG, rgb_png(&on_side, &[png_chunk(b"eXIf", &long)], &[]), Upright),
        case(
            "png-orientation-in-raw-profile",
            PNG,
            text(b"tEXt", &[b"Raw profile type exif\0", &raw_profile("exif", &exif(&byte))]),
            Upright,
        ),
        case(
            "png-orientation-in-packed-profile",
            PNG,
            text(b"zTXt", &[b"Raw profile type APP1\0\0", &zlib(&raw_profile("APP1", &exif(&long)))]),
            Upright,
        ),
        case("png-orientation-in-xmp", PNG, text(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", &xmp()]), Upright),
        case("png-orientation-in-packed-xmp", PNG, text(b"iTXt", &[b"XML:com.adobe.xmp\0\x01\0en\0\0", &zlib(&xmp())]), Upright),
        case("webp-orientation-byte", WEBP, chunk(0x08, b"EXIF", &byte), Upright),
        case("webp-orientation-in-xmp", WEBP, chunk(0x04, b"XMP ", &xmp()), Upright),
        case("webp-orientation-in-misnamed-xmp", WEBP, chunk(0x04, b"XMP\0", &xmp()), Upright),
    ]
}

/// An APNG chunk `fcTL`, of a frame as large as the card
fn frame_control() -> Vec<u8> {
    let size = [CARD_WIDTH.to_be_bytes(), CARD_HEIGHT.to_be_bytes()].concat();
    png_chunk(b"fcTL", &[&[0; 4][..], &size, &[0; 8], &[0, 1, 0, 10, 0, 0]].concat())
}

/// A WebP of one moving frame, at this place of a canvas of the card's size
fn one_frame(frame: &RgbImage, (x, y): (u32, u32)) -> Vec<u8> {
    let of24 = |value: u32| value.to_le_bytes()[..3].to_vec();
    let (width, height) = frame.dimensions();
    let header = [of24(x / 2), of24(y / 2), of24(width - 1), of24(height - 1), of24(100), vec![0]].concat();
    let frame = riff_chunk(b"ANMF", &[header, webp(frame)[12..].to_vec()].concat());
    riff(&[vp8x(0x02, CARD_WIDTH, CARD_HEIGHT), riff_chunk(b"ANIM", &[0; 6]), frame])
}

/// Headers that promise something else than what follows
fn headers() -> Vec<Case> {
    use Expected::{Refused, Upright};
    let promising = |flags| riff(&[vp8x(flags, CARD_WIDTH, CARD_HEIGHT), webp(&card())[12..].to_vec()]);
    let control = |frames: u8| png_chunk(b"acTL", &[0, 0, 0, frames, 0, 0, 0, 0]);
    let apng = |before: &[Vec<u8>], after: &[Vec<u8>]| rgb_png(&card(), before, after);
    let frame_data = png_chunk(b"fdAT", &[&[0, 0, 0, 1][..], &zlib(&rows(&card(), |pixel| pixel.to_vec()))].concat());
    let other = RgbImage::from_fn(CARD_WIDTH, CARD_HEIGHT, |x, y| Rgb([x as u8, y as u8, 9]));
    let cgbi = {
        let png = rgb_png(&card(), &[], &[]);
        [&png[..8], &png_chunk(b"CgBI", &[0x50, 0, 0x20, 6]), &png[8..]].concat()
    };
    let upper = image::imageops::crop_imm(&card(), 0, 0, CARD_WIDTH, CARD_HEIGHT / 2).to_image();
    let hidden = [vp8x(0x02, CARD_WIDTH, CARD_HEIGHT), riff_chunk(b"ANIM", &[0; 6])];
    vec![
        case("webp-promises-everything", WEBP, promising(0x3e), Upright),
        case("webp-promises-exif", WEBP, promising(0x08), Upright),
        case("webp-promises-alpha", WEBP, promising(0x10), Upright),
        case("webp-one-frame", WEBP, one_frame(&card(), (0, 0)), Upright),
        case("webp-frame-outside", WEBP, one_frame(&upper, (0, CARD_HEIGHT)), Refused("corrupt")),
        case("webp-without-frame", WEBP, riff(&hidden), Refused("corrupt")),
        case("png-promises-frames", PNG, apng(&[control(5)], &[]), Upright),
        case("png-promises-no-frame", PNG, apng(&[control(0)], &[]), Upright),
        case("png-one-frame", PNG, apng(&[control(1), frame_control()], &[]), Upright),
        case("png-one-other-frame", PNG, rgb_png(&other, &[control(1)], &[frame_control(), frame_data]), Upright),
        case("png-cgbi", PNG, cgbi, Refused("unsupported-variant")),
    ]
}

/// Pictures that show nobody
fn blank() -> Vec<Case> {
    let refused = |name, content_type, bytes| case(name, content_type, bytes, Expected::Refused("blank"));
    let (width, height) = (CARD_WIDTH, CARD_HEIGHT);
    let flowing = RgbImage::from_fn(width, height, |x, y| Rgb([60 + x as u8, 90 + y as u8, 200]));
    let layout = PngLayout { width, height, depth: 8, colour: 6, interlaced: false };
    let hidden = png(layout, &[], &zlib(&rows(&card(), |pixel| [&pixel[..], &[0]].concat())), &[]);
    vec![
        refused("jpeg-white", JPG, jpeg(&RgbImage::from_pixel(width, height, Rgb([255; 3])))),
        refused("jpeg-black", JPG, jpeg(&RgbImage::new(width, height))),
        refused("webp-one-colour", WEBP, webp(&RgbImage::from_pixel(width, height, Rgb([90, 140, 60])))),
        refused("jpeg-flowing-colours", JPG, jpeg(&flowing)),
        refused("png-clear-over-a-picture", PNG, hidden),
    ]
}
