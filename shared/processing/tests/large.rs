//! The largest generation: eight drawings, every sticker and a bubble.
//!
//! The binary has this one test, whose memory is the process's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a test fails by panicking, and says what it measured")]
#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "the other tests of the steps need the rest of it")]
#[path = "integration/work/world.rs"]
mod world;

use std::io::Cursor;

use image::{ExtendedColorType, ImageEncoder, Rgba, RgbaImage, codecs::png::PngEncoder};
use picture_files::Messenger;
use studio::{Bubble, GenerationRequest, State, Step, object_keys};
use testkit::signing::signer;
use world::{WORDS, World};

/// The memory of the function that finishes, in bytes (`functions/on-drawing-ready`).
const MEMORY: u64 = 3008 << 20;

/// A drawing as restless as its files can become large: grain all over the subject.
fn grainy(seed: u32) -> Vec<u8> {
    let inside = |x: u32, y: u32| x.abs_diff(512).pow(2) + y.abs_diff(600).pow(2) < 420 * 420;
    let grain = |x: u32, y: u32, channel: u32| {
        let bits =
            (x ^ seed.wrapping_mul(97)).wrapping_mul(0x9e37_79b9).wrapping_add(y.wrapping_mul(0x85eb_ca6b)) ^ channel.wrapping_mul(77);
        (bits.wrapping_mul(bits | 1) >> 24) as u8 / 8 + 100
    };
    let picture = RgbaImage::from_fn(1024, 1024, |x, y| {
        let alpha = if inside(x, y) { 255 } else { 0 };
        Rgba([grain(x, y, 1), grain(x, y, 2), grain(x, y, 3), alpha])
    });
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(&picture, 1024, 1024, ExtendedColorType::Rgba8).unwrap();
    png
}

/// Peak resident memory of this process, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// Seconds of a core that this process has had.
fn worked() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<u64> = stat.rsplit_once(')').unwrap().1.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect();
    // User and system time, in hundredths of a second.
    (fields[11] + fields[12]) / 100
}

#[tokio::test]
async fn eight_drawings_with_everything_are_finished_within_the_functions_memory() {
    let mut world = World::new();
    world.signer = Some(signer());
    let caller = world.customer(30).await;
    let request = GenerationRequest {
        stickers: Messenger::ALL.to_vec(),
        bubble: Some(Bubble::parse(WORDS, None).unwrap()),
        ..world.request(world.selfie(caller).await, 8, "key")
    };
    let id = world.place(caller, &request).await.unwrap().id;
    world.drain(&[Step::GenerationQueued, Step::ScreeningPassed]).await;
    for (key, drawing) in world.bucket.objects().iter_mut().filter(|(key, _)| key.contains("/drawings/")) {
        *drawing = grainy(key.len() as u32 + u32::from(key.as_bytes()[key.rfind('/').unwrap() + 1]));
    }
    let (before, started) = (peak(), worked());
    assert_eq!(world.drain(&[Step::DrawingReady]).await, 0);
    let (took, grown) = (worked() - started, peak() - before);
    assert_eq!(world.state(caller, id), State::Done);
    world.check_quiet();
    let objects = world.bucket.objects();
    let stored: usize = objects.values().map(Vec::len).sum();
    let bundle = &objects[&object_keys::of_generation(caller.owner(), id, "bundle.zip")];
    assert!(bundle.len() > 64_000_000, "a bundle of {} bytes is no large one", bundle.len());
    assert_eq!(zip::ZipArchive::new(Cursor::new(bundle)).unwrap().len(), 8 * (2 * 17 + 8) + 3 + 2 + 3);
    // The objects are in this process, where they are in S3 otherwise.
    let own = grown.saturating_sub(stored as u64);
    println!("{took} s of a core, {} MB of its own for a bundle of {} MB", own / 1_000_000, bundle.len() / 1_000_000);
    assert!(own < MEMORY / 4, "{own} bytes");
}
