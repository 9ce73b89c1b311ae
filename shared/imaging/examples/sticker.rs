//! Makes the stickers of a drawing, its packs and its avatar with a bubble, and prints the time of each:
//! `cargo run --release -p imaging --example sticker -- DRAWING.png OUT [TEXT [left|right]]`

use imaging::{BubbleRequest, Extras, STICKERS, fit_sticker, stickers, with_bubble};
use picture_files::{DigitalSource, Messenger};
use std::time::Instant;

#[allow(clippy::print_stdout, reason = "a program for a person")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [drawing, out, rest @ ..] = &arguments[..] else {
        return Err("say DRAWING.png, the folder to write to, and the bubble's text and side if it has one".into());
    };
    let side = match rest.get(1).map(String::as_str) {
        Some("left") => Some(bubble_text::Side::Left),
        Some("right") => Some(bubble_text::Side::Right),
        _ => None,
    };
    let bubble = rest.first().map(|text| bubble_text::Words::parse(text)).transpose()?.map(|words| BubbleRequest { words, side });
    let drawing = std::fs::read(drawing)?;
    std::fs::create_dir_all(out)?;
    let source = DigitalSource::AlgorithmicallyEnhanced;
    for messenger in Messenger::ALL.iter().copied() {
        let start = Instant::now();
        let files = stickers(&drawing, source, &Extras { stickers: vec![messenger], bubble: bubble.clone(), ..Extras::default() })?;
        println!("{:>6} ms {messenger}, decoding and cutting out included", start.elapsed().as_millis());
        for file in files {
            let name = file.path.replace('/', "-");
            println!("{:>16} bytes {name}", file.bytes.len());
            std::fs::write(format!("{out}/{name}"), &file.bytes)?;
        }
    }
    let start = Instant::now();
    stickers(&drawing, source, &Extras { stickers: Messenger::ALL.to_vec(), bubble: bubble.clone(), ..Extras::default() })?;
    println!("{:>6} ms all of them", start.elapsed().as_millis());
    let noise: Vec<u8> = (0..4 * 512 * 512_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let start = Instant::now();
    let fitted = fit_sticker(&noise, &STICKERS[0], source);
    println!("{:>6} ms noise, to {:?} bytes", start.elapsed().as_millis(), fitted.map(|file| file.len()));
    if let Some(request) = bubble {
        let start = Instant::now();
        let picture = with_bubble(&drawing, &request)?;
        println!("{:>6} ms avatar with its bubble", start.elapsed().as_millis());
        picture.save(format!("{out}/speech-bubble.png"))?;
    }
    Ok(())
}
