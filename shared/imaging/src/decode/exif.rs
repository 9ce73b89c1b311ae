//! The few numbers of an EXIF block that say how its picture looks.

use image::metadata::Orientation;

const ORIENTATION: u16 = 0x0112;
const EXIF_DIRECTORY: u16 = 0x8769;
const COLOUR_SPACE: u16 = 0xa001;
const INTEROPERABILITY_DIRECTORY: u16 = 0xa005;
const INTEROPERABILITY_INDEX: u16 = 0x0001;

/// An EXIF block: a TIFF without pixels
pub(super) struct Exif<'a> {
    tiff: &'a [u8],
    little: bool,
}

/// An entry of a directory
struct Entry<'a> {
    tag: u16,
    /// 1 BYTE, 2 ASCII, 3 SHORT, 4 LONG, …
    kind: u16,
    /// Its number of values
    count: u32,
    /// The first of its values, or where they are
    value: &'a [u8],
}

impl<'a> Exif<'a> {
    /// `block` begins with its TIFF header, or with `Exif\0\0` before it; none if it does not.
    pub(super) fn of(block: &'a [u8]) -> Option<Self> {
        let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        match tiff.get(..4)? {
            b"II*\0" => Some(Self { tiff, little: true }),
            b"MM\0*" => Some(Self { tiff, little: false }),
            _ => None,
        }
    }

    /// The first valid orientation. The standard says SHORT; phones and tools write BYTE and LONG as well.
    pub(super) fn orientation(&self) -> Option<Orientation> {
        let named = |value: u32| u8::try_from(value).ok().and_then(Orientation::from_exif);
        let entries = self.directory(self.number(self.tiff.get(4..8)?));
        entries.filter(|entry| entry.tag == ORIENTATION && entry.count > 0).find_map(|entry| match entry.kind {
            3 | 8 => named(self.number(&entry.value[..2])),
            // Writers of the other kinds disagree on the end at which the number is.
            1 | 4 | 6 | 7 | 9 | 13 => {
                named(entry.value.iter().copied().filter(|byte| *byte != 0).map(u32::from).reduce(|a, b| a << 8 | b)?)
            }
            _ => None,
        })
    }

    /// Whether the colours are those of Adobe RGB: by the colour space some cameras write, or by the interoperability index R03 where that is said to be
    /// none (DCF 2.0, 3.5); none if nothing is said.
    pub(super) fn is_adobe_rgb(&self) -> Option<bool> {
        let directory = self.pointer(self.number(self.tiff.get(4..8)?), EXIF_DIRECTORY)?;
        let space = self
            .directory(directory)
            .find(|entry| entry.tag == COLOUR_SPACE && entry.kind == 3)
            .map(|entry| self.number(&entry.value[..2]));
        match space {
            Some(1) => Some(false),
            Some(2) => Some(true),
            _ => {
                let index = self
                    .directory(self.pointer(directory, INTEROPERABILITY_DIRECTORY)?)
                    .find(|entry| entry.tag == INTEROPERABILITY_INDEX)?;
                Some(index.kind == 2 && index.value.starts_with(b"R03"))
            }
        }
    }

    fn pointer(&self, directory: u32, tag: u16) -> Option<u32> {
        let entry = self.directory(directory).find(|entry| entry.tag == tag && matches!(entry.kind, 4 | 13))?;
        Some(self.number(entry.value))
    }

    /// The entries of the directory at `at`, as far as they are there
    fn directory(&self, at: u32) -> impl Iterator<Item = Entry<'a>> + use<'_, 'a> {
        let rest = self.tiff.get(at as usize..).unwrap_or_default();
        let (count, entries) = rest.split_at_checked(2).unwrap_or_default();
        entries.chunks_exact(12).take(self.number(count) as usize).map(|entry| Entry {
            tag: self.number(&entry[..2]) as u16,
            kind: self.number(&entry[2..4]) as u16,
            count: self.number(&entry[4..8]),
            value: &entry[8..],
        })
    }

    /// The number of at most four bytes in the block's order
    fn number(&self, bytes: &[u8]) -> u32 {
        let join = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
        if self.little { bytes.iter().rev().fold(0, join) } else { bytes.iter().fold(0, join) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block with these entries in its first directory, and `behind` them
    fn block(little: bool, entries: &[(u16, u16, u32, [u8; 4])], behind: &[u8]) -> Vec<u8> {
        let short = |value: u16| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let long = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let mut block = [if little { b"II".as_slice() } else { b"MM" }, &short(42), &long(8), &short(entries.len() as u16)].concat();
        for (tag, kind, count, value) in entries {
            block.extend([&short(*tag)[..], &short(*kind), &long(*count), value].concat());
        }
        [&block[..], &long(0), behind].concat()
    }

    fn orientation(little: bool, kind: u16, value: [u8; 4]) -> Option<Orientation> {
        Exif::of(&block(little, &[(ORIENTATION, kind, 1, value)], &[])).unwrap().orientation()
    }

    #[test]
    fn an_orientation_counts_in_whichever_kind_of_number_it_is_written() {
        let turned = Some(Orientation::Rotate90);
        for (kind, little, big) in [
            (3, [6, 0, 0, 0], [0, 6, 0, 0]),
            (4, [6, 0, 0, 0], [0, 0, 0, 6]),
            (9, [6, 0, 0, 0], [0, 0, 0, 6]),
            (1, [6, 0, 0, 0], [6, 0, 0, 0]),
            (7, [6, 0, 0, 0], [0, 0, 0, 6]),
        ] {
            assert_eq!(orientation(true, kind, little), turned, "{kind}");
            assert_eq!(orientation(false, kind, big), turned, "{kind}");
        }
        for (kind, value) in
            [(3, [0, 9, 0, 0]), (3, [0, 0, 0, 6]), (4, [0, 0, 0, 9]), (2, *b"6\0\0\0"), (5, [0, 0, 0, 6]), (4, [1, 2, 0, 0])]
        {
            assert_eq!(orientation(false, kind, value), None, "{kind} {value:?}");
        }
    }

    #[test]
    fn a_broken_entry_does_not_hide_a_good_one() {
        let entries = [(ORIENTATION, 3, 1, [0, 0, 0, 0]), (0x010f, 2, 9_999, [255; 4]), (ORIENTATION, 4, 1, [0, 0, 0, 3])];
        assert_eq!(Exif::of(&block(false, &entries, &[])).unwrap().orientation(), Some(Orientation::Rotate180));
    }

    /// A block whose EXIF directory has this colour space, and this interoperability index
    fn space(space: u16, index: &[u8; 4]) -> Option<bool> {
        let entry = |tag: u16, kind: u16, value: &[u8]| [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &[0, 0, 0, 1], value].concat();
        let behind = [
            &[0, 2][..],
            &entry(COLOUR_SPACE, 3, &[&space.to_be_bytes()[..], &[0, 0]].concat()),
            &entry(INTEROPERABILITY_DIRECTORY, 4, &56_u32.to_be_bytes()),
            &[0; 4],
            &[0, 1],
            &entry(INTEROPERABILITY_INDEX, 2, index),
        ]
        .concat();
        Exif::of(&block(false, &[(EXIF_DIRECTORY, 4, 1, 26_u32.to_be_bytes())], &behind)).unwrap().is_adobe_rgb()
    }

    #[test]
    fn adobe_rgb_is_told_by_its_number_or_its_index() {
        assert_eq!(space(0xffff, b"R03\0"), Some(true));
        assert_eq!(space(2, b"R98\0"), Some(true));
        assert_eq!(space(1, b"R03\0"), Some(false), "a tool made it sRGB, and left the index");
        assert_eq!(space(0xffff, b"R98\0"), Some(false));
        assert_eq!(Exif::of(&block(true, &[], &[])).unwrap().is_adobe_rgb(), None);
    }
}
