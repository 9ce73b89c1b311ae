//! `POST /v1/erasures`: everything of an address is to be erased (events/erasures-create).

use accounts::{Pepper, ProveAddress};
use edge::http::{Reply, Request, serve};
use edge::{LocaleCookie, SignInCookie};
use kernel::{Failure, Language, Recipient, SystemClock, SystemRandomness};
use rights::{AskForErasure, Asked};
use via_dynamodb_accounts::{DynamoGuesses, DynamoSalts};
use via_dynamodb_rights::DynamoErasures;
use via_ses::SesMailer;
use via_sqs::SqsQueue;

struct App {
    guesses: DynamoGuesses,
    salts: DynamoSalts,
    erasures: DynamoErasures,
    mailer: SesMailer,
    queue: SqsQueue,
    pepper: Pepper,
    cookie: SignInCookie,
    locale: LocaleCookie,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, pepper) = (settings.aws()?, settings.pepper()?);
    let (database, fleeting, accounts) =
        (dynamo::Database::new(&aws), settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let app = &App {
        guesses: DynamoGuesses::new(database.clone(), fleeting.clone()).with_accounts(accounts.clone()),
        salts: DynamoSalts::new(database.clone(), fleeting.clone()),
        erasures: DynamoErasures::new(database, settings.required("RIGHTS_TABLE")?).with_accounts(accounts, fleeting),
        mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, pepper.clone()),
        queue: SqsQueue::new(&aws, settings.required("ERASURE_DUE_QUEUE_URL")?),
        pepper,
        cookie: settings.sign_in_cookie(),
        locale: settings.locale_cookie(),
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let body: api_rights::ErasureRequest = request.json()?;
    let (email, key) = body.read()?;
    let App { guesses, salts, erasures, mailer, queue, pepper, clock, origin, .. } = app;
    let (to, nonces) = (&Recipient { email, language: Language::of(&app.locale.locale(&request)) }, &app.cookie.nonces(&request));
    let prove = ProveAddress { guesses, salts, pepper, clock, randomness: &SystemRandomness };
    let asked = Asked { to, code: &body.code, nonces, address: request.address(), key: &key };
    let ask = AskForErasure { prove, erasures, queue, mailer, clock, randomness: &SystemRandomness, origin };
    let erasure = ask.run(&asked).await?;
    let location = format!("/v1/erasures/{}", erasure.id);
    Ok(Reply::accepted(&api_rights::ErasureReply::new(erasure, None, &key))?.at(location))
}
