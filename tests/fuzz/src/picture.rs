//! Properties of every answer about a picture.

use imaging::{Normalised, WORKING_SIDE, decode_normalised};
use picture_files::Unreadable;

/// All reasons of refusals
const REASONS: [&str; 9] =
    ["empty", "too-many-bytes", "too-many-pixels", "unknown-format", "animated", "truncated", "corrupt", "unsupported-variant", "blank"];

/// A refusal has a known reason and a sentence for its sender, without the decoder's message.
pub fn check_refusal(refusal: &Unreadable) {
    assert!(REASONS.contains(&refusal.reason()), "{refusal:?}");
    let sentence = refusal.to_string();
    assert!(!sentence.is_empty() && sentence.len() < 200, "{sentence}");
    if let Unreadable::Corrupt { detail } | Unreadable::Unsupported { detail } = refusal {
        assert!(!detail.is_empty() && !sentence.contains(detail.as_str()), "{detail}");
    }
}

/// A normalised picture is within its size and has no metadata.
pub fn check_normalised(normalised: &Normalised) {
    let sides = 1..=WORKING_SIDE;
    assert!(sides.contains(&normalised.width) && sides.contains(&normalised.height), "{}×{}", normalised.width, normalised.height);
    for (name, _) in chunks(&normalised.png) {
        assert!([b"IHDR", b"IDAT", b"IEND"].contains(&name), "a chunk {:?}", name.escape_ascii().to_string());
    }
    let picture = decode_normalised(&normalised.png).expect("what was written can be read");
    assert_eq!(picture.dimensions(), (normalised.width, normalised.height));
}

/// The chunks of a PNG, which ends behind the last
fn chunks(png: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n").expect("a signature");
    std::iter::from_fn(move || {
        let (length, behind) = rest.split_first_chunk().filter(|_| !rest.is_empty())?;
        let (name, behind) = behind.split_first_chunk().expect("a chunk's name");
        let (body, behind) = behind.split_at(u32::from_be_bytes(*length) as usize);
        rest = behind.get(4..).expect("a checksum");
        Some((name, body))
    })
}
