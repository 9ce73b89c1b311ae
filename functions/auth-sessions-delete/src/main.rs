//! `DELETE /v1/auth/sessions`: ends the session, everywhere at once (events/auth-sessions-delete).

use accounts::Sessions;
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::Failure;
use via_dynamodb_accounts::DynamoSessions;

struct App {
    sessions: DynamoSessions,
    keys: SessionKeys,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let client = dynamo::Database::new(&settings.aws()?);
    let app = &App {
        sessions: DynamoSessions::new(client, settings.required("FLEETING_TABLE")?),
        keys: settings.session_keys()?,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    for caller in &app.keys.sessions_from(&app.origin, &request)? {
        app.sessions.close(caller).await?;
    }
    Ok(Reply::no_content().cookie(app.keys.clear_cookie()))
}
