//! Any drawing as stickers of any messenger, with any bubble: files that follow the messenger's rules, or a refusal with a reason.
#![no_main]

use bubble_text::{Side, Words};
use fuzz::{drawing, memory, picture};
use imaging::{BubbleRequest, Extras, STICKERS, StickerSpec, Target, fit_sticker, stickers, validate};
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use picture_files::{DigitalSource, Messenger, Unreadable};

/// A drawing's layers, cut-outs and canvases
const MEMORY: usize = 128 << 20;

/// The use of the input
#[derive(Debug)]
enum Input<'a> {
    /// Pixels fitted into the bytes of a row, with some noise on them
    Fit { row: &'static StickerSpec, noise: u8, pixels: &'a [u8] },
    /// Stickers of a square drawing with these pixels
    Drawing { messenger: Messenger, bubble: Option<BubbleRequest>, pixels: &'a [u8] },
    /// Stickers of a file that may be no drawing at all
    File { messenger: Messenger, file: &'a [u8] },
}

impl<'a> Arbitrary<'a> for Input<'a> {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let (how, which) = (u8::arbitrary(input)?, usize::from(u8::arbitrary(input)?));
        let messenger = Messenger::ALL[which % Messenger::ALL.len()];
        let bubble = if how & 0x0c == 0x0c { bubble(input, how)? } else { None };
        let noise = u8::arbitrary(input)?;
        let rest = input.bytes(input.len())?;
        Ok(match how & 0x03 {
            0 | 1 => Self::Drawing { messenger, bubble, pixels: rest },
            2 => Self::Fit { row: &STICKERS[which % STICKERS.len()], noise, pixels: rest },
            _ => Self::File { messenger, file: rest },
        })
    }

    fn size_hint(_: usize) -> (usize, Option<usize>) {
        (3, None)
    }
}

fn bubble(input: &mut Unstructured<'_>, how: u8) -> Result<Option<BubbleRequest>> {
    let length = usize::from(u8::arbitrary(input)?).min(input.len());
    let text = String::from_utf8_lossy(input.bytes(length)?);
    let side = [None, Some(Side::Left), Some(Side::Right), None][usize::from(how >> 4 & 3)];
    Ok(Words::parse(&text).ok().map(|words| BubbleRequest { words, side }))
}

fn fit(row: &'static StickerSpec, noise: u8, pixels: &[u8]) {
    let canvas = drawing::canvas(pixels, noise, (row.width, row.height), row.margin);
    match memory::within(MEMORY, || fit_sticker(&canvas, row, DigitalSource::AlgorithmicallyEnhanced)) {
        Ok(file) => {
            assert!(file.len() <= row.target_bytes(), "{} bytes", file.len());
            let shown = canvas.chunks_exact(4).filter(|pixel| pixel[3] >= 144).count();
            if shown > canvas.len() / 4 / 50 {
                let violations = validate(Target::Sticker(row), &file);
                assert!(violations.is_empty(), "{}: {violations:?}", row.name);
            }
        }
        Err(unfit) => assert!(noise > 0 && !unfit.to_string().is_empty(), "{}: {unfit}", row.name),
    }
}

fn make(png: &[u8], messenger: Messenger, bubble: Option<BubbleRequest>) -> Option<Unreadable> {
    let extras = Extras { stickers: vec![messenger], bubble, ..Extras::default() };
    match memory::within(MEMORY, || stickers(png, DigitalSource::AlgorithmicallyEnhanced, &extras)) {
        Ok(files) => {
            assert!(!files.is_empty(), "no sticker");
            for file in files {
                let target = Target::of(&file.path).expect("a known name");
                let violations = validate(target, &file.bytes);
                assert!(violations.is_empty(), "{}: {violations:?}", file.path);
            }
            None
        }
        Err(refusal) => {
            picture::check_refusal(&refusal);
            Some(refusal)
        }
    }
}

fuzz_target!(|input: Input| {
    match input {
        Input::Fit { row, noise, pixels } => fit(row, noise, pixels),
        Input::Drawing { messenger, bubble, pixels } => assert_eq!(make(&drawing::png(pixels), messenger, bubble), None),
        Input::File { messenger, file } => {
            make(file, messenger, None);
        }
    }
});
