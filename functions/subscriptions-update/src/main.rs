//! `PUT /v1/me/marketing`: opts in to news and offers, or out (events/subscriptions-update).

use std::sync::Arc;

use accounts::Pepper;
use api_outreach::ChangeMarketing;
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, SystemClock};
use outreach::ChangeSubscription;
use via_dynamodb_outreach::{DynamoSubscribers, DynamoSubscriptions};

struct App {
    subscribers: DynamoSubscribers,
    subscriptions: DynamoSubscriptions,
    pepper: Pepper,
    keys: SessionKeys,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let client = dynamo::Database::new(&settings.aws()?);
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let app = &App {
        subscribers: DynamoSubscribers::new(client.clone(), fleeting.clone(), accounts.clone(), Arc::new(settings.clock)),
        subscriptions: DynamoSubscriptions::new(client, accounts).changing(settings.required("RIGHTS_TABLE")?).counting(fleeting),
        pepper: settings.pepper()?,
        keys: settings.session_keys()?,
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.origin, &request, |caller| change(app, &request, caller)).await
}

async fn change(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let body: ChangeMarketing = request.json()?;
    let App { subscribers, subscriptions, pepper, clock, .. } = app;
    ChangeSubscription { subscribers, subscriptions, pepper, clock }.run(&caller, body.agreed()?).await?;
    Ok(Reply::no_content())
}
