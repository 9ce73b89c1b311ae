//! The catalogue.

use serde::Serialize;

/// `GET /v1/styles`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StylesReply {
    /// Every style on offer.
    pub styles: Vec<StyleReply>,
}

/// A style.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StyleReply {
    /// What an order names it by.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// The price of one drawing, in credits.
    pub credits: u32,
}

impl StylesReply {
    /// The whole catalogue.
    #[must_use]
    pub fn catalogue() -> Self {
        let reply =
            |style: &studio::Style| StyleReply { id: style.id, name: style.name, description: style.description, credits: style.credits };
        Self { styles: studio::CATALOGUE.iter().map(reply).collect() }
    }
}
