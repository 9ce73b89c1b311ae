use payments::Offer;
use serde::Serialize;

use crate::MoneyReply;

/// `GET /v1/offers`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OffersReply {
    /// The smallest pack first; empty where nothing is for sale.
    pub offers: Vec<OfferReply>,
}

/// A pack of credits. There is no total here: the merchant of record computes tax and total on its own page.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferReply {
    /// What `POST /v1/checkouts` takes.
    pub id: String,
    pub name: String,
    pub credits: u32,
    /// Before tax.
    pub price: MoneyReply,
}

impl OffersReply {
    #[must_use]
    pub fn new(offers: &[Offer]) -> Self {
        let reply = |offer: &Offer| OfferReply {
            id: offer.id.0.clone(),
            name: offer.name.clone(),
            credits: offer.credits,
            price: offer.price.into(),
        };
        Self { offers: offers.iter().map(reply).collect() }
    }
}
