//! The offline artist behind the studio's port.

use async_trait::async_trait;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, RgbaImage};
use imaging::DigitalSource;
use kernel::{Failure, Reason};
use studio::{Artist, DrawRequest};

use crate::{Style, draw};

/// Draws without a network, a key or a model. Production refuses it unless the configuration names it (`ARTIST=palette`).
#[derive(Debug, Clone, Copy, Default)]
pub struct PaletteArtist;

impl PaletteArtist {
    /// The name the configuration knows it by.
    pub const NAME: &'static str = "palette";
}

#[async_trait]
impl Artist for PaletteArtist {
    async fn draw(&self, request: DrawRequest<'_>) -> Result<Vec<u8>, Failure> {
        let style = Style::from_id(request.style);
        let style = style.ok_or_else(|| Failure::invalid(Reason::FieldInvalid, "The offline artist does not know this style."))?;
        let selfie = imaging::decode_normalised(request.selfie).map_err(Failure::broken)?;
        encode(&draw(&selfie, style, request.seed))
    }

    fn digital_source(&self) -> DigitalSource {
        DigitalSource::AlgorithmicallyEnhanced
    }
}

/// A drawing is read once and then removed, so speed counts and size does not.
fn encode(drawing: &RgbaImage) -> Result<Vec<u8>, Failure> {
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(drawing.as_raw(), drawing.width(), drawing.height(), ExtendedColorType::Rgba8)
        .map_err(Failure::broken)?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_on_offer_is_drawn() {
        for style in studio::CATALOGUE {
            assert!(Style::from_id(style.id).is_some(), "{}", style.id);
        }
    }
}
