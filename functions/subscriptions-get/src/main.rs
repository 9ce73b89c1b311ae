//! `GET /v1/me/marketing`: whether news and offers come (events/subscriptions-get).

use std::sync::Arc;

use accounts::Pepper;
use api_outreach::MarketingReply;
use edge::http::{Reply, Request, serve};
use edge::{LocaleCookie, SessionKeys};
use kernel::{AccountSession, Failure, Language, SystemClock};
use outreach::ChangeSubscription;
use via_dynamodb_outreach::{DynamoSubscribers, DynamoSubscriptions};

struct App {
    subscribers: DynamoSubscribers,
    subscriptions: DynamoSubscriptions,
    pepper: Pepper,
    keys: SessionKeys,
    clock: SystemClock,
    cookie: LocaleCookie,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let client = dynamo::Database::new(&settings.aws()?);
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let app = &App {
        subscribers: DynamoSubscribers::new(client.clone(), fleeting, accounts.clone(), Arc::new(settings.clock)),
        subscriptions: DynamoSubscriptions::new(client, accounts),
        pepper: settings.pepper()?,
        keys: settings.session_keys()?,
        clock: settings.clock,
        cookie: settings.locale_cookie(),
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let language = Language::of(&app.cookie.locale(&request));
    app.keys.signed_in(&request, |caller| look(app, language, caller)).await
}

async fn look(app: &App, language: Language, caller: AccountSession) -> Result<Reply, Failure> {
    let App { subscribers, subscriptions, pepper, clock, .. } = app;
    let subscription = ChangeSubscription { subscribers, subscriptions, pepper, clock }.look(&caller).await?;
    Reply::ok(&MarketingReply::new(subscription.as_ref(), language))
}
