use strum::{EnumString, IntoStaticStr, VariantArray};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Style {
    /// Cel anime in soft colours
    SoftAnime,
    /// Bold cel shading: few flat tones, strong outlines
    BoldCel,
    /// Black ink and screentone on white
    InkManga,
    /// Washes on paper
    Watercolour,
    /// A screen-printed poster
    PopPoster,
    /// Large pixels, few colours
    Pixel,
}

impl Style {
    /// Every style, in the order they are shown.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The stable name in kebab case, as in a request.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        id.parse().ok()
    }

    /// The name in a user interface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SoftAnime => "Soft anime",
            Self::BoldCel => "Bold cel",
            Self::InkManga => "Ink manga",
            Self::Watercolour => "Watercolour",
            Self::PopPoster => "Pop poster",
            Self::Pixel => "Pixel",
        }
    }

    /// One sentence about the style.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::SoftAnime => "Cel anime with calm, soft colours, fine tinted lines and a dreamy backdrop.",
            Self::BoldCel => "Saturated flat colours, hard shadows and a strong outline, like a still of an action anime.",
            Self::InkManga => "Black ink, screentone and pure white, like a page of a printed manga.",
            Self::Watercolour => "Transparent washes with soft bleeding edges on grained paper.",
            Self::PopPoster => "A screen print in a handful of loud colours, with halftone dots.",
            Self::Pixel => "Large square pixels in few colours, like a portrait of a 16-bit game.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_to_their_style() {
        for style in Style::ALL {
            assert_eq!(Style::from_id(style.id()), Some(*style));
            assert!(style.description().ends_with('.') && !style.name().is_empty());
        }
        assert_eq!(Style::from_id("SoftAnime"), None);
        assert_eq!(Style::from_id(""), None);
    }
}
