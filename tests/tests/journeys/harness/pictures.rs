//! Pictures to upload.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::LazyLock;

use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use local_cloud::repository;

/// A picture and its declared type.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) fn selfie() -> Picture {
    Picture { content_type: "image/jpeg", bytes: fixture("selfie.jpg") }
}

/// The portrait in a phone's form: turned, with GPS position, camera model and serial number.
pub(crate) fn selfie_rotated_gps() -> Picture {
    Picture { content_type: "image/jpeg", bytes: fixture("selfie-rotated-gps.jpg") }
}

/// A portrait of a person who does not exist (`testkit::portraits`).
pub(crate) fn painted(name: &str) -> Picture {
    Picture { content_type: "image/jpeg", bytes: testkit::portraits::named(name).unwrap().jpeg() }
}

/// A small picture that is drawn quickly.
pub(crate) fn small() -> Picture {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| png(96, 96));
    Picture { content_type: "image/png", bytes: BYTES.clone() }
}

/// A picture the offline screener refuses: a side below 64 pixels.
pub(crate) fn blocked() -> Picture {
    Picture { content_type: "image/png", bytes: png(40, 40) }
}

/// An artist's drawing: a figure on a ground, with the figure's matte as alpha.
pub(crate) fn drawing() -> Vec<u8> {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        const SIDE: u32 = 1024;
        let picture = RgbaImage::from_fn(SIDE, SIDE, |x, y| {
            let (across, down) = (x.abs_diff(SIDE / 2), y.abs_diff(SIDE / 2));
            if across * across + down * down < SIDE * SIDE / 12 { Rgba([224, 172, 140, 255]) } else { Rgba([70, 110, 160, 0]) }
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    });
    BYTES.clone()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let across = i64::from(x) - i64::from(width / 2);
        let down = i64::from(y) - i64::from(height / 2);
        if across * across + down * down < i64::from(width * height / 9) { Rgb([224, 172, 140]) } else { Rgb([70, 110, 160]) }
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn fixture(name: &str) -> Vec<u8> {
    let path: PathBuf = repository().unwrap().join("shared/testkit/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
