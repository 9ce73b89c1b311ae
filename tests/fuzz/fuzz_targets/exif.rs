//! Any EXIF block in a valid JPEG, PNG and WebP: the picture is read, turned by the block or not at all, alike in all three, and nothing of the block
//! is in the result.
#![no_main]

use fuzz::spliced::{self, LONGEST_IN_JPEG, Place};
use fuzz::{memory, picture};
use imaging::{Normalised, decode_normalised, normalise};
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// The memory for one tiny picture with the longest block: the working picture and the decoder's own
const MEMORY: usize = 32 << 20;

/// Bytes of a long block, too many for a JPEG
const LONG: usize = 1 << 17;

/// A block and its placement in the files
#[derive(Debug)]
struct Input<'a> {
    behind: bool,
    marked: bool,
    twice: bool,
    long: bool,
    block: Block<'a>,
}

#[derive(Debug)]
enum Block<'a> {
    /// Any bytes
    Raw(&'a [u8]),
    /// A valid TIFF header and a directory of these entries of twelve bytes each
    Tiff { little: bool, entries: &'a [u8] },
}

impl<'a> Arbitrary<'a> for Input<'a> {
    fn arbitrary(_: &mut Unstructured<'a>) -> Result<Self> {
        unreachable!("the rest is the block")
    }

    fn arbitrary_take_rest(mut input: Unstructured<'a>) -> Result<Self> {
        let flags: u8 = input.arbitrary()?;
        let rest = input.take_rest();
        let block = match flags & 0x10 {
            0 => Block::Raw(rest),
            _ => Block::Tiff { little: flags & 0x20 != 0, entries: rest },
        };
        let set = |bit| flags & bit != 0;
        Ok(Self { behind: set(0x01), marked: set(0x02), twice: set(0x04), long: flags >= 0xf8, block })
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (1, None)
    }
}

impl Block<'_> {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Raw(bytes) => bytes.to_vec(),
            Self::Tiff { little, entries } => {
                let whole = entries.chunks_exact(12).flatten();
                let count = (entries.len() / 12) as u16;
                let (header, count) = match little {
                    true => (b"II*\0\x08\0\0\0", count.to_le_bytes()),
                    false => (b"MM\0*\0\0\0\x08", count.to_be_bytes()),
                };
                header.iter().chain(&count).chain(whole).copied().collect()
            }
        }
    }

    /// The orientation in a directory, if it has one: the first valid number decides, whatever its length
    fn asked(&self) -> Option<Option<u16>> {
        let Self::Tiff { little, entries } = self else { return None };
        let number = |entry: &[u8], at: usize| {
            let two = [entry[at], entry[at + 1]];
            if *little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) }
        };
        let value = |entry: &[u8]| match number(entry, 2) {
            3 | 8 => Some(number(entry, 8)).filter(|value| (1..=8).contains(value)),
            // Of the other kinds, the one byte that is not zero
            1 | 4 | 6 | 7 | 9 | 13 => match entry[8..].iter().filter(|byte| **byte != 0).collect::<Vec<_>>()[..] {
                [&byte] if byte <= 8 => Some(byte.into()),
                _ => None,
            },
            _ => None,
        };
        let mut found = entries.chunks_exact(12).filter(|entry| number(entry, 0) == 0x0112 && entry[4..8] != [0; 4]);
        Some(found.find_map(value))
    }
}

/// A result without EXIF in its eight orientations, by number
struct Standing([(u32, u32, Vec<u8>); 8]);

impl Standing {
    fn of(plain: &[u8]) -> Self {
        let plain = normalise(plain).expect("a good picture");
        let upright = decode_normalised(&plain.png).expect("a good picture");
        let (width, height) = upright.dimensions();
        Self(std::array::from_fn(|at| {
            let (across, down) = if at < 4 { (width, height) } else { (height, width) };
            // The place of a pixel before turning: EXIF 2.32, tag 0x0112.
            let stored = |x: u32, y: u32| match at + 1 {
                2 => (width - 1 - x, y),
                3 => (width - 1 - x, height - 1 - y),
                4 => (x, height - 1 - y),
                5 => (y, x),
                6 => (y, height - 1 - x),
                7 => (width - 1 - y, height - 1 - x),
                8 => (width - 1 - y, x),
                _ => (x, y),
            };
            let places = (0..down).flat_map(|y| (0..across).map(move |x| (x, y)));
            let pixels = places
                .flat_map(|(x, y)| {
                    let (x, y) = stored(x, y);
                    upright.get_pixel(x, y).0
                })
                .collect();
            (across, down, pixels)
        }))
    }

    /// The orientation of `turned`
    fn number(&self, turned: &Normalised) -> usize {
        let pixels = decode_normalised(&turned.png).expect("what was written can be read").into_raw();
        let found = self.0.iter().position(|way| *way == (turned.width, turned.height, pixels.clone()));
        found.expect("the same picture, turned") + 1
    }
}

static PLAIN: LazyLock<[Standing; 3]> = LazyLock::new(|| {
    let before = Place::Before;
    [Standing::of(&spliced::jpeg(&[])), Standing::of(&spliced::png(&[], before)), Standing::of(&spliced::webp(&[], before))]
});

/// The orientation of the result, once for each file that can hold the blocks
fn orientations(input: &Input, blocks: &[&[u8]]) -> Vec<usize> {
    let place = if input.behind { Place::Behind } else { Place::Before };
    let marked: Vec<Vec<u8>> =
        blocks.iter().map(|block| [if input.marked { b"Exif\0\0".as_slice() } else { b"" }, block].concat()).collect();
    let marked: Vec<&[u8]> = marked.iter().map(Vec::as_slice).collect();
    let jpeg = blocks.iter().all(|block| block.len() <= LONGEST_IN_JPEG).then(|| spliced::jpeg(blocks));
    let files = [jpeg, Some(spliced::png(&marked, place)), Some(spliced::webp(&marked, place))];
    let read = |(file, plain): (Option<Vec<u8>>, &Standing)| {
        let file = file?;
        let normalised = memory::within(MEMORY, || normalise(&file)).expect("a bad block does not make a picture unreadable");
        picture::check_normalised(&normalised);
        Some(plain.number(&normalised))
    };
    files.into_iter().zip(&*PLAIN).filter_map(read).collect()
}

fuzz_target!(init: { LazyLock::force(&PLAIN); }, |input: Input| {
    let mut block = input.block.bytes();
    if block.starts_with(b"Exif\0\0") {
        return;
    }
    if input.long {
        block.resize(LONG, 0x2a);
    }
    let blocks: &[&[u8]] = if input.twice { &[&block, b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"] } else { &[&block] };
    let seen = orientations(&input, blocks);
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "the formats differ: {seen:?}");
    if let Some(asked) = input.block.asked() {
        // The second block has 6.
        assert_eq!(seen[0], usize::from(asked.unwrap_or(if input.twice { 6 } else { 1 })));
    }
});
