//! `POST /v1/desk/passkeys`: registers a passkey (events/desk-passkeys-create).

use desk::{RegisterPasskey, RelyingParty, Signing};
use edge::DeskCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock};
use via_dynamodb_desk::DynamoOperators;

struct App {
    operators: DynamoOperators,
    site: RelyingParty,
    cookie: DeskCookie,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let origin = settings.origin("PUBLIC_ORIGIN")?;
    let app = &App {
        operators: DynamoOperators::new(dynamo::Database::new(&settings.aws()?), settings.required("DESK_TABLE")?),
        site: RelyingParty::new(&origin),
        cookie: settings.desk_cookie(),
        clock: settings.clock,
        origin,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let session = app.cookie.session_from(&app.origin, &request)?;
    let (at, registration, assertion) = request.json::<api_desk::PasskeyRequest>()?.read()?;
    let register = RegisterPasskey { signing: Signing { operators: &app.operators, site: &app.site, clock: &app.clock } };
    let passkey = register.run(&session, at, &registration, assertion.as_ref()).await?;
    Reply::created(&api_desk::PasskeyReply { credential_id: passkey.id.to_string() })
}
