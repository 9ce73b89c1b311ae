//! `GET /privacy/changes`: the changes of the policy since an earlier version (events/privacy-changes-get).

use edge::http::{Reply, Request, serve};
use kernel::{Failure, Reason};
use policy::render::{Document, document};
use policy::{changes_since, inventory};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let document = &document(inventory(), settings.required("PROFILE")?.parse()?, &settings.deployment()?);
    serve(move |request| handle(document, request)).await
}

async fn handle(document: &Document, request: Request) -> Result<Reply, Failure> {
    let from: Option<String> = request.query("from", "from must be a version of the policy.")?;
    let from = from.ok_or_else(|| Failure::invalid(Reason::FieldInvalid, "from must be a version of the policy."))?;
    let changes = changes_since(&from, document).ok_or_else(|| Failure::missing("version"))?;
    Ok(Reply::ok(&api_site::ChangesReply::from(changes))?.public().unless_seen_by(&request))
}
