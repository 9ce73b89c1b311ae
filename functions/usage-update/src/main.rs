//! `PUT /v1/me/usage`: an objection to being counted, and its end (events/usage-update).

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use insights::Usage;
use kernel::{AccountSession, Clock, Failure, SystemClock};
use via_dynamodb_insights::DynamoUsage;

struct App {
    usage: DynamoUsage,
    keys: SessionKeys,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (fleeting, insights) = (settings.required("FLEETING_TABLE")?, settings.required("INSIGHTS_TABLE")?);
    let app = &App {
        usage: DynamoUsage::new(dynamo::Database::new(&settings.aws()?), fleeting, insights),
        keys: settings.session_keys()?,
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.origin, &request, |caller| update(app, &request, caller)).await
}

async fn update(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let now = app.clock.now();
    match request.json::<api_insights::UsageRequest>()?.counted {
        true => app.usage.agree(&caller, now).await?,
        false => app.usage.object(&caller, now).await?,
    }
    Ok(Reply::no_content())
}
