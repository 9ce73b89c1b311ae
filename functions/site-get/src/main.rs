//! `GET /v1/site`: what this deployment has (events/site-get).

use api_site::{Site, SiteReply};
use edge::http::{Reply, Request, serve};
use kernel::Failure;
use policy::listed;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let site = Site {
        profile: settings.required("PROFILE")?.parse()?,
        service: settings.required("SERVICE_NAME")?,
        origin: settings.origin("PUBLIC_ORIGIN")?,
        contact: settings.required("POLICY_CONTACT")?.parse()?,
        artists: listed(&settings.optional("ARTIST"), "palette"),
        screeners: listed(&settings.optional("SCREENER"), "offline"),
        turnstile_site_key: settings.optional("TURNSTILE_SITE_KEY"),
        turnstile_base_url: settings.optional("TURNSTILE_BASE_URL"),
        instant_url: settings.optional("INSTANT_CREATE_URL"),
        refund_days: settings.number("REFUND_DAYS")?,
        polar_server: settings.optional("POLAR_SERVER"),
    };
    let site = &SiteReply::new(&site);
    serve(move |request| handle(site, request)).await
}

async fn handle(site: &SiteReply, request: Request) -> Result<Reply, Failure> {
    Ok(Reply::ok(site)?.public().unless_seen_by(&request))
}
