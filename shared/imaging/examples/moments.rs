//! Prints the median of nine times of one step, in milliseconds: `cargo run --release -p imaging --example moments -- sticker DRAWING.png`
//!
//! `sticker`: a sticker for WhatsApp composed, edged and fitted into its bytes, from a decoded and cut-out drawing, without a bubble. `bubble`:
//! seventeen words set into a bubble of a 1024² drawing, and drawn.

use bubble_text::Words;
use imaging::{Extras, stickers};
use lettering::{Room, Typesetter};
use picture_files::{DigitalSource, Messenger};
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const TIMES: usize = 9;
const SIDE: u32 = 1024;
const TEXT: &str = "Meet me at the old lighthouse tomorrow at half past seven; bring the map, and something warm 🧣";

#[allow(clippy::print_stdout, reason = "a program for a person, and for the benchmark")]
fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let milliseconds = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sticker", drawing] => sticker(&std::fs::read(drawing)?)?,
        ["bubble", ..] => bubble()?,
        _ => return Err("say sticker or bubble, and DRAWING.png".into()),
    };
    println!("{milliseconds:.2}");
    Ok(())
}

/// The time with the sticker less the time without: both decode the drawing and cut the subject out.
fn sticker(drawing: &[u8]) -> Outcome<f64> {
    let make = |stickers_for: &[Messenger]| {
        let extras = Extras { stickers: stickers_for.to_vec(), ..Extras::default() };
        median(|| {
            stickers(drawing, DigitalSource::AlgorithmicallyEnhanced, &extras)?;
            Ok(())
        })
    };
    Ok(make(&[Messenger::Whatsapp])? - make(&[])?)
}

fn bubble() -> Outcome<f64> {
    let words = Words::parse(TEXT)?;
    let mut typesetter = Typesetter::new();
    let mut canvas = vec![0; 4 * (SIDE * SIDE) as usize];
    median(|| {
        let bubble = typesetter.set(&words, Room { width: 420, height: 300 });
        bubble.draw(&mut typesetter, &mut canvas, (SIDE, SIDE), (40.0, 40.0), (600.0, 500.0));
        Ok(())
    })
}

/// The median time of `work`, in milliseconds
fn median(mut work: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let start = Instant::now();
        work()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[TIMES / 2])
}
