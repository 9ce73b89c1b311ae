//! The IPTC digital source type in a picture's XMP, read without trusting any length in it.

use picture_files::PictureFormat;

/// The longest packet that is read
const MOST_XMP: usize = 64 << 10;
/// Maximum chunks or segments before it
const MOST_CHUNKS: usize = 4_096;
/// The start of JPEG's XMP (XMP part 3, 1.1.3)
const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// The start of PNG's XMP, uncompressed and without a language (XMP part 3, 1.1.5)
const PNG_XMP: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";

/// None without XMP, or when the XMP has none
pub(crate) fn digital_source_type(bytes: &[u8], format: PictureFormat) -> Option<String> {
    let packet = match format {
        PictureFormat::Png => png(bytes),
        PictureFormat::Webp => webp(bytes),
        PictureFormat::Jpeg => jpeg(bytes),
    }?;
    let text = std::str::from_utf8(packet.get(..packet.len().min(MOST_XMP))?).ok()?;
    let value = text.split("DigitalSourceType").skip(1).find_map(value)?;
    let plain = value.len() <= 200 && value.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| value.to_owned())
}

/// The value after the property's name: `="…"`, `='…'`, ` rdf:resource="…"/>` or `>…<`
fn value(after: &str) -> Option<&str> {
    let after = after.trim_start();
    let after = after.strip_prefix("rdf:resource").unwrap_or(after).trim_start();
    if let Some(quoted) = after.strip_prefix('=') {
        let quoted = quoted.trim_start();
        let quote = quoted.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        return quoted.get(1..)?.split(quote).next();
    }
    let (text, _) = after.strip_prefix('>')?.split_once('<')?;
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn be32(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize)
}

fn png(bytes: &[u8]) -> Option<&[u8]> {
    let mut at = 8;
    for _ in 0..MOST_CHUNKS {
        let length = be32(bytes, at)?;
        let body = bytes.get(at + 8..(at + 8).checked_add(length)?)?;
        if bytes.get(at + 4..at + 8)? == b"iTXt"
            && let Some(packet) = body.strip_prefix(PNG_XMP)
        {
            return Some(packet);
        }
        at += 12 + length;
    }
    None
}

fn webp(bytes: &[u8]) -> Option<&[u8]> {
    let mut at = 12;
    for _ in 0..MOST_CHUNKS {
        let length = u32::from_le_bytes(bytes.get(at + 4..at + 8)?.try_into().ok()?) as usize;
        let body = bytes.get(at + 8..(at + 8).checked_add(length)?)?;
        if bytes.get(at..at + 4)? == b"XMP " {
            return Some(body);
        }
        at += 8 + length + length % 2;
    }
    None
}

fn jpeg(bytes: &[u8]) -> Option<&[u8]> {
    let mut at = 2;
    for _ in 0..MOST_CHUNKS {
        let [0xff, marker] = *bytes.get(at..at + 2)? else { return None };
        if marker == 0xda {
            return None; // the pixels begin
        }
        let length = usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?));
        let body = bytes.get(at + 4..at + 2 + length.max(2))?;
        if marker == 0xe1
            && let Some(packet) = body.strip_prefix(JPEG_XMP)
        {
            return Some(packet);
        }
        at += 2 + length.max(2);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_the_property_is_read() {
        let uri = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        for text in [
            format!("=\"{uri}\"/>"),
            format!(" = '{uri}' x=\"y\""),
            format!(">{uri}</Iptc4xmpExt:DigitalSourceType>"),
            format!(" rdf:resource=\"{uri}\"/>"),
        ] {
            assert_eq!(value(&text), Some(uri), "{text}");
        }
        for text in ["", "=", "=x", ">", "><", "=\"", " ", ">   <"] {
            assert!(value(text).is_none_or(str::is_empty), "{text}");
        }
    }
}
