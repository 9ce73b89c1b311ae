//! Renders every deliverable of a drawing into a folder and prints the time it took: `cargo run -p imaging --example render -- DRAWING.png OUT`

use imaging::{Bundle, Extras, Generation, contact_sheet, render};
use picture_files::DigitalSource;
use std::time::Instant;

#[allow(clippy::print_stdout, reason = "a program for a person")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(drawing), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("say DRAWING.png and the folder to write to".into());
    };
    std::fs::create_dir_all(&out)?;
    let start = Instant::now();
    let mut files = Vec::new();
    let mut step = Instant::now();
    for file in render(&std::fs::read(drawing)?, DigitalSource::AlgorithmicallyEnhanced, &Extras::default())? {
        let file = file?;
        println!("{:>6} ms {:>9} bytes  {}", step.elapsed().as_millis(), file.bytes.len(), file.path);
        files.push(file);
        step = Instant::now();
    }
    println!("{:>6} ms together", start.elapsed().as_millis());
    let generation = Generation { generation_id: "gen_0".into(), style: "none".into(), seed: 0, created_at: "2026-01-01T00:00:00Z".into() };
    let mut bundle = Bundle::new(generation);
    for file in &files {
        bundle.add("1", file)?;
        write(&out, &file.path, &file.bytes)?;
    }
    std::fs::write(format!("{out}/bundle.zip"), bundle.finish(None)?.0)?;
    let start = Instant::now();
    let pictures: Vec<&[u8]> = files.iter().filter(|file| file.format == picture_files::Format::Png).map(|file| &file.bytes[..]).collect();
    std::fs::write(format!("{out}/contact-sheet.png"), contact_sheet(&pictures)?)?;
    println!("{:>6} ms contact sheet", start.elapsed().as_millis());
    Ok(())
}

fn write(folder: &str, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    let path = std::path::Path::new(folder).join(path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes)
}
