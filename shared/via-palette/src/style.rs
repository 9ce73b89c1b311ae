//! The styles this artist knows.

/// A way to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Cel anime in soft colours
    SoftAnime,
    /// Black ink and screentone on white
    InkManga,
}

impl Style {
    /// Every style, in the order they are shown.
    pub const ALL: &'static [Self] = &[Self::SoftAnime, Self::InkManga];

    /// The stable name in kebab case, as in a request.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::SoftAnime => "soft-anime",
            Self::InkManga => "ink-manga",
        }
    }

    /// The style of an [`id`](Self::id); None if there is none.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|style| style.id() == id)
    }

    /// The name people read.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SoftAnime => "Soft anime",
            Self::InkManga => "Ink manga",
        }
    }

    /// One sentence about the style.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::SoftAnime => "Cel anime with calm, soft colours, fine tinted lines and a dreamy backdrop.",
            Self::InkManga => "Black ink, screentone and pure white, like a page of a printed manga.",
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
