//! `GET /v1/erasures/{id}`: how far an erasure is, and its receipt (events/erasures-get).

use accounts::Pass;
use edge::http::{Reply, Request, serve};
use kernel::Failure;
use rights::ViewErasure;
use via_dynamodb_rights::{DynamoErasures, DynamoReceiptLog};

struct App {
    erasures: DynamoErasures,
    log: DynamoReceiptLog,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (database, rights) = (dynamo::Database::new(&settings.aws()?), settings.required("RIGHTS_TABLE")?);
    let app = &App { erasures: DynamoErasures::new(database.clone(), rights.clone()), log: DynamoReceiptLog::new(database, rights) };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let key: Pass = request.bearer()?;
    let id = api_rights::erasure_of(request.path("id", "erasure")?, &key)?;
    let (erasure, proven) = ViewErasure { erasures: &app.erasures, log: &app.log }.run(id).await?;
    Reply::ok(&api_rights::ErasureReply::new(erasure, proven, &key))
}
