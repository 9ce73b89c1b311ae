//! `POST /v1/auth/sessions`: trades a code for a session (events/auth-sessions-create).

use accounts::{Entered, OpenSession, Pepper, StarterCredits};
use edge::http::{Reply, Request, serve};
use edge::{LocaleCookie, SessionKeys, SignInCookie};
use kernel::{Email, Failure, Reason, SystemClock, SystemRandomness};
use via_dynamodb_accounts::{DynamoGuesses, DynamoSalts, DynamoSignIns};

struct App {
    guesses: DynamoGuesses,
    sign_ins: DynamoSignIns,
    salts: DynamoSalts,
    pepper: Pepper,
    keys: SessionKeys,
    cookie: SignInCookie,
    locale: LocaleCookie,
    clock: SystemClock,
    starter: StarterCredits,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let client = dynamo::Database::new(&settings.aws()?);
    let fleeting = settings.required("FLEETING_TABLE")?;
    let (accounts, leads) = (settings.required("ACCOUNTS_TABLE")?, settings.required("LEADS_TABLE")?);
    let app = &App {
        guesses: DynamoGuesses::new(client.clone(), fleeting.clone()).with_accounts(accounts.clone()),
        sign_ins: DynamoSignIns::new(client.clone(), fleeting.clone(), accounts, leads),
        salts: DynamoSalts::new(client, fleeting),
        pepper: settings.pepper()?,
        keys: settings.session_keys()?,
        cookie: settings.sign_in_cookie(),
        locale: settings.locale_cookie(),
        clock: settings.clock,
        starter: StarterCredits { each: settings.number("STARTER_CREDITS")?, per_day: settings.number("STARTER_CREDITS_PER_DAY")?.into() },
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let body: api_accounts::SignInRequest = request.json()?;
    let email: Email = body.email.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "email must be an e-mail address."))?;
    let App { guesses, sign_ins, salts, pepper, clock, starter, .. } = app;
    let open = OpenSession { guesses, sign_ins, salts, pepper, clock, randomness: &SystemRandomness, starter: *starter };
    let (nonces, locale) = (app.cookie.nonces(&request), app.locale.locale(&request));
    let (age, country) = (body.age_attestation.as_deref().map(str::parse).transpose()?, request.country());
    let entered = Entered { email: &email, code: &body.code, nonces: &nonces, address: request.address(), locale: &locale, age, country };
    let signed_in = open.run(&entered).await?;
    let reply = Reply::created(&api_accounts::SessionReply { account_id: signed_in.session.account })?;
    Ok(reply.cookie(app.keys.cookie(&signed_in)?).cookie(app.cookie.clear()))
}
