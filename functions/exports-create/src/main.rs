//! `POST /v1/exports`: a copy of everything of the caller (events/exports-create).

use api_exports::ExportReply;
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use exports::AskForExport;
use kernel::{AccountSession, Clock, Failure, SystemClock, SystemRandomness};
use via_dynamodb_exports::{DynamoExportRequests, DynamoExports};
use via_sqs::SqsQueue;

struct App {
    requests: DynamoExportRequests,
    exports: DynamoExports,
    queue: SqsQueue,
    keys: SessionKeys,
    clock: SystemClock,
    site: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (database, rights) = (dynamo::Database::new(&aws), settings.required("RIGHTS_TABLE")?);
    let app = &App {
        requests: DynamoExportRequests::new(database.clone(), settings.required("FLEETING_TABLE")?, rights.clone()),
        exports: DynamoExports::new(database, rights),
        queue: SqsQueue::new(&aws, settings.required("EXPORT_DUE_QUEUE_URL")?),
        keys: settings.session_keys()?,
        clock: settings.clock,
        site: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.site, &request, |caller| create(app, &request, caller)).await
}

async fn create(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let App { requests, exports, queue, clock, .. } = app;
    let ask = AskForExport { requests, exports, queue, clock, randomness: &SystemRandomness };
    let export = ask.run(caller, &request.idempotency_key()?).await?;
    Reply::accepted(&ExportReply::new(&export, Vec::new(), clock.now()))
}
