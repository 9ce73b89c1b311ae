//! Any bytes as an upload: a normalised picture or a refusal with a reason, in bounded memory.
#![no_main]

use fuzz::{memory, picture};
use imaging::normalise_within;
use picture_files::Limits;
use libfuzzer_sys::fuzz_target;

/// The rules of an upload, with few enough pixels to try thousands of pictures a second
const LIMITS: Limits = Limits { pixels: 1 << 18, side: 4096, ..Limits::UPLOAD };

/// The bound of `Limits`, twelve bytes for each pixel and the decoder's own; and a constant beside it
const MEMORY: usize = 12 * LIMITS.pixels as usize + LIMITS.scratch + (6 << 20);

fuzz_target!(|bytes: &[u8]| {
    match memory::within(MEMORY, || normalise_within(bytes, &LIMITS)) {
        Ok(normalised) => {
            picture::check_normalised(&normalised);
            assert_eq!(normalise_within(&normalised.png, &LIMITS).as_ref(), Ok(&normalised), "idempotent");
        }
        Err(refusal) => picture::check_refusal(&refusal),
    }
});
