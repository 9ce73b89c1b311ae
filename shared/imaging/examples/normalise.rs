//! Normalises a picture and prints the time it took: `cargo run -p imaging --example normalise -- PICTURE OUT.png`

use std::time::Instant;

#[allow(clippy::print_stdout, reason = "a program for a person")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(picture), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("say PICTURE and OUT.png".into());
    };
    let bytes = std::fs::read(picture)?;
    let start = Instant::now();
    let normalised = imaging::normalise(&bytes)?;
    println!("{} ms, {}×{}, {} bytes", start.elapsed().as_millis(), normalised.width, normalised.height, normalised.png.len());
    std::fs::write(out, normalised.png)?;
    Ok(())
}
