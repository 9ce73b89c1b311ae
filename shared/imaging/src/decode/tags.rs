//! What a file says of its picture beside the pixels.

use super::exif::Exif;
use super::xmp;
use image::metadata::Orientation;
use picture_files::PngChunk;

/// The start of a JPEG segment with EXIF, another byte behind it, and of one with XMP (XMP part 3, 1.1.3)
const JPEG_EXIF: &[u8] = b"Exif\0";
const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Maximum bytes of a text that is unpacked
const LARGEST_TEXT: usize = 1 << 20;
/// Maximum texts that are unpacked
const MOST_TEXTS: usize = 8;

/// The tags seen so far. Of several EXIF blocks the first counts that says something, and XMP only where none does.
#[derive(Default)]
pub(super) struct Tags {
    by_exif: Option<Orientation>,
    by_xmp: Option<Orientation>,
    adobe_rgb: Option<bool>,
    unpacked: usize,
}

impl Tags {
    pub(super) fn orientation(&self) -> Orientation {
        self.by_exif.or(self.by_xmp).unwrap_or(Orientation::NoTransforms)
    }

    /// Whether EXIF says that the colours are those of Adobe RGB
    pub(super) fn is_adobe_rgb(&self) -> bool {
        self.adobe_rgb == Some(true)
    }

    pub(super) fn exif(&mut self, block: &[u8]) {
        let Some(exif) = Exif::of(block) else { return };
        self.by_exif = self.by_exif.or_else(|| exif.orientation());
        self.adobe_rgb = self.adobe_rgb.or_else(|| exif.is_adobe_rgb());
    }

    pub(super) fn xmp(&mut self, packet: &[u8]) {
        self.by_xmp = self.by_xmp.or_else(|| xmp::orientation(packet));
    }

    /// A JPEG's APP1
    pub(super) fn app1(&mut self, body: &[u8]) {
        match body.strip_prefix(JPEG_XMP) {
            Some(packet) => self.xmp(packet),
            None if body.starts_with(JPEG_EXIF) => self.exif(body.get(6..).unwrap_or_default()),
            None => {}
        }
    }

    /// Any chunk of a PNG: `eXIf`, and texts with XMP or with what ImageMagick and its like write, a block in hexadecimal digits.
    pub(super) fn png_chunk(&mut self, chunk: PngChunk) {
        match chunk.name {
            b"eXIf" => self.exif(chunk.body()),
            b"tEXt" | b"zTXt" | b"iTXt" => _ = self.text(chunk),
            _ => {}
        }
    }

    fn text(&mut self, chunk: PngChunk) -> Option<()> {
        let (keyword, rest) = until_nul(chunk.body())?;
        // A raw profile that cannot be read is an empty one, which says nothing.
        let known: fn(&mut Self, &[u8]) = match keyword {
            b"XML:com.adobe.xmp" => Self::xmp,
            b"Raw profile type exif" => |tags, text| tags.exif(&raw_profile(text).unwrap_or_default()),
            b"Raw profile type xmp" => |tags, text| tags.xmp(&raw_profile(text).unwrap_or_default()),
            b"Raw profile type APP1" | b"Raw profile type app1" => |tags, text| tags.app1(&raw_profile(text).unwrap_or_default()),
            _ => return None,
        };
        let (packed, text) = match chunk.name {
            b"tEXt" => (false, rest),
            b"zTXt" => (true, rest.get(1..)?),
            _ => (*rest.first()? != 0, until_nul(until_nul(rest.get(2..)?)?.1)?.1),
        };
        if !packed {
            known(self, text);
        } else if self.unpacked < MOST_TEXTS {
            self.unpacked += 1;
            known(self, &fdeflate::decompress_to_vec_bounded(text, LARGEST_TEXT).ok()?);
        }
        Some(())
    }
}

fn until_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// The bytes of a raw profile: a line with its name, one with its length, then hexadecimal digits in lines
fn raw_profile(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii_start();
    let mut lines = text.splitn(3, |byte| *byte == b'\n');
    let (_name, length, digits) = (lines.next()?, lines.next()?, lines.next()?);
    let length: usize = std::str::from_utf8(length).ok()?.trim().parse().ok()?;
    let digits: Vec<u8> = digits.iter().copied().filter(u8::is_ascii_hexdigit).take(length.checked_mul(2)?).collect();
    hex::decode(digits).ok()
}
