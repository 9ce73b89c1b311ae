//! `GET /v1/me`: the account and its wallet (events/me-get).

use std::sync::Arc;

use accounts::Profiles;
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure};
use via_dynamodb_accounts::DynamoProfiles;

struct App {
    profiles: DynamoProfiles,
    keys: SessionKeys,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let client = dynamo::Database::new(&settings.aws()?);
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let app = &App { profiles: DynamoProfiles::new(client, fleeting, accounts, Arc::new(settings.clock)), keys: settings.session_keys()? };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in(&request, |caller| me(app, caller)).await
}

async fn me(app: &App, caller: AccountSession) -> Result<Reply, Failure> {
    let me = app.profiles.me(&caller).await?;
    Reply::ok(&api_accounts::MeReply::new(caller.account, me))
}
