//! `PUT /v1/me/email-changes/{id}`: gives the account its new address (events/email-changes-confirm).

use std::sync::Arc;

use accounts::{ConfirmEmailChange, Pepper};
use api_accounts::EmailChangeCodes;
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, EmailChangeId, Failure, SystemClock};
use via_dynamodb_accounts::DynamoEmailChanges;
use via_ses::SesMailer;

struct App {
    changes: DynamoEmailChanges,
    mailer: SesMailer,
    pepper: Pepper,
    keys: SessionKeys,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, pepper, clock) = (settings.aws()?, settings.pepper()?, Arc::new(settings.clock));
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let changes = DynamoEmailChanges::asking(dynamo::Database::new(&aws), fleeting, accounts, clock);
    let app = &App {
        changes: changes.moving(settings.required("LEADS_TABLE")?, settings.required("RIGHTS_TABLE")?),
        mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, pepper.clone()),
        pepper,
        keys: settings.session_keys()?,
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.origin, &request, |caller| confirm(app, &request, caller)).await
}

async fn confirm(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let id: EmailChangeId = request.path("id", "change of the address")?;
    let codes: EmailChangeCodes = request.json()?;
    let App { changes, mailer, pepper, clock, .. } = app;
    ConfirmEmailChange { changes, mailer, pepper, clock }.run(&caller, id, &codes.old_code, &codes.new_code).await?;
    Ok(Reply::no_content())
}
