//! Portraits of people who do not exist: painted, so that a test knows which pixels are the person.
//!
//! Shaded ellipsoids with a face's relief, hair in strands, cloth in folds, several grounds and lights, and the noise of a camera: plausible to
//! whatever looks for people in photographs. The same name gives the same pixels everywhere.

mod face;
mod ground;
mod hair;
mod noise;
mod paint;
mod sitters;

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, RgbImage};

use sitters::SITTERS;

/// One portrait
#[derive(Clone, Debug)]
pub struct Portrait {
    /// Its name, one lowercase word, unique
    pub name: &'static str,
    /// The photograph, 800 to 1200 pixels a side, upright
    pub picture: RgbImage,
    /// 255 where the person is, 0 where the ground is, between where an edge runs through a pixel
    pub person: GrayImage,
}

impl Portrait {
    /// The photograph as a JPEG file of good quality; empty if the encoder fails, which it does not for a picture of this size
    pub fn jpeg(&self) -> Vec<u8> {
        let mut file = Vec::new();
        match JpegEncoder::new_with_quality(&mut file, 90).encode_image(&self.picture) {
            Ok(()) => file,
            Err(_) => Vec::new(),
        }
    }
}

/// The names of all portraits
pub fn names() -> impl Iterator<Item = &'static str> {
    SITTERS.iter().map(|sitter| sitter.name)
}

/// All portraits; each takes some hundredths of a second
pub fn all() -> Vec<Portrait> {
    SITTERS.iter().map(paint::portrait).collect()
}

/// The portrait of this name
pub fn named(name: &str) -> Option<Portrait> {
    SITTERS.iter().find(|sitter| sitter.name == name).map(paint::portrait)
}
