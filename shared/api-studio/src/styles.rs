use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use picture_files::Messenger;
use serde::Serialize;
use sha2::{Digest, Sha256};
use studio::addons::{BUBBLE_CREDITS, STICKERS_CREDITS};

/// `GET /v1/styles`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StylesReply {
    pub styles: Vec<StyleReply>,
    /// The add-ons of any style.
    pub addons: AddonsReply,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StyleReply {
    /// The name of the style in a generation.
    pub id: &'static str,
    /// The name for people.
    pub name: &'static str,
    pub description: &'static str,
    /// The price of one drawing, in credits.
    pub credits: u32,
    /// An example: a WebP of 192 × 192 pixels, as a `data:` URL.
    pub thumbnail: String,
}

/// The add-ons of any style.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddonsReply {
    pub bubble: BubbleAddon,
    pub stickers: StickersAddon,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BubbleAddon {
    /// The price for one drawing, in credits.
    pub credits_per_drawing: u32,
    /// Maximum characters, as a person counts them.
    pub most_characters: usize,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StickersAddon {
    /// The price for one drawing, in credits, for any number of messengers.
    pub credits_per_drawing: u32,
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub platforms: &'static [Messenger],
}

/// One drawing of each style, small: WebP, 192 × 192 pixels.
const THUMBNAILS: [(&str, &[u8]); 6] = [
    ("soft-anime", include_bytes!("../thumbnails/soft-anime.webp")),
    ("bold-cel", include_bytes!("../thumbnails/bold-cel.webp")),
    ("ink-manga", include_bytes!("../thumbnails/ink-manga.webp")),
    ("watercolour", include_bytes!("../thumbnails/watercolour.webp")),
    ("pop-poster", include_bytes!("../thumbnails/pop-poster.webp")),
    ("pixel", include_bytes!("../thumbnails/pixel.webp")),
];

impl StylesReply {
    #[must_use]
    pub fn catalogue() -> Self {
        let addons = AddonsReply {
            bubble: BubbleAddon { credits_per_drawing: BUBBLE_CREDITS, most_characters: studio::BubbleText::MOST_CHARACTERS },
            stickers: StickersAddon { credits_per_drawing: STICKERS_CREDITS, platforms: Messenger::ALL },
        };
        Self { styles: studio::CATALOGUE.iter().map(StyleReply::new).collect(), addons }
    }

    /// The first bytes of the hash of its JSON, in hex: the entity tag of the route is the same.
    #[must_use]
    pub fn version(&self) -> String {
        hex::encode(&Sha256::digest(serde_json::to_vec(self).unwrap_or_default())[..16])
    }
}

impl StyleReply {
    fn new(style: &studio::Style) -> Self {
        let studio::Style { id, name, description, credits } = *style;
        Self { id, name, description, credits, thumbnail: thumbnail(id) }
    }
}

/// The thumbnail of a style; empty when it has none, which a test rules out.
fn thumbnail(style: &str) -> String {
    let picture = THUMBNAILS.iter().find(|(id, _)| *id == style);
    picture.map_or_else(String::new, |(_, webp)| format!("data:image/webp;base64,{}", STANDARD.encode(webp)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_has_a_small_thumbnail() {
        assert_eq!(studio::CATALOGUE.len(), THUMBNAILS.len());
        for style in StylesReply::catalogue().styles {
            let text = style.thumbnail.strip_prefix("data:image/webp;base64,").unwrap_or_else(|| panic!("{} has none", style.id));
            let webp = STANDARD.decode(text).unwrap();
            assert!(webp.len() <= 12_000, "{} has {} bytes", style.id, webp.len());
            let picture = image::load_from_memory_with_format(&webp, image::ImageFormat::WebP).unwrap();
            assert_eq!((picture.width(), picture.height()), (192, 192), "{}", style.id);
        }
    }
}
