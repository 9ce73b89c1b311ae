//! The offline artist as an implementation of the studio's port.

use async_trait::async_trait;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, RgbaImage};
use picture_files::DigitalSource;
use studio::{Artist, Brief, DrawRequest, Drawing, NotDrawn, Usage};

use crate::{Style, draw};

/// Draws without a network, a key or a model. Production refuses it unless the configuration names it (`ARTIST=palette`).
#[derive(Debug, Clone, Copy, Default)]
pub struct PaletteArtist;

impl PaletteArtist {
    /// The name in the configuration.
    pub const NAME: &'static str = "palette";
}

#[async_trait]
impl Artist for PaletteArtist {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn model(&self) -> &str {
        Self::NAME
    }

    fn understands_words(&self) -> bool {
        false
    }

    fn is_elsewhere(&self) -> bool {
        false
    }

    async fn draw(&self, request: DrawRequest<'_>) -> Result<Drawing, NotDrawn> {
        let Brief::Style(style) = request.brief else {
            return Err(NotDrawn::Misconfigured("the offline artist knows styles and understands no words".into()));
        };
        let style = Style::from_id(style).ok_or_else(|| NotDrawn::Misconfigured("the offline artist does not know this style".into()))?;
        let selfie = imaging::decode_normalised(request.selfie).map_err(|error| NotDrawn::Misconfigured(error.into()))?;
        let picture = encode(&draw(&selfie, style, request.seed)).map_err(|error| NotDrawn::Misconfigured(error.into()))?;
        Ok(Drawing { picture, source: DigitalSource::AlgorithmicallyEnhanced, usage: Usage::default() })
    }
}

/// A drawing is read once and then removed, so speed counts and size does not.
fn encode(drawing: &RgbaImage) -> image::ImageResult<Vec<u8>> {
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive).write_image(
        drawing.as_raw(),
        drawing.width(),
        drawing.height(),
        ExtendedColorType::Rgba8,
    )?;
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
