//! `POST /v1/auth/codes`: mails a sign-in code (events/auth-codes-create).

use accounts::{Pepper, RequestCode};
use edge::http::{Reply, Request, serve};
use kernel::{Email, Failure, Reason, SystemClock, SystemRandomness};
use via_dynamodb_accounts::DynamoCodes;
use via_ses::SesMailer;

struct App {
    codes: DynamoCodes,
    mailer: SesMailer,
    pepper: Pepper,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let app = &App {
        codes: DynamoCodes::new(dynamo::Database::new(&aws), settings.required("FLEETING_TABLE")?),
        mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?),
        pepper: settings.pepper()?,
        clock: settings.clock,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let body: api_accounts::AskForCode = request.json()?;
    let email: Email = body.email.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "email must be an e-mail address."))?;
    let request_code =
        RequestCode { codes: &app.codes, mailer: &app.mailer, pepper: &app.pepper, clock: &app.clock, randomness: &SystemRandomness };
    let expires_in_minutes = request_code.run(&email).await?;
    Reply::accepted(&api_accounts::CodeSent { expires_in_minutes })
}
