//! `GET /privacy`: the policy of this deployment, a page for people and data for programs (events/privacy-get).

use edge::http::{Reply, Request, serve};
use kernel::Failure;
use policy::render::STYLE_HASH;
use policy::{Deployment, Rendered, render};
use screening::Coverage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let deployment = settings.deployment()?;
    let coverage = Coverage::of(deployment.screeners.iter().map(String::as_str));
    let deployment = Deployment {
        looked_for: coverage.seen().into_iter().map(str::to_owned).collect(),
        not_looked_for: coverage.unseen().into_iter().map(str::to_owned).collect(),
        ..deployment
    };
    // A deployment that its profile does not allow has no policy, and this function does not start.
    let policy = &render(settings.required("PROFILE")?.parse()?, &deployment)?;
    serve(move |request| handle(policy, request)).await
}

async fn handle(policy: &Rendered, request: Request) -> Result<Reply, Failure> {
    let reply = match request.prefers_json() {
        true => Reply::ok(&policy.document)?,
        false => Reply::page(policy.html.clone(), STYLE_HASH),
    };
    Ok(reply.public().by_accept().unless_seen_by(&request))
}
