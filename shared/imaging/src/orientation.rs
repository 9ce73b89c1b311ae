//! Turning a picture the way its camera was held.

use image::RgbImage;
use image::metadata::Orientation;

/// The orientation that an EXIF block (TIFF header first, with or without `Exif\0\0` before it) asks for; none if it says nothing valid
pub(crate) fn from_exif(exif: &[u8]) -> Orientation {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
}

/// `picture`, turned and mirrored as `orientation` asks
pub(crate) fn upright(picture: RgbImage, orientation: Orientation) -> RgbImage {
    if orientation == Orientation::NoTransforms {
        return picture;
    }
    let mut turned = image::DynamicImage::ImageRgb8(picture);
    turned.apply_orientation(orientation);
    turned.into_rgb8()
}
