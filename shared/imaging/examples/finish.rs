//! Finishes a drawing as a generation of one does, with a sticker for WhatsApp, into a zip file, and prints its peak memory, in KiB: `cargo run
//! --release -p imaging --example finish -- DRAWING.png OUT.zip`

use imaging::{Bundle, Extras, Generation, Packs, render};
use picture_files::{DigitalSource, Messenger};
use std::fs::File;
use std::io::BufWriter;

#[allow(clippy::print_stdout, reason = "a program for a person, and for the benchmark")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(drawing), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("say DRAWING.png and OUT.zip".into());
    };
    let extras = Extras { stickers: vec![Messenger::Whatsapp], ..Extras::default() };
    let generation = Generation { generation_id: "gen_0".into(), style: "none".into(), seed: 0, created_at: "2026-01-01T00:00:00Z".into() };
    let mut bundle = Bundle::writing(BufWriter::new(File::create(out)?), generation);
    let mut packs = Packs::new("Finished", "Nigao", &extras);
    for file in render(&std::fs::read(drawing)?, DigitalSource::AlgorithmicallyEnhanced, &extras)? {
        let file = file?;
        packs.add(0, &file);
        bundle.add("1", &file)?;
    }
    let pictures = packs.pictures()?;
    let packed = packs.finish(&pictures)?;
    for file in pictures.into_iter().chain(packed) {
        bundle.add("", &file)?;
    }
    bundle.finish(None)?;
    println!("{}", most_memory()?);
    Ok(())
}

/// Peak resident memory of this process, in KiB, as Linux counts it
fn most_memory() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("this system does not count memory")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
