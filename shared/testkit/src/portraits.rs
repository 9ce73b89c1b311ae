//! Portraits of people who do not exist, with the truth about which pixels are the person: `fixtures/portraits`.
#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read must stop the test")]

use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, RgbImage};

/// The names of all portraits.
pub const NAMES: [&str; 8] = ["ada", "bayo", "chen", "dalia", "emil", "farah", "gus", "hana"];

#[derive(Clone, Debug)]
pub struct Portrait {
    /// Its name: one lowercase word.
    pub name: &'static str,
    /// The photograph, 800 to 1200 pixels a side, upright.
    pub picture: RgbImage,
    /// 255 where the person is, 0 where the ground is, between where an edge runs through a pixel.
    pub person: GrayImage,
}

impl Portrait {
    fn read(name: &'static str) -> Self {
        Self { name, picture: png(name).into_rgb8(), person: png(&format!("{name}-person")).into_luma8() }
    }

    /// The photograph as a JPEG file of good quality.
    #[must_use]
    pub fn jpeg(&self) -> Vec<u8> {
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, 90).encode_image(&self.picture).unwrap();
        file
    }
}

#[must_use]
pub fn all() -> Vec<Portrait> {
    NAMES.into_iter().map(Portrait::read).collect()
}

/// The portrait of this name.
#[must_use]
pub fn named(name: &str) -> Option<Portrait> {
    NAMES.into_iter().find(|known| *known == name).map(Portrait::read)
}

fn png(stem: &str) -> DynamicImage {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/portraits");
    image::open(folder.join(stem).with_extension("png")).unwrap()
}
