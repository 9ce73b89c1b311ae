//! `GET /v1/styles`: the styles and add-ons (events/styles-list).

use edge::http::{Reply, Request, serve};
use kernel::Failure;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    edge::boot()?;
    serve(handle).await
}

async fn handle(request: Request) -> Result<Reply, Failure> {
    Ok(Reply::ok(&api_studio::StylesReply::catalogue())?.public().unless_seen_by(&request))
}
