//! `POST /v1/verifications`: examines the origin of a picture (events/verifications-create).

use api_verifications::{VERIFIABLE, VerificationReply};
use edge::http::{Reply, Request, serve};
use kernel::{Failure, limits};
use provenance::Anchors;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let anchors = &Anchors::parse(&settings.optional("TRUST_ANCHORS"))?;
    serve(move |request| handle(anchors, request)).await
}

async fn handle(anchors: &Anchors, request: Request) -> Result<Reply, Failure> {
    let picture = request.bytes(limits::VERIFICATION_BYTES, &VERIFIABLE)?;
    Reply::ok(&VerificationReply::of(picture, anchors)?)
}
