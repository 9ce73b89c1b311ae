//! Draws a picture: `cargo run -p via-palette --example draw -- selfie.jpg soft-anime 7 drawing.png`
#![allow(clippy::print_stdout, reason = "an example talks to a person")]

use std::error::Error;
use std::time::Instant;

use via_palette::{Style, draw};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, style, seed, output] = arguments.as_slice() else {
        return Err("usage: draw <picture> <style> <seed> <out.png>".into());
    };
    let style = Style::from_id(style).ok_or("unknown style")?;
    let selfie = image::open(input)?.to_rgb8();
    let start = Instant::now();
    let drawing = draw(&selfie, style, seed.parse()?);
    println!("{output}: {} ms", start.elapsed().as_millis());
    drawing.save(output)?;
    Ok(())
}
