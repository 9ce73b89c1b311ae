//! `POST /v1/trials/{id}/link/open`: a pass for who has the secret of a mailed link (events/trial-links-open).

use edge::TrialCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock, SystemRandomness, TrialId};
use trials::OpenLink;
use via_dynamodb_outreach::DynamoSubscriptions;
use via_dynamodb_trials::DynamoTrialLinks;

struct App {
    links: DynamoTrialLinks,
    subscriptions: DynamoSubscriptions,
    cookie: TrialCookie,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let database = dynamo::Database::new(&settings.aws()?);
    let app = &App {
        links: DynamoTrialLinks::new(database.clone(), settings.required("FLEETING_TABLE")?),
        subscriptions: DynamoSubscriptions::new(database, settings.required("ACCOUNTS_TABLE")?)
            .changing(settings.required("RIGHTS_TABLE")?),
        cookie: settings.trial_cookie(),
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let trial: TrialId = request.path("id", "trial")?;
    let secret = request.json::<api_trials::OpenTrialLink>()?.read()?;
    let App { links, subscriptions, clock, .. } = app;
    let opened = OpenLink { links, subscriptions, clock, randomness: &SystemRandomness }.run(trial, &secret).await?;
    let reply = Reply::ok(&api_trials::TrialBegun::opened(trial, &opened))?;
    Ok(reply.cookie(app.cookie.set(&opened.pass, opened.seconds)))
}
