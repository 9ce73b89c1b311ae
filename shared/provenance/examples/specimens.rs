//! Small signed pictures, as inputs of the verifier and of its fuzzing: `cargo run -p provenance --example specimens -- OUT`. Their signer is the one
//! of the tests, and nobody trusts it.

use imaging::{Extras, render};
use picture_files::{DigitalSource, Format};
use provenance::{Origin, sign};
use std::io::Cursor;
use testkit::signing::signer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::args().nth(1).ok_or("say OUT")?;
    let source = DigitalSource::CompositeWithTrainedAlgorithmicMedia;
    let card = image::DynamicImage::ImageRgb8(testkit::pictures::card()).resize_exact(256, 256, image::imageops::FilterType::Nearest);
    let mut drawing = Cursor::new(Vec::new());
    image::DynamicImage::ImageRgba8(card.to_rgba8()).write_to(&mut drawing, image::ImageFormat::Png)?;
    let drawing = drawing.into_inner();
    let from_a_vendor = Origin::of_drawing(source, &sign(&drawing, Format::Png.content_type(), &Origin::of(source), &*signer()).await?);
    for file in render(&drawing, source, &Extras::default())? {
        let file = file?;
        if file.width == 32 {
            let ending = file.format.extension();
            std::fs::write(
                format!("{out}/signed.{ending}"),
                sign(&file.bytes, file.format.content_type(), &Origin::of(source), &*signer()).await?,
            )?;
            std::fs::write(
                format!("{out}/with-parent.{ending}"),
                sign(&file.bytes, file.format.content_type(), &from_a_vendor, &*signer()).await?,
            )?;
            std::fs::write(format!("{out}/unsigned.{ending}"), &file.bytes)?;
        }
    }
    Ok(())
}
