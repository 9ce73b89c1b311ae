//! Any bytes, checked as any deliverable: a list of faults, in words that can be shown, in bounded memory.
#![no_main]

use fuzz::memory;
use imaging::{AVATARS, PACKS, STICKERS, Target, validate};
use picture_files::Format;
use libfuzzer_sys::fuzz_target;

/// The largest decoded picture, twice, and the decoder's own memory; members of an archive are checked one after the other
const MEMORY: usize = 2 * 4 * 4096 * 4096 + (32 << 20);

/// The target by the first byte
fn target(choice: u8) -> Target {
    let choice = usize::from(choice);
    let rows = STICKERS.iter().map(Target::Sticker).chain(PACKS.iter().map(Target::Pack));
    let formats = Format::PICTURES.into_iter();
    let avatars = formats.map(|format| Target::Avatar(&AVATARS[choice % AVATARS.len()], format));
    let all: Vec<Target> = rows.chain(avatars).chain([Target::Bundle]).collect();
    all[choice % all.len()]
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, file)) = bytes.split_first() else { return };
    for violation in memory::within(MEMORY, || validate(target(*choice), file)) {
        let text = violation.to_string();
        assert!(text.len() < 600 && text.chars().all(|c| !c.is_control()), "{text:?}");
    }
});
