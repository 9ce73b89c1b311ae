//! `GET /v1/me/choices`: what somebody chose (events/choices-get).

use std::sync::Arc;

use accounts::Pepper;
use choices::LookAtChoices;
use edge::http::{Reply, Request, serve};
use edge::{LocaleCookie, SessionKeys};
use kernel::{AccountSession, Failure, Language};
use via_dynamodb_choices::DynamoChoices;
use via_dynamodb_outreach::DynamoSubscriptions;

struct App {
    choices: DynamoChoices,
    subscriptions: DynamoSubscriptions,
    pepper: Pepper,
    keys: SessionKeys,
    cookie: LocaleCookie,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let client = dynamo::Database::new(&settings.aws()?);
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let app = &App {
        choices: DynamoChoices::new(client.clone(), fleeting, accounts.clone(), Arc::new(settings.clock)),
        subscriptions: DynamoSubscriptions::new(client, accounts),
        pepper: settings.pepper()?,
        keys: settings.session_keys()?,
        cookie: settings.locale_cookie(),
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in(&request, |caller| look(app, &request, caller)).await
}

async fn look(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let App { choices, subscriptions, pepper, cookie, .. } = app;
    let own = LookAtChoices { choices, subscriptions, pepper }.run(&caller).await?;
    Reply::ok(&api_choices::ChoicesReply::new(own, request.has_privacy_control(), Language::of(&cookie.locale(request))))
}
