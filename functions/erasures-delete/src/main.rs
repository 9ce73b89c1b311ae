//! `DELETE /v1/erasures/{id}`: an erasure is taken back (events/erasures-delete).

use accounts::Pass;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock};
use rights::TakeBack;
use via_dynamodb_rights::DynamoErasures;

struct App {
    erasures: DynamoErasures,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let erasures = DynamoErasures::new(dynamo::Database::new(&settings.aws()?), settings.required("RIGHTS_TABLE")?);
    let app = &App {
        erasures: erasures.with_accounts(settings.required("ACCOUNTS_TABLE")?, String::new()),
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let key: Pass = request.bearer()?;
    api_rights::erasure_of(request.path("id", "erasure")?, &key)?;
    TakeBack { erasures: &app.erasures, clock: &app.clock }.run(&key).await?;
    Ok(Reply::no_content())
}
