//! `POST /v1/desk/sessions`: signs an operator in (events/desk-sessions-create).

use accounts::{Pepper, ProveAddress};
use desk::{Entered, OpenDeskSession, RelyingParty};
use edge::http::{Reply, Request, serve};
use edge::{DeskCookie, SignInCookie};
use kernel::{Failure, SystemClock, SystemRandomness};
use via_dynamodb_accounts::{DynamoGuesses, DynamoSalts};
use via_dynamodb_desk::DynamoOperators;

struct App {
    operators: DynamoOperators,
    guesses: DynamoGuesses,
    salts: DynamoSalts,
    pepper: Pepper,
    site: RelyingParty,
    cookie: DeskCookie,
    codes: SignInCookie,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (client, fleeting) = (dynamo::Database::new(&settings.aws()?), settings.required("FLEETING_TABLE")?);
    let origin = settings.origin("PUBLIC_ORIGIN")?;
    let app = &App {
        operators: DynamoOperators::new(client.clone(), settings.required("DESK_TABLE")?).with_codes(fleeting.clone()),
        guesses: DynamoGuesses::new(client.clone(), fleeting.clone()),
        salts: DynamoSalts::new(client, fleeting),
        pepper: settings.pepper()?,
        site: RelyingParty::new(&origin),
        cookie: settings.desk_cookie(),
        codes: settings.sign_in_cookie(),
        clock: settings.clock,
        origin,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let mut body: api_desk::DeskSignIn = request.json()?;
    let App { operators, guesses, salts, pepper, site, clock, .. } = app;
    let prove = ProveAddress { guesses, salts, pepper, clock, randomness: &SystemRandomness };
    let open = OpenDeskSession { operators, prove, site };
    let (email, signed, nonces) = (body.email()?, body.signed()?, app.codes.nonces(&request));
    let signed = signed.as_ref().map(|(at, assertion)| (*at, assertion));
    let opened = open.run(&Entered { email: &email, code: &body.code, nonces: &nonces, address: request.address(), signed }).await?;
    let reply = Reply::created(&api_desk::DeskSessionReply::from(&opened))?;
    Ok(reply.cookie(app.cookie.set(opened.operator.id, &opened.secret, opened.lasts)).cookie(app.codes.clear()))
}
