//! The user's picture, checked before anything is started: a clear error now is better than a refusal later.

use anyhow::{Context, Result, bail};
use std::path::Path;

/// Largest upload the service takes, in bytes.
const LARGEST: usize = 10_000_000;

/// A picture that the service may accept.
#[derive(Debug)]
pub struct Picture {
    pub bytes: Vec<u8>,
    /// By its first bytes.
    pub content_type: &'static str,
}

impl Picture {
    /// Reads the file.
    ///
    /// # Errors
    /// Names what is wrong with the file.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let metadata = std::fs::metadata(path).with_context(|| format!("cannot read the picture {name}"))?;
        if !metadata.is_file() {
            bail!("{name} is no file");
        }
        if metadata.len() == 0 {
            bail!("{name} is empty");
        }
        let bytes = std::fs::read(path).with_context(|| format!("cannot read the picture {name}"))?;
        if bytes.len() > LARGEST {
            bail!("{name} has {:.1} MB; the service takes pictures up to 10 MB", bytes.len() as f64 / 1e6);
        }
        match content_type(&bytes) {
            Ok(content_type) => Ok(Self { bytes, content_type }),
            Err(kind) => bail!("{name} is {kind}; the service takes JPEG, PNG and WebP pictures"),
        }
    }
}

/// The media type, or a description of the bytes.
fn content_type(bytes: &[u8]) -> Result<&'static str, &'static str> {
    let at = |from: usize, what: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(what));
    let is_box = |brands: &[&[u8]]| at(4, b"ftyp") && brands.iter().any(|brand| at(8, brand));
    match () {
        () if at(0, b"\xff\xd8\xff") => Ok("image/jpeg"),
        () if at(0, b"\x89PNG\r\n\x1a\n") => Ok("image/png"),
        () if at(0, b"RIFF") && at(8, b"WEBP") => Ok("image/webp"),
        () if is_box(&[b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"]) => Err("a HEIC picture"),
        () if is_box(&[b"avif", b"avis"]) => Err("an AVIF picture"),
        () if at(4, b"ftyp") => Err("a video"),
        () if at(0, b"GIF8") => Err("a GIF picture"),
        () if at(0, b"BM") => Err("a BMP picture"),
        () if at(0, b"II*\0") || at(0, b"MM\0*") => Err("a TIFF or raw picture"),
        () if at(0, b"\0\0\0\x0cJXL ") || at(0, b"\xff\x0a") => Err("a JPEG XL picture"),
        () if at(0, b"%PDF") => Err("a PDF"),
        () if at(0, b"<svg") || at(0, b"<?xml") => Err("an SVG or XML file"),
        () => Err("no picture the service knows"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        assert_eq!(content_type(b"\xff\xd8\xff\xe0rest"), Ok("image/jpeg"));
        assert_eq!(content_type(b"RIFF\0\0\0\0WEBPVP8 "), Ok("image/webp"));
        assert_eq!(content_type(b"\0\0\0\x18ftypheic"), Err("a HEIC picture"));
        assert_eq!(content_type(b"hello"), Err("no picture the service knows"));
        assert_eq!(content_type(b""), Err("no picture the service knows"));
    }
}
