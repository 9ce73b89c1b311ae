//! The places of XMP in files (XMP part 3, 1.1).

use std::io::Read;

use flate2::read::ZlibDecoder;
use picture_files::PictureFormat;

use super::MOST_XMP;
use crate::container::{APP1, Part, parts};

/// The start of JPEG's packet
const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// The start of a portion of JPEG's further packet, which holds what is too long for the first
const JPEG_EXTENSION: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// Digits of the GUID of a further packet, an MD5 in hexadecimal
pub(super) const GUID: usize = 32;
/// The keyword of PNG's packet
const PNG_XMP: &[u8] = b"XML:com.adobe.xmp";
/// The keywords of ImageMagick's packet, which is in hexadecimal
const RAW_PROFILES: [&[u8]; 2] = [b"Raw profile type xmp", b"Raw profile type APP1"];

/// Gives each packet of a picture to `read`.
pub(super) fn each(bytes: &[u8], format: PictureFormat, read: &mut impl FnMut(&[u8])) {
    let mut room = MOST_XMP;
    for part in parts(bytes, format) {
        match format {
            PictureFormat::Jpeg if part.name == APP1 => part.body.strip_prefix(JPEG_XMP).into_iter().for_each(&mut *read),
            // Some writers end the name with a zero.
            PictureFormat::Webp if matches!(&part.name, b"XMP " | b"XMP\0") => read(part.body),
            PictureFormat::Png => png(&part, &mut room).iter().for_each(|packet| read(packet)),
            _ => {}
        }
    }
}

/// The further packet of a JPEG with this GUID, as far as its portions follow each other
pub(super) fn extension(bytes: &[u8], guid: &[u8]) -> Vec<u8> {
    let portion = |part: Part<'_>| {
        let (own, rest) = part.body.strip_prefix(JPEG_EXTENSION)?.split_at_checked(GUID)?;
        let (numbers, portion) = rest.split_first_chunk::<8>()?;
        let at = u32::from_be_bytes([numbers[4], numbers[5], numbers[6], numbers[7]]) as usize;
        own.eq_ignore_ascii_case(guid).then_some((at, portion.len(), part.range.end))
    };
    let segments = parts(bytes, PictureFormat::Jpeg).filter(|part| part.name == APP1 && part.whole);
    let mut portions: Vec<_> = segments.filter_map(portion).collect();
    portions.sort_unstable();
    let mut packet = Vec::new();
    for (at, length, end) in portions {
        if at == packet.len() {
            packet.extend(&bytes[end - length..end]);
        }
    }
    packet
}

/// The packet in a text of a PNG, unpacked into at most `room`
fn png(part: &Part<'_>, room: &mut usize) -> Option<Vec<u8>> {
    let is_text = matches!(&part.name, b"iTXt" | b"zTXt" | b"tEXt");
    let (keyword, rest) = at_zero(part.body).filter(|_| is_text)?;
    let is_raw = RAW_PROFILES.contains(&keyword);
    if !is_raw && keyword != PNG_XMP {
        return None;
    }
    let (packed, text) = match &part.name {
        b"tEXt" => (false, rest),
        b"zTXt" => (true, rest.get(1..)?),
        _ => (*rest.first()? != 0, at_zero(at_zero(rest.get(2..)?)?.1)?.1),
    };
    let text = if packed { unpacked(text, *room) } else { text[..text.len().min(*room)].to_vec() };
    *room -= text.len();
    if is_raw { raw_profile(&text) } else { Some(text) }
}

/// What is before the first zero, and what is behind it
fn at_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let zero = bytes.iter().position(|&byte| byte == 0)?;
    Some((&bytes[..zero], &bytes[zero + 1..]))
}

/// As much as can be unpacked, and at most `room`
fn unpacked(bytes: &[u8], room: usize) -> Vec<u8> {
    let mut text = Vec::new();
    // What came before a fault stays.
    let _ = ZlibDecoder::new(bytes).take(room as u64).read_to_end(&mut text);
    text
}

/// A profile as ImageMagick writes it: a line with its kind, its length, and its bytes in hexadecimal
fn raw_profile(text: &[u8]) -> Option<Vec<u8>> {
    let behind_kind = text.trim_ascii_start().splitn(2, |&byte| byte == b'\n').nth(1)?;
    let mut words = behind_kind.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let length: usize = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
    let digits: Vec<u8> = words.flatten().map_while(|&digit| char::from(digit).to_digit(16)).map(|digit| digit as u8).collect();
    let profile: Vec<u8> = digits.chunks_exact(2).take(length).map(|two| two[0] << 4 | two[1]).collect();
    Some(profile.strip_prefix(JPEG_XMP).map(<[u8]>::to_vec).unwrap_or(profile))
}
