//! Writes the painted portraits as JPEG files: `cargo run -p testkit --example portraits -- FOLDER`
#![allow(clippy::print_stdout, reason = "an example talks to a person")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use testkit::portraits;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: portraits FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    for name in portraits::names() {
        let start = Instant::now();
        let portrait = portraits::named(name).ok_or("no such portrait")?;
        println!("{name}: {} ms", start.elapsed().as_millis());
        std::fs::write(folder.join(format!("{name}.jpg")), portrait.jpeg())?;
    }
    Ok(())
}
