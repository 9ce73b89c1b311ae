//! The parts of a picture file, one after another and without trusting any length in it.

use std::ops::Range;

use picture_files::PictureFormat;

/// JPEG's segment of EXIF and XMP
pub(crate) const APP1: Name = segment(0xe1);
/// JPEG's segment of boxes (JPEG XT)
pub(crate) const APP11: Name = segment(0xeb);
const SOI: Name = segment(0xd8);
const SOS: Name = segment(0xda);
const EOI: Name = segment(0xd9);

/// The name of a chunk; 0xff, the marker and two zeros for a segment of a JPEG
pub(crate) type Name = [u8; 4];

const fn segment(marker: u8) -> Name {
    [0xff, marker, 0, 0]
}

/// A signature, chunk or segment; with the compressed pixels behind it, where it starts a scan
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub(crate) name: Name,
    /// Its place in the file, with name, length and checksum, without fill bytes and padding
    pub(crate) range: Range<usize>,
    /// Its content; shorter than declared where the file ends
    pub(crate) body: &'a [u8],
    /// Whether the file holds all of it
    pub(crate) whole: bool,
}

/// The parts of `bytes` up to the picture's end, or to where they contradict the format
pub(crate) fn parts(bytes: &[u8], format: PictureFormat) -> Parts<'_> {
    Parts { bytes, format, at: 0, ended: false }
}

pub(crate) struct Parts<'a> {
    bytes: &'a [u8],
    format: PictureFormat,
    at: usize,
    ended: bool,
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        if self.ended {
            return None;
        }
        let part = match self.format {
            PictureFormat::Jpeg => self.jpeg(),
            PictureFormat::Png => self.png(),
            PictureFormat::Webp => self.webp(),
        };
        self.ended |= part.as_ref().is_none_or(|part| !part.whole);
        part
    }
}

impl<'a> Parts<'a> {
    /// A part at `start` with `length` bytes of content behind `before` and `after` bytes of its own
    fn part(&self, name: Name, start: usize, before: usize, length: usize, after: usize) -> Part<'a> {
        let body = start.saturating_add(before);
        let end = body.saturating_add(length).saturating_add(after);
        let held = self.bytes.get(body..).unwrap_or_default();
        let whole = end <= self.bytes.len();
        Part { name, range: start..end.min(self.bytes.len()), body: &held[..length.min(held.len())], whole }
    }

    fn signature(&mut self, name: Name, length: usize) -> Part<'a> {
        self.at = length;
        self.part(name, 0, 0, length, 0)
    }

    fn png(&mut self) -> Option<Part<'a>> {
        if self.at == 0 {
            return Some(self.signature(*b"PNGh", 8));
        }
        let length = u32::from_be_bytes(self.four(self.at)?);
        let part = self.part(self.four(self.at + 4)?, self.at, 8, length as usize, 4);
        self.at = part.range.end;
        self.ended = &part.name == b"IEND";
        Some(part)
    }

    fn webp(&mut self) -> Option<Part<'a>> {
        if self.at == 0 {
            let declared = u32::from_le_bytes(self.four(4)?) as usize;
            self.bytes = &self.bytes[..self.bytes.len().min(declared.saturating_add(8))];
            return Some(self.signature(*b"RIFF", 12));
        }
        let length = u32::from_le_bytes(self.four(self.at + 4)?) as usize;
        let part = self.part(self.four(self.at)?, self.at, 8, length, 0);
        self.at = part.range.end + length % 2;
        Some(part)
    }

    fn jpeg(&mut self) -> Option<Part<'a>> {
        // A marker may follow fill bytes (ITU-T T.81, B.1.1.2), and decoders skip what is no marker.
        self.at = self.marker(self.at, |marker| !matches!(marker, 0 | 0xff))?;
        let name = segment(self.bytes[self.at + 1]);
        let part = match name[1] {
            0x01 | 0xd0..=0xd9 => self.part(name, self.at, 2, 0, 0),
            _ => {
                let length = self.bytes.get(self.at + 2..self.at + 4).map_or(0, |two| u16::from_be_bytes([two[0], two[1]]));
                self.part(name, self.at, 4, usize::from(length).saturating_sub(2), 0)
            }
        };
        self.at = part.range.end;
        self.ended = name == EOI;
        Some(if name == SOS { self.scan(part) } else { part })
    }

    /// The start of a scan, with its pixels and the restart markers between them
    fn scan(&mut self, part: Part<'a>) -> Part<'a> {
        self.at = self.marker(self.at, |marker| !matches!(marker, 0 | 0xd0..=0xd7 | 0xff)).unwrap_or(self.bytes.len());
        Part { range: part.range.start..self.at, ..part }
    }

    /// The next place from `at` on of 0xff with a marker for which `counts`
    fn marker(&self, at: usize, counts: impl Fn(u8) -> bool) -> Option<usize> {
        let found = self.bytes.get(at..)?.windows(2).position(|two| two[0] == 0xff && counts(two[1]))?;
        Some(at + found)
    }

    fn four(&self, at: usize) -> Option<[u8; 4]> {
        self.bytes.get(at..at + 4)?.try_into().ok()
    }
}

/// The name of a part in C2PA's list of hashed boxes (specification 2.2, 18.7); none for a marker that no such list has
pub(crate) fn box_name(name: Name) -> Option<String> {
    let [0xff, marker, ..] = name else { return Some(String::from_utf8_lossy(&name).into_owned()) };
    Some(match marker {
        0xe0..=0xef => format!("APP{}", marker - 0xe0),
        0xc4 => "DHT".to_owned(),
        0xcc => "DAC".to_owned(),
        0xc0..=0xcf if marker != 0xc8 => format!("SOF{}", marker - 0xc0),
        0xdb => "DQT".to_owned(),
        0xdc => "DNL".to_owned(),
        0xdd => "DRI".to_owned(),
        0xfe => "COM".to_owned(),
        _ => match name {
            SOI => "SOI".to_owned(),
            SOS => "SOS".to_owned(),
            EOI => "EOI".to_owned(),
            _ => return None,
        },
    })
}
