//! Photos for the eyes of operators: small JPEGs in memory.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, blur, grayscale, resize};
use image::{DynamicImage, RgbImage};
use picture_files::Unreadable;

use crate::decode_normalised;

/// The longer side of what an operator sees: small where it is unclear.
const UNCLEAR_SIDE: u32 = 320;
const CLEAR_SIDE: u32 = 1_024;

/// Strong enough that who or what is in the picture is guessed at, and not seen.
const BLUR: f32 = 9.0;

const QUALITY: u8 = 82;

/// A JPEG of a normalised selfie: in colour and sharp, or grey and blurred.
///
/// # Errors
/// [`Unreadable`] for what is no picture.
pub fn preview(png: &[u8], clear: bool) -> Result<Vec<u8>, Unreadable> {
    let photo = decode_normalised(png)?;
    let picture = if clear { DynamicImage::ImageRgb8(within(&photo, CLEAR_SIDE)) } else { unclear(&photo) };
    let mut jpeg = Vec::new();
    // Writing to memory cannot fail, but for a picture that is too large for a JPEG.
    let written = JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&picture);
    written.map(|()| jpeg).map_err(|error| Unreadable::Corrupt { detail: error.to_string() })
}

fn unclear(photo: &RgbImage) -> DynamicImage {
    DynamicImage::ImageLuma8(blur(&grayscale(&within(photo, UNCLEAR_SIDE)), BLUR))
}

/// Scaled down to this side, and never up.
fn within(photo: &RgbImage, side: u32) -> RgbImage {
    let longer = photo.width().max(photo.height()).max(1);
    let scaled = |length: u32| (length * side.min(longer) / longer).max(1);
    resize(photo, scaled(photo.width()), scaled(photo.height()), FilterType::Triangle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo() -> Vec<u8> {
        // Red and blue stripes of four pixels.
        let stripes = RgbImage::from_fn(800, 600, |x, _| image::Rgb(if x / 4 % 2 == 0 { [255, 0, 0] } else { [0, 0, 255] }));
        let mut png = std::io::Cursor::new(Vec::new());
        stripes.write_to(&mut png, image::ImageFormat::Png).unwrap();
        png.into_inner()
    }

    #[test]
    fn an_42_an_unclear_photo_is_small_grey_and_shows_no_edge() {
        let seen = image::load_from_memory(&preview(&photo(), false).unwrap()).unwrap().to_rgb8();
        assert_eq!(seen.dimensions(), (320, 240));
        assert!(seen.pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2]), "grey");
        let row: Vec<i32> = (20..300).map(|x| i32::from(seen.get_pixel(x, 120).0[0])).collect();
        assert!(row.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 6), "no edge");
    }

    #[test]
    fn a_clear_photo_has_its_colours_and_no_more_pixels_than_it_had() {
        let seen = image::load_from_memory(&preview(&photo(), true).unwrap()).unwrap().to_rgb8();
        assert_eq!(seen.dimensions(), (800, 600));
        assert!(seen.get_pixel(1, 300).0[0] > 150 && seen.get_pixel(5, 300).0[2] > 150);
        assert!(preview(b"no picture", true).is_err());
    }
}
