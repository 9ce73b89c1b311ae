//! `GET /v1/offers`: the packs of credits that are for sale (events/offers-list).

use api_payments::OffersReply;
use edge::http::{Reply, Request, serve};
use kernel::Failure;
use payments::Offers;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let merchant = vendors::merchant(&settings)?;
    let offers = &Offers::of(&*merchant, &settings.clock);
    serve(move |request| handle(offers, request)).await
}

async fn handle(offers: &Offers<'_>, request: Request) -> Result<Reply, Failure> {
    Ok(Reply::ok(&OffersReply::new(&offers.list().await?))?.public().unless_seen_by(&request))
}
