//! Colours become sRGB as in a browser, whoever says what they are.

use image::RgbImage;
use imaging::{decode_normalised, normalise};
use moxcms::{ColorProfile, DataColorSpace, LutDataType, LutStore, LutType, LutWarehouse, Matrix3d, ProfileClass};
use picture_files::Unreadable;
use testkit::pictures::{
    CARD_COLOURS, CARD_HEIGHT, CARD_WIDTH, PngLayout, card, jpeg, jpeg_with_segment, luma, png, png_chunk, rgb_png, riff, riff_chunk, vp8x,
    webp, zlib,
};

/// The middle of each quarter of the card
fn quarters(file: &[u8]) -> [[u8; 3]; 4] {
    let picture = decode_normalised(&normalise(file).unwrap().png).unwrap();
    let (x, y) = (CARD_WIDTH / 4, CARD_HEIGHT / 4);
    [(x, y), (3 * x, y), (x, 3 * y), (3 * x, 3 * y)].map(|(x, y)| picture.get_pixel(x, y).0)
}

fn assert_near(name: &str, found: [[u8; 3]; 4], expected: [[f64; 3]; 4]) {
    let near = found.iter().flatten().zip(expected.iter().flatten()).all(|(a, b)| (f64::from(*a) - b).abs() <= 3.0);
    assert!(near, "{name}: {found:?}, not {expected:?}");
}

/// sRGB's curve, of 0 to 1
fn curve(light: f64) -> f64 {
    if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// The card's colours, each a power of light and mixed by the rows of `matrix`, in sRGB
fn seen(power: impl Fn(f64) -> f64, matrix: [[f64; 3]; 3]) -> [[f64; 3]; 4] {
    CARD_COLOURS.map(|colour| {
        let light = colour.map(|value| power(f64::from(value) / 255.0));
        matrix.map(|row| 255.0 * curve(row.iter().zip(light).map(|(share, light)| share * light).sum::<f64>().clamp(0.0, 1.0)))
    })
}

const AS_SRGB: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// From the primaries of Display P3, and of Adobe RGB, to those of sRGB
const FROM_P3: [[f64; 3]; 3] = [[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]];
const FROM_ADOBE: [[f64; 3]; 3] = [[1.3984, -0.3984, 0.0], [0.0, 1.0, 0.0], [0.0, -0.0429, 1.0429]];

fn srgb_light(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn adobe_light(value: f64) -> f64 {
    value.powf(563.0 / 256.0)
}

fn gama(value: u32) -> Vec<u8> {
    png_chunk(b"gAMA", &value.to_be_bytes())
}

fn chrm(points: [u32; 8]) -> Vec<u8> {
    png_chunk(b"cHRM", &points.map(u32::to_be_bytes).concat())
}

const P3_POINTS: [u32; 8] = [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000];

#[test]
fn a_png_says_its_colours_by_light_or_by_code_points() {
    let with = |chunks: &[Vec<u8>]| quarters(&rgb_png(&card(), chunks, &[]));
    assert_near("gAMA 1", with(&[gama(100_000)]), seen(|value| value, AS_SRGB));
    assert_near("gAMA 1/1.8", with(&[gama(55_556)]), seen(|value| value.powf(1.8), AS_SRGB));
    assert_near("gAMA and cHRM", with(&[gama(45_455), chrm(P3_POINTS)]), seen(|value| value.powf(2.2), FROM_P3));
    assert_near("cHRM", with(&[chrm(P3_POINTS)]), seen(srgb_light, FROM_P3));
    assert_near("cICP", with(&[png_chunk(b"cICP", &[12, 13, 0, 1])]), seen(srgb_light, FROM_P3));
    assert_near("cICP before gAMA", with(&[png_chunk(b"cICP", &[12, 13, 0, 1]), gama(100_000)]), seen(srgb_light, FROM_P3));
    let plain = CARD_COLOURS.map(|colour| colour.map(f64::from));
    assert_near("sRGB before gAMA", with(&[png_chunk(b"sRGB", &[0]), gama(100_000)]), plain);
    assert_near("no colours at all", with(&[chrm([0; 8])]), plain);
    assert_near("an impossible gamma", with(&[gama(0)]), plain);
}

#[test]
fn all_sixteen_bits_of_light_are_used() {
    // Dark tones of linear light, which eight bits could not tell apart
    let value = |x: u32| (40 + 7 * x) as u16;
    let row = |x: u32, y: u32| if y < 32 { value(x) } else { 60_000 };
    let data: Vec<u8> =
        (0..64).flat_map(|y| std::iter::once(0).chain((0..64).flat_map(move |x| [row(x, y).to_be_bytes(); 3].concat()))).collect();
    let file = png(PngLayout { width: 64, height: 64, depth: 16, colour: 2, interlaced: false }, &[gama(100_000)], &zlib(&data), &[]);
    let picture = decode_normalised(&normalise(&file).unwrap().png).unwrap();
    for x in 0..64 {
        let expected = 255.0 * curve(f64::from(value(x)) / 65_535.0);
        assert!((f64::from(picture.get_pixel(x, 9).0[1]) - expected).abs() < 1.5, "{x}: {:?}, not {expected}", picture.get_pixel(x, 9));
    }
}

#[test]
fn what_is_made_for_a_brighter_screen_is_refused() {
    for transfer in [16, 18] {
        let file = rgb_png(&card(), &[png_chunk(b"cICP", &[9, transfer, 0, 1])], &[]);
        assert!(matches!(normalise(&file), Err(Unreadable::Unsupported { .. })), "{transfer}");
    }
}

/// A JPEG of the card with this ICC profile in parts of these numbers
fn in_parts(profile: &[u8], numbers: &[u8]) -> Vec<u8> {
    let size = profile.len().div_ceil(2);
    let parts: Vec<Vec<u8>> = numbers
        .iter()
        .map(|number| {
            let part = usize::from(number - numbers.iter().min().unwrap());
            [b"ICC_PROFILE\0".as_slice(), &[*number, 2], profile.chunks(size).nth(part).unwrap()].concat()
        })
        .collect();
    parts.iter().rev().fold(jpeg(&card()), |file, part| jpeg_with_segment(&file, 0xe2, part))
}

#[test]
fn a_profile_is_used_however_a_jpeg_sends_it() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    for numbers in [&[1, 2][..], &[0, 1], &[2, 1], &[1, 2, 1, 2], &[1, 1, 2, 2]] {
        assert_near(&format!("{numbers:?}"), quarters(&in_parts(&profile, numbers)), seen(srgb_light, FROM_P3));
    }
}

#[test]
fn a_grey_profile_is_used_on_a_grey_picture_and_ignored_on_others() {
    let profile = ColorProfile::new_gray_with_gamma(1.5).encode().unwrap();
    let chunk = || png_chunk(b"iCCP", &[b"icc\0\0".as_slice(), &zlib(&profile)].concat());
    let layout = PngLayout { width: CARD_WIDTH, height: CARD_HEIGHT, depth: 8, colour: 0, interlaced: false };
    let grey: Vec<u8> = card().rows().flat_map(|row| std::iter::once(0).chain(row.map(|pixel| luma(pixel.0)))).collect();
    let expected = CARD_COLOURS.map(|colour| [255.0 * curve((f64::from(luma(colour)) / 255.0).powf(1.5)); 3]);
    assert_near("PNG", quarters(&png(layout, &[chunk()], &zlib(&grey), &[])), expected);
    let wide: Vec<u8> = card().rows().flat_map(|row| std::iter::once(0).chain(row.flat_map(|pixel| [luma(pixel.0); 2]))).collect();
    assert_near("PNG of 16 bits", quarters(&png(PngLayout { depth: 16, ..layout }, &[chunk()], &zlib(&wide), &[])), expected);
    let mut file = Vec::new();
    let pixels = image::DynamicImage::ImageRgb8(card()).into_luma8();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 98).encode_image(&pixels).unwrap();
    let shades = [17, 49].map(|x| [16, 48].map(|y| pixels.get_pixel(x, y).0[0]));
    let file = jpeg_with_segment(&file, 0xe2, &[b"ICC_PROFILE\0\x01\x01".as_slice(), &profile].concat());
    let expected =
        [shades[0][0], shades[1][0], shades[0][1], shades[1][1]].map(|shade| [255.0 * curve((f64::from(shade) / 255.0).powf(1.5)); 3]);
    assert_near("JPEG", quarters(&file), expected);
    assert_near("RGB", quarters(&rgb_png(&card(), &[chunk()], &[])), CARD_COLOURS.map(|colour| colour.map(f64::from)));
}

/// A profile of inks by which only the first counts, and makes darker
fn inks() -> Vec<u8> {
    let ramp = |channels: usize| (0..channels).flat_map(|_| [0, 65_535]).collect();
    // The last ink changes fastest. L of PCSLAB in 16 bits is 0xff00 at 100, a and b are 0x8000 at 0.
    let clut = (0..16_u16).flat_map(|corner| [if corner & 8 == 0 { 0xff00 } else { 0x4000 }, 0x8000, 0x8000]).collect();
    let lut = LutDataType {
        num_input_channels: 4,
        num_output_channels: 3,
        num_clut_grid_points: 2,
        matrix: Matrix3d::IDENTITY,
        num_input_table_entries: 2,
        num_output_table_entries: 2,
        input_table: LutStore::Store16(ramp(4)),
        clut_table: LutStore::Store16(clut),
        output_table: LutStore::Store16(ramp(3)),
        lut_type: LutType::Lut16,
    };
    let mut profile = ColorProfile::new_srgb();
    (profile.red_trc, profile.green_trc, profile.blue_trc, profile.cicp) = (None, None, None, None);
    profile.color_space = DataColorSpace::Cmyk;
    profile.pcs = DataColorSpace::Lab;
    profile.profile_class = ProfileClass::OutputDevice;
    profile.lut_a_to_b_perceptual = Some(LutWarehouse::Lut(lut));
    profile.encode().unwrap()
}

#[test]
fn a_profile_of_inks_is_used() {
    let file: &[u8] = include_bytes!("../../../testkit/fixtures/card-cmyk.jpg");
    let plain = quarters(file);
    let converted = quarters(&jpeg_with_segment(file, 0xe2, &[b"ICC_PROFILE\0\x01\x01".as_slice(), &inks()].concat()));
    for (plain, converted) in plain.iter().zip(converted) {
        assert!(converted.iter().all(|value| value.abs_diff(converted[0]) <= 2), "no colour is left: {converted:?}");
        // The first ink takes red away.
        let light = f64::from(converted[0]);
        assert!(if plain[0] > 190 { light > 180.0 } else { light < 130.0 }, "{plain:?} became {converted:?}");
    }
}

/// EXIF that says Adobe RGB by the interoperability index R03
fn adobe_exif() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, value: [u8; 4]| [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &[0, 0, 0, 1], &value].concat();
    [
        b"MM\0*\0\0\0\x08\0\x01".as_slice(),
        &entry(0x8769, 4, 26_u32.to_be_bytes()),
        &[0; 4],
        &[0, 2],
        &entry(0xa001, 3, [0xff, 0xff, 0, 0]),
        &entry(0xa005, 4, 56_u32.to_be_bytes()),
        &[0; 4],
        &[0, 1],
        &entry(1, 2, *b"R03\0"),
        &[0; 4],
    ]
    .concat()
}

#[test]
fn adobe_rgb_by_exif_is_used_where_nothing_else_is_said() {
    let exif = [b"Exif\0\0".as_slice(), &adobe_exif()].concat();
    assert_near("JPEG", quarters(&jpeg_with_segment(&jpeg(&card()), 0xe1, &exif)), seen(adobe_light, FROM_ADOBE));
    assert_near("PNG", quarters(&rgb_png(&card(), &[png_chunk(b"eXIf", &adobe_exif())], &[])), seen(adobe_light, FROM_ADOBE));
    let file = riff(&[vp8x(0x08, CARD_WIDTH, CARD_HEIGHT), webp(&card())[12..].to_vec(), riff_chunk(b"EXIF", &adobe_exif())]);
    assert_near("WebP", quarters(&file), seen(adobe_light, FROM_ADOBE));
    let profile = ColorProfile::new_srgb().encode().unwrap();
    let both =
        jpeg_with_segment(&jpeg_with_segment(&jpeg(&card()), 0xe1, &exif), 0xe2, &[b"ICC_PROFILE\0\x01\x01".as_slice(), &profile].concat());
    assert_near("a profile first", quarters(&both), CARD_COLOURS.map(|colour| colour.map(f64::from)));
}

#[test]
fn transparency_lies_on_white_after_the_colours_were_told() {
    let half = RgbImage::from_fn(64, 64, |x, _| image::Rgb([if x < 32 { 0 } else { 100 }; 3]));
    let data: Vec<u8> = half.rows().flat_map(|row| std::iter::once(0).chain(row.flat_map(|pixel| [pixel.0[0], 0, 128, 0]))).collect();
    let layout = PngLayout { width: 64, height: 64, depth: 16, colour: 4, interlaced: false };
    let picture = decode_normalised(&normalise(&png(layout, &[gama(100_000)], &zlib(&data), &[])).unwrap().png).unwrap();
    let expected = (255.0 + 255.0 * curve(100.0 * 256.0 / 65_535.0)) / 2.0;
    assert!((f64::from(picture.get_pixel(50, 9).0[0]) - expected).abs() < 2.0 && picture.get_pixel(9, 9).0[0].abs_diff(127) <= 1);
}
