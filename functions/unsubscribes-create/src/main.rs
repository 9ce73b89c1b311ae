//! `POST /unsubscribe/{token}`: unsubscribes, with one click (events/unsubscribes-create).

use accounts::Pepper;
use edge::LocaleCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, Language, SystemClock};
use outreach::{STYLE_HASH, Unsubscribe, unsubscribed_page};
use via_dynamodb_outreach::DynamoSubscriptions;

struct App {
    subscriptions: DynamoSubscriptions,
    pepper: Pepper,
    clock: SystemClock,
    cookie: LocaleCookie,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let database = dynamo::Database::new(&settings.aws()?);
    let app = &App {
        subscriptions: DynamoSubscriptions::new(database, settings.required("ACCOUNTS_TABLE")?)
            .changing(settings.required("RIGHTS_TABLE")?),
        pepper: settings.pepper()?,
        clock: settings.clock,
        cookie: settings.locale_cookie(),
    };
    serve(move |request| handle(app, request)).await
}

/// The body says nothing that the link does not; mail programs send no cookie and come from other sites.
async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let App { subscriptions, pepper, clock, cookie } = app;
    let token: String = request.path("token", "link")?;
    Unsubscribe { subscriptions, pepper, clock }.run(&token).await?;
    Ok(Reply::page(unsubscribed_page(Language::of(&cookie.locale(&request))), STYLE_HASH))
}
