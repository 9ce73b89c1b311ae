//! `POST /v1/auth/codes`: mails a sign-in code (events/auth-codes-create).

use accounts::{Pepper, RequestCode};
use edge::http::{Reply, Request, serve};
use edge::{LocaleCookie, SignInCookie};
use kernel::{Email, Failure, Language, Reason, Recipient, SystemClock, SystemRandomness};
use via_dynamodb_accounts::{DynamoCodes, DynamoSalts};
use via_ses::SesMailer;

struct App {
    codes: DynamoCodes,
    salts: DynamoSalts,
    mailer: SesMailer,
    pepper: Pepper,
    cookie: SignInCookie,
    locale: LocaleCookie,
    clock: SystemClock,
    mails_per_day: u64,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, pepper) = (settings.aws()?, settings.pepper()?);
    let (database, fleeting) = (dynamo::Database::new(&aws), settings.required("FLEETING_TABLE")?);
    let app = &App {
        codes: DynamoCodes::new(database.clone(), fleeting.clone(), settings.required("LEADS_TABLE")?),
        salts: DynamoSalts::new(database, fleeting),
        mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, pepper.clone()),
        pepper,
        cookie: settings.sign_in_cookie(),
        locale: settings.locale_cookie(),
        clock: settings.clock,
        mails_per_day: settings.number("MAILS_PER_DAY")?.into(),
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let body: api_accounts::AskForCode = request.json()?;
    let page = body.page()?;
    let email: Email = body.email.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "email must be an e-mail address."))?;
    let request_code = RequestCode {
        codes: &app.codes,
        salts: &app.salts,
        mailer: &app.mailer,
        pepper: &app.pepper,
        clock: &app.clock,
        randomness: &SystemRandomness,
        mails_per_day: app.mails_per_day,
    };
    let recipient = Recipient { email, language: Language::of(&app.locale.locale(&request)) };
    let nonce = app.cookie.nonces(&request).into_iter().next();
    let requested = request_code.run(&recipient, nonce, request.address(), page).await?;
    let reply = Reply::accepted(&api_accounts::CodeSent { expires_in_minutes: requested.minutes })?;
    Ok(reply.cookie(app.cookie.set(&requested.nonce, requested.minutes)))
}
