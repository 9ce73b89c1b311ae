//! `POST /v1/generations/{id}/appeals`: appeals against a block (events/appeals-create).

use std::sync::Arc;

use desk::MakeAppeal;
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, SystemClock};
use via_dynamodb_desk::DynamoOwnCases;

struct App {
    cases: DynamoOwnCases,
    keys: SessionKeys,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let database = dynamo::Database::new(&settings.aws()?);
    let (fleeting, screening) = (settings.required("FLEETING_TABLE")?, settings.required("SCREENING_TABLE")?);
    let app = &App {
        cases: DynamoOwnCases::new(database, fleeting, screening, Arc::new(settings.clock)),
        keys: settings.session_keys()?,
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.origin, &request, |caller| appeal(app, &request, caller)).await
}

async fn appeal(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let body: api_studio::AppealRequest = request.json()?;
    let make = MakeAppeal { cases: &app.cases, clock: &app.clock };
    let case = make.run(&caller, request.path("id", "generation")?, &body.text).await?;
    Reply::created(&api_studio::BlockedReply::new(&case))
}
