//! RT-10: after a request, however it ended, no memory of the process holds any part of its picture.
//!
//! The binary runs with the allocator of the function, and its only test searches all writable memory of its own process for pieces of the picture,
//! in all forms it takes. Not covered: registers, memory that the system has reclaimed without clearing, socket buffers in the kernel, and
//! swapped-out pages. The pieces to search for are stored with all bits inverted, or they would be found in the test itself.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use image::{
    ExtendedColorType, ImageEncoder, RgbImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use kernel::{CallerAddress, Failure, SeededRandomness, SystemClock};
use picture_files::DigitalSource;
use processing::instant::{Instant, InstantEvent, InstantRequest, Marked};
use screening::{Candidate, Moderation, Screener};
use studio::{Artist, DrawRequest, Drawing, NotDrawn, RateSalt, Usage};
use testkit::Faults;
use testkit::fakes::FakeRateKeys;
use zeroize::Zeroizing;
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static MEMORY: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

/// Bytes of a piece: too many for a chance match.
const PIECE: usize = 24;

/// A picture of soft noise, lighter in its lower half, in which no two pieces are alike; soft, so that its encoded bytes are no pixels.
fn picture(seed: u32) -> RgbImage {
    let mut state = seed;
    RgbImage::from_fn(300, 300, |_, y| {
        let light = if y < 150 { 0 } else { 64 };
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        image::Rgb([state, state >> 8, state >> 16].map(|noise| light + (noise as u8 & 15)))
    })
}

fn encoded(seed: u32) -> Vec<u8> {
    let (picture, mut png) = (picture(seed), Vec::new());
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::Sub);
    encoder.write_image(&picture, 300, 300, ExtendedColorType::Rgb8).unwrap();
    png
}

const SENT: u32 = 0x1234_5677;
const DRAWN: u32 = 0x7654_3211;
const WORDS: [&str; 2] = ["the words of a pro", "mpt that nobody keeps"];

/// The behaviour of an artist.
#[derive(Clone, Copy, Debug)]
enum End {
    Drawn,
    Judged,
    Refused,
    Down,
    Hangs,
    Panics,
}

struct ScriptedArtist(End);

#[async_trait]
impl Artist for ScriptedArtist {
    fn name(&self) -> &'static str {
        "openai"
    }

    fn model(&self) -> &str {
        "actor-1"
    }

    async fn draw(&self, request: DrawRequest<'_>) -> Result<Drawing, NotDrawn> {
        let picture = Zeroizing::new(encoded(DRAWN));
        request.sketches.arrived(0, &picture).await;
        match self.0 {
            End::Drawn | End::Judged => {
                Ok(Drawing { picture: picture.to_vec(), source: DigitalSource::TrainedAlgorithmicMedia, usage: Usage::default() })
            }
            End::Refused => Err(NotDrawn::Refused(Vec::new())),
            End::Down => Err(NotDrawn::Down("no route".into())),
            End::Hangs => std::future::pending().await,
            End::Panics => panic!("the artist's client has a fault"),
        }
    }
}

struct Judge(f64);

#[async_trait]
impl Screener for Judge {
    fn name(&self) -> &'static str {
        "judge"
    }

    fn sees(&self) -> &'static [&'static str] {
        &[]
    }

    async fn score(&self, _: Candidate<'_>) -> Result<BTreeMap<String, f64>, Failure> {
        Ok(BTreeMap::from([("violence".to_owned(), self.0)]))
    }
}

/// One request from its first byte to its end; the answer is read and dropped, as if it was sent.
async fn request(end: End) -> Result<usize, Failure> {
    let artists: Vec<Box<dyn Artist>> = vec![Box::new(ScriptedArtist(end))];
    let moderation = Moderation::of(vec![Box::new(Judge(if matches!(end, End::Judged) { 1.0 } else { 0.0 }))]);
    let rate_keys = FakeRateKeys::new(Faults::default());
    let salt = RateSalt::new(b"salt");
    let instant = Instant {
        artists: &artists,
        moderation: &moderation,
        rate_keys: &rate_keys,
        per_hour: 100,
        salt: &salt,
        finisher: &Marked { signer: None },
        clock: &SystemClock::default(),
        timeout: Duration::from_secs(150),
    };
    let admitted = instant.admit(Some("openai"), Some("13+"), CallerAddress::read("203.0.113.7")).await?;
    let words = Zeroizing::new(WORDS.concat());
    let request = InstantRequest::new(Zeroizing::new(encoded(SENT)), None, Some(words), None, &SeededRandomness::new(1))?;
    let sent = Mutex::new(0);
    let emit = |event: InstantEvent<'_>| *sent.lock().unwrap() += api_event(&event);
    let portrait = instant.draw(admitted, request, 1, &emit).await?;
    let told = *sent.lock().unwrap();
    Ok(told + portrait.bytes.len())
}

/// Reads the data of an event without keeping it.
fn api_event(event: &InstantEvent<'_>) -> usize {
    match event {
        InstantEvent::Progress(..) => 0,
        InstantEvent::Sketch { picture, .. } => picture.len(),
        InstantEvent::Finished(portrait) => portrait.bytes.len(),
    }
}

/// The pieces to search for, all bits inverted.
struct Pieces(Vec<(&'static str, [u8; PIECE])>);

impl Pieces {
    fn new() -> Self {
        let turned = |bytes: &[u8], at: usize| -> [u8; PIECE] { std::array::from_fn(|index| !bytes[at + index]) };
        let middle = |bytes: &[u8]| turned(bytes, bytes.len() / 2);
        let sent = encoded(SENT);
        let normalised = imaging::normalise(&sent).unwrap().png;
        let drawn = encoded(DRAWN);
        let words = WORDS.concat();
        Self(vec![
            ("the picture as it was sent", middle(&sent)),
            ("its pixels", middle(picture(SENT).as_raw())),
            ("the normalised picture", middle(&normalised)),
            ("the drawing", middle(&drawn)),
            ("the words", turned(words.as_bytes(), 8)),
        ])
    }

    /// The pieces found in writable memory.
    fn found(&self) -> Vec<&'static str> {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let mut memory = std::fs::File::open("/proc/self/mem").unwrap();
        let mut window = vec![0_u8; 1 << 16];
        let own = window.as_ptr() as u64..window.as_ptr() as u64 + (1 << 16);
        let mut found = Vec::new();
        let mut first = [false; 256];
        self.0.iter().for_each(|(_, piece)| first[usize::from(!piece[0])] = true);
        for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|flags| flags.starts_with("rw"))) {
            let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
            let (start, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
            let mut at = start;
            while at < end {
                let length = (end - at).min(1 << 16) as usize;
                let read = memory.seek(SeekFrom::Start(at)).and_then(|_| memory.read(&mut window[..length])).unwrap_or(0);
                for offset in 0..(read + 1).saturating_sub(PIECE) {
                    // Most of memory differs from a piece in its first byte.
                    let address = at + offset as u64;
                    if first[usize::from(window[offset])] && !own.contains(&address) {
                        let here = &window[offset..offset + PIECE];
                        let is_here = |piece: &[u8; PIECE]| here.iter().zip(piece).all(|(byte, turned)| *byte == !*turned);
                        found.extend(self.0.iter().filter(|(_, piece)| is_here(piece)).map(|(name, _)| *name));
                    }
                }
                window.fill(0);
                // A piece may span two windows.
                at += if length == 1 << 16 { (1 << 16) - PIECE as u64 } else { length as u64 };
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Invariant: The real-time profile keeps nothing.
#[test]
fn rt_10_no_memory_holds_a_picture_after_its_request() {
    let pieces = Pieces::new();
    assert_eq!(pieces.found(), [""; 0], "the test holds what it looks for");

    // The search works: it finds a live buffer, and no longer finds it when it is freed.
    let alive = (encoded(SENT), picture(SENT), WORDS.concat());
    assert_eq!(pieces.found(), ["its pixels", "the picture as it was sent", "the words"]);
    drop(alive);
    assert_eq!(pieces.found(), [""; 0]);

    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    for end in [End::Drawn, End::Judged, End::Refused, End::Down, End::Hangs, End::Panics] {
        let outcome = runtime().block_on(AssertUnwindSafe(request(end)).catch_unwind());
        assert_eq!(matches!(outcome, Ok(Ok(bytes)) if bytes > 100_000), matches!(end, End::Drawn), "{end:?}");
        drop(outcome);
        assert_eq!(pieces.found(), [""; 0], "after a request that ended as {end:?}");
    }

    // While the artist works everything is in memory; when the caller leaves, the work is dropped where it is.
    runtime().block_on(async {
        let mut work = Box::pin(request(End::Hangs));
        for _ in 0..8 {
            assert!((&mut work).now_or_never().is_none());
        }
        assert_eq!(pieces.found(), ["the drawing", "the normalised picture", "the words"]);
        drop(work);
        assert_eq!(pieces.found(), [""; 0], "after a caller who left");
    });
}
