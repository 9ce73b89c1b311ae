//! Turning a picture upright by its EXIF orientation.

use image::RgbImage;
use image::metadata::Orientation;

/// The orientation in an EXIF block (TIFF header first, with or without `Exif\0\0` before it); none if it holds no valid one
pub(crate) fn from_exif(exif: &[u8]) -> Orientation {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
}

pub(crate) fn upright(picture: RgbImage, orientation: Orientation) -> RgbImage {
    if orientation == Orientation::NoTransforms {
        return picture;
    }
    let mut turned = image::DynamicImage::ImageRgb8(picture);
    turned.apply_orientation(orientation);
    turned.into_rgb8()
}
