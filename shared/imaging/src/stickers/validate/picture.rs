//! The rules for one picture.

use super::container::{self, Container};
use super::{FORMATS, Found, OWN};
use crate::Limits;
use crate::decode::decode_rgba;
use crate::stickers::StickerSpec;
use crate::{AvatarSpec, Format, Kind, PictureFormat};
use image::RgbaImage;

/// The limits of decoding; every deliverable is far smaller
const LIMITS: Limits = Limits { bytes: 64_000_000, pixels: 4096 * 4096, side: 4096, scratch: 16 << 20 };
/// The longest packet with a digital source type alone, in bytes
const LONGEST_XMP: usize = 2_000;
/// The maximum alpha of an invisible pixel for a messenger that detects a background
const INVISIBLE: u8 = 2;
/// The least share of a sticker that is visible
const LEAST_SHOWN: f64 = 0.01;

/// Checks a sticker, or a picture of a pack as a whole.
pub(super) fn sticker(row: &StickerSpec, bytes: &[u8], found: &mut Found) {
    let most = row.most_bytes;
    found.check(bytes.len() <= most, row.source, || format!("it has {} bytes; at most {most} are allowed", bytes.len()));
    let Some((container, picture)) = opened(row.format, row.bare.then_some(row.source), bytes, found) else {
        return;
    };
    let (width, height) = container.size;
    found.check(row.sides.take(width, height), row.source, || format!("it is {width}×{height} pixels; it must be {}", row.sides));
    found.check(!container.animated, row.source, || "it moves; it must be still".into());
    found.check(container.alpha, row.source, || "it has no transparency".into());
    let Some(picture) = picture else {
        return;
    };
    let corners = [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)];
    let clear = |(x, y): (u32, u32)| picture.get_pixel(x, y).0[3] <= INVISIBLE;
    found.check(corners.into_iter().all(clear), row.source, || "its corners are not transparent: it has a ground".into());
    let margin = row.margin.min(width / 2).min(height / 2);
    let outside = |x: u32, y: u32| x < margin || y < margin || x >= width - margin || y >= height - margin;
    let free = picture.enumerate_pixels().all(|(x, y, pixel)| pixel.0[3] <= INVISIBLE || !outside(x, y));
    let margin_of = if row.name == "line" { row.source } else { "ours: a sticker does not touch its frame" };
    found.check(free, margin_of, || format!("it reaches into the margin of {margin} pixels"));
    let shown = picture.pixels().filter(|pixel| pixel.0[3] >= 128).count();
    let enough = shown as f64 >= LEAST_SHOWN * f64::from(width) * f64::from(height);
    found.check(enough, "ours: a sticker shows something", || "hardly anything is seen on it".into());
    if row.kind == Kind::Sticker {
        found.check(container.depth == 8, row.source, || format!("it has {} bits a channel; it must have 8", container.depth));
    }
}

/// Checks a picture of the avatar table.
pub(super) fn avatar(row: &AvatarSpec, format: Format, bytes: &[u8], found: &mut Found) {
    let source = row.source;
    let Some((container, _)) = opened(format, None, bytes, found) else {
        return;
    };
    let (width, height) = container.size;
    let right = (width, height) == (row.width, row.height);
    found.check(right, source, || format!("it is {width}×{height} pixels; it must be {}×{}", row.width, row.height));
    found.check(!container.animated, source, || "it moves; it must be still".into());
    found.check(container.depth == 8, source, || format!("it has {} bits a channel; it must have 8", container.depth));
}

/// Checks every picture: its format, readable to the last byte, and no metadata but its origin. Without pixels if it cannot be read or is animated,
/// since animations are not needed. `bare` is the rule by which it may not even say its origin, if there is one.
fn opened(format: Format, bare: Option<&'static str>, bytes: &[u8], found: &mut Found) -> Option<(Container, Option<RgbaImage>)> {
    let expected = if format == Format::Png { PictureFormat::Png } else { PictureFormat::Webp };
    match PictureFormat::sniff(bytes) {
        Ok(format) if format == expected => {}
        Ok(other) => {
            found.add(FORMATS, format!("it is {}; it must be {}", other.content_type(), expected.content_type()));
            return None;
        }
        Err(error) => {
            found.add(FORMATS, format!("it is not {}: {error}", expected.content_type()));
            return None;
        }
    }
    let Some(container) = container::open(format, bytes) else {
        found.add(FORMATS, "its chunks contradict each other, or its end is missing");
        return None;
    };
    found.check(container.end == bytes.len(), FORMATS, || format!("{} bytes follow its end", bytes.len() - container.end));
    match bare {
        Some(source) => found.check(container.xmp.is_empty() && container.credentials == 0, source, || {
            "it says its origin; it must hold pixels alone".into()
        }),
        None => origin(&container, found),
    }
    for name in &container.strange {
        found.add(OWN, format!("it holds metadata or other data in {name:?}"));
    }
    if container.animated {
        return Some((container, None));
    }
    let picture = match decode_rgba(bytes, &LIMITS) {
        Ok(picture) if picture.dimensions() == container.size => Some(picture),
        Ok(_) => {
            found.add(FORMATS, "its frame and its header differ in size");
            None
        }
        Err(error) => {
            found.add(FORMATS, format!("it cannot be read: {error}"));
            None
        }
    };
    Some((container, picture))
}

/// One XMP packet that names the source, and at most one manifest store that agrees
fn origin(container: &Container, found: &mut Found) {
    found.check(container.credentials <= 1, OWN, || format!("it has {} C2PA manifest stores; it may have one", container.credentials));
    let [xmp] = &container.xmp[..] else {
        found.add(OWN, format!("it has {} XMP packets; it must have one", container.xmp.len()));
        return;
    };
    let text = String::from_utf8_lossy(xmp);
    let named = text.contains("http://cv.iptc.org/newscodes/digitalsourcetype/");
    found.check(named, OWN, || "its XMP names no IPTC digital source type".into());
    let bare =
        xmp.len() <= LONGEST_XMP && !["exif:", "GPS", "dc:creator", "xmp:CreateDate", "photoshop:"].iter().any(|word| text.contains(word));
    found.check(bare, OWN, || "its XMP says more than the digital source type".into());
}
