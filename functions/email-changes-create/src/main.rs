//! `POST /v1/me/email-changes`: asks for another address (events/email-changes-create).

use std::sync::Arc;

use accounts::{AskForEmailChange, Pepper};
use api_accounts::{EmailChangeReply, EmailChangeRequest};
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Email, Failure, Reason, SystemClock, SystemRandomness};
use via_dynamodb_accounts::DynamoEmailChanges;
use via_ses::SesMailer;

struct App {
    changes: DynamoEmailChanges,
    mailer: SesMailer,
    pepper: Pepper,
    keys: SessionKeys,
    clock: SystemClock,
    mails_per_day: u64,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, pepper) = (settings.aws()?, settings.pepper()?);
    let (fleeting, accounts) = (settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let app = &App {
        changes: DynamoEmailChanges::asking(dynamo::Database::new(&aws), fleeting, accounts, Arc::new(settings.clock)),
        mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, pepper.clone()),
        pepper,
        keys: settings.session_keys()?,
        clock: settings.clock,
        mails_per_day: settings.number("MAILS_PER_DAY")?.into(),
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.origin, &request, |caller| ask(app, &request, caller)).await
}

async fn ask(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let body: EmailChangeRequest = request.json()?;
    let email: Email = body.email.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "email must be an e-mail address."))?;
    let App { changes, mailer, pepper, clock, mails_per_day, .. } = app;
    let ask = AskForEmailChange { changes, mailer, pepper, clock, randomness: &SystemRandomness, mails_per_day: *mails_per_day };
    Reply::accepted(&EmailChangeReply::from(ask.run(&caller, &email).await?))
}
