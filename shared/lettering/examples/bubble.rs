//! Draws a bubble: `cargo run --release -p lettering --example bubble -- TEXT WIDTH HEIGHT OUT.png`

use std::path::PathBuf;
use std::time::Instant;

use bubble_text::Words;
use clap::Parser;
use lettering::{Room, Typesetter};

#[derive(Parser)]
struct Arguments {
    /// The text of the bubble.
    text: String,
    /// Pixels across the room for its body.
    width: u32,
    /// Pixels down the room for its body.
    height: u32,
    /// The PNG to write.
    out: PathBuf,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { text, width, height, out } = Arguments::parse();
    let words = Words::parse(&text)?;
    let mut typesetter = Typesetter::new();
    let size = (width + 40, height + height / 2 + 40);
    let tip = (size.0 as f32 * 0.8, size.1 as f32 - 10.0);
    let mut canvas = Vec::new();
    // The first run loads the fonts.
    for time in ["first", "again"] {
        canvas = [0xA8, 0xC8, 0xE0, 0xFF].repeat(size.0 as usize * size.1 as usize);
        let begun = Instant::now();
        let bubble = typesetter.set(&words, Room { width, height });
        let set = begun.elapsed();
        bubble.draw(&mut typesetter, &mut canvas, size, (20.0, 20.0), tip);
        eprintln!("{time}: {} × {} px, set in {set:.1?}, drawn in {:.1?}", bubble.width, bubble.height, begun.elapsed() - set);
    }
    image::save_buffer(out, &canvas, size.0, size.1, image::ColorType::Rgba8)?;
    Ok(())
}
