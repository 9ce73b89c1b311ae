//! The encodings of XMP (XMP part 1, 7.1; part 3, 1.1.2).

use std::borrow::Cow;

type Word = fn(&[u8]) -> u32;

/// The text of a packet in UTF-8, UTF-16 or UTF-32, by its byte order mark or its first character, which is of ASCII. What is no text is replaced.
pub(super) fn decode(packet: &[u8]) -> Cow<'_, str> {
    let little16: Word = |two| u32::from(u16::from_le_bytes([two[0], two[1]]));
    let big16: Word = |two| u32::from(u16::from_be_bytes([two[0], two[1]]));
    let little32: Word = |four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
    let big32: Word = |four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]);
    let text = match *packet {
        [0xff, 0xfe, 0, 0, ..] => utf32(packet, little32),
        [0, 0, 0xfe, 0xff, ..] => utf32(packet, big32),
        [0xff, 0xfe, ..] => utf16(packet, little16),
        [0xfe, 0xff, ..] => utf16(packet, big16),
        [0, 0, 0, 1..=0x7f, ..] => utf32(packet, big32),
        [1..=0x7f, 0, 0, 0, ..] => utf32(packet, little32),
        [0, 1..=0x7f, ..] => utf16(packet, big16),
        [1..=0x7f, 0, ..] => utf16(packet, little16),
        _ => String::from_utf8_lossy(packet),
    };
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    }
}

fn utf16(packet: &[u8], word: Word) -> Cow<'static, str> {
    let units = packet.chunks_exact(2).map(|two| word(two) as u16);
    Cow::Owned(char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

fn utf32(packet: &[u8], word: Word) -> Cow<'static, str> {
    Cow::Owned(packet.chunks_exact(4).map(|four| char::from_u32(word(four)).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_with_and_without_its_mark_is_read() {
        let text = "<x>é𝄞</x>";
        let marked = format!("\u{feff}{text}");
        for text_as in [text, &marked] {
            let units: Vec<u16> = text_as.encode_utf16().collect();
            let points: Vec<u32> = text_as.chars().map(u32::from).collect();
            for bytes in [
                text_as.as_bytes().to_vec(),
                units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
                units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
                points.iter().flat_map(|point| point.to_le_bytes()).collect(),
                points.iter().flat_map(|point| point.to_be_bytes()).collect(),
            ] {
                assert_eq!(decode(&bytes), text, "{bytes:?}");
            }
        }
        for any in [&b""[..], b"\0", b"\xff\xfe", b"\xff\xfe\0", b"\0\0\0", b"\xd8\0\xd8\0", b"\0<\0"] {
            assert!(decode(any).len() <= 8, "{any:?}");
        }
    }
}
