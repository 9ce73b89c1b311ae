//! `GET /v1/exports`: the caller's copies of everything, the newest first (events/exports-list).

use std::sync::Arc;

use api_exports::ExportsReply;
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use exports::ExportViews;
use kernel::{AccountSession, Clock, Failure, SystemClock};
use via_dynamodb_exports::DynamoExportViews;

struct App {
    views: DynamoExportViews,
    keys: SessionKeys,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let database = dynamo::Database::new(&settings.aws()?);
    let (fleeting, rights) = (settings.required("FLEETING_TABLE")?, settings.required("RIGHTS_TABLE")?);
    let views = DynamoExportViews::new(database, fleeting, rights, Arc::new(settings.clock));
    let app = &App { views, keys: settings.session_keys()?, clock: settings.clock };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in(&request, |caller| list(app, caller)).await
}

async fn list(app: &App, caller: AccountSession) -> Result<Reply, Failure> {
    Reply::ok(&ExportsReply::new(&app.views.list(&caller.into()).await?, app.clock.now()))
}
