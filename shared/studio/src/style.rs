//! The catalogue of styles.

/// A style of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// In kebab case.
    pub id: &'static str,
    /// The name for people.
    pub name: &'static str,
    pub description: &'static str,
    /// The price of one drawing, in credits.
    pub credits: u32,
}

/// Each artist must draw all of them (a test of the artist's crate).
pub const CATALOGUE: &[Style] = &[
    Style {
        id: "soft-anime",
        name: "Soft anime",
        description: "Cel anime with calm, soft colours, fine tinted lines and a dreamy backdrop.",
        credits: 1,
    },
    Style {
        id: "bold-cel",
        name: "Bold cel",
        description: "Saturated flat colours, hard shadows and a strong outline, like a still of an action anime.",
        credits: 1,
    },
    Style {
        id: "ink-manga",
        name: "Ink manga",
        description: "Black ink, screentone and pure white, like a page of a printed manga.",
        credits: 1,
    },
    Style {
        id: "watercolour",
        name: "Watercolour",
        description: "Transparent washes with soft bleeding edges on grained paper.",
        credits: 1,
    },
    Style {
        id: "pop-poster",
        name: "Pop poster",
        description: "A screen print in a handful of loud colours, with halftone dots.",
        credits: 1,
    },
    Style { id: "pixel", name: "Pixel", description: "Large square pixels in few colours, like a portrait of a 16-bit game.", credits: 1 },
];

#[must_use]
pub fn find(id: &str) -> Option<&'static Style> {
    CATALOGUE.iter().find(|style| style.id == id)
}
