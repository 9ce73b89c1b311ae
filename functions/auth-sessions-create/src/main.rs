//! `POST /v1/auth/sessions`: trades a code for a session (events/auth-sessions-create).

use accounts::{OpenSession, Pepper};
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{Email, Failure, Reason, SystemClock, SystemRandomness};
use via_dynamodb_accounts::{DynamoCodes, DynamoSignIns};

struct App {
    codes: DynamoCodes,
    sign_ins: DynamoSignIns,
    pepper: Pepper,
    keys: SessionKeys,
    clock: SystemClock,
    starter_credits: u32,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let client = dynamo::Database::new(&settings.aws()?);
    let fleeting = settings.required("FLEETING_TABLE")?;
    let app = &App {
        codes: DynamoCodes::new(client.clone(), fleeting.clone()),
        sign_ins: DynamoSignIns::new(client, fleeting, settings.required("ACCOUNTS_TABLE")?),
        pepper: settings.pepper()?,
        keys: settings.session_keys()?,
        clock: settings.clock,
        starter_credits: settings.number("STARTER_CREDITS")?,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let body: api_accounts::SignInRequest = request.json()?;
    let email: Email = body.email.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "email must be an e-mail address."))?;
    let open = OpenSession {
        codes: &app.codes,
        sign_ins: &app.sign_ins,
        pepper: &app.pepper,
        clock: &app.clock,
        randomness: &SystemRandomness,
        starter_credits: app.starter_credits,
    };
    let signed_in = open.run(&email, &body.code, &request.locale()).await?;
    let reply = Reply::created(&api_accounts::SessionReply { account_id: signed_in.session.account })?;
    Ok(reply.cookie(app.keys.cookie(&signed_in)?))
}
