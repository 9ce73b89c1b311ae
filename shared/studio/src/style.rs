//! The styles one can order.

/// A style as the catalogue shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Its name in kebab case.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// The price of one drawing, in credits.
    pub credits: u32,
}

/// Every style on offer. Each artist must draw all of them (a test of the artist's crate).
pub const CATALOGUE: &[Style] = &[
    Style { id: "soft-anime", name: "Soft anime", description: "Cel shading in calm, bright colours with fine tinted lines.", credits: 1 },
    Style {
        id: "ink-manga",
        name: "Ink manga",
        description: "Black ink and screentone on white paper, as in a printed manga.",
        credits: 1,
    },
];

/// The style of this id, if it is on offer.
#[must_use]
pub fn find(id: &str) -> Option<&'static Style> {
    CATALOGUE.iter().find(|style| style.id == id)
}
