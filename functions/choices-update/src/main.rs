//! `PUT /v1/me/choices/{purpose}`: chooses, or chooses otherwise (events/choices-update).

use std::sync::Arc;

use api_choices::{ChoiceReply, ChoiceRequest};
use choices::MakeChoice;
use edge::http::{Reply, Request, serve};
use edge::{LocaleCookie, SessionKeys};
use kernel::{AccountSession, Failure, Language, SystemClock};
use via_dynamodb_choices::DynamoChoices;
use via_dynamodb_insights::DynamoUsage;
use via_dynamodb_outreach::DynamoSubscriptions;

struct App {
    choices: DynamoChoices,
    subscriptions: DynamoSubscriptions,
    usage: DynamoUsage,
    pepper: accounts::Pepper,
    keys: SessionKeys,
    clock: SystemClock,
    cookie: LocaleCookie,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let client = dynamo::Database::new(&settings.aws()?);
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let (rights, clock) = (settings.required("RIGHTS_TABLE")?, Arc::new(settings.clock));
    let app = &App {
        choices: DynamoChoices::new(client.clone(), fleeting.clone(), accounts.clone(), clock).making(rights.clone()),
        subscriptions: DynamoSubscriptions::new(client.clone(), accounts).changing(rights).counting(fleeting.clone()),
        usage: DynamoUsage::new(client, fleeting, settings.required("INSIGHTS_TABLE")?),
        pepper: settings.pepper()?,
        keys: settings.session_keys()?,
        clock: settings.clock,
        cookie: settings.locale_cookie(),
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.origin, &request, |caller| choose(app, &request, caller)).await
}

async fn choose(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let (of, body) = (request.path("purpose", "choice")?, request.json::<ChoiceRequest>()?);
    let App { choices, subscriptions, usage, pepper, clock, cookie, .. } = app;
    let make = MakeChoice { choices, subscriptions, usage, pepper, clock };
    let choice = make.run(&caller, of, body.state()?, body.text_version.as_deref()).await?;
    Reply::ok(&ChoiceReply::new(&choice, Language::of(&cookie.locale(request))))
}
