//! `GET /v1/exports/{id}`: one copy of everything with its files (events/exports-get).

use std::sync::Arc;

use api_exports::ExportReply;
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use exports::{ExportViews, Links};
use kernel::{AccountSession, Clock, Failure, SystemClock};
use via_dynamodb_exports::DynamoExportViews;
use via_s3::{Bucket, S3Exports};

struct App {
    views: DynamoExportViews,
    links: S3Exports,
    keys: SessionKeys,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (fleeting, rights) = (settings.required("FLEETING_TABLE")?, settings.required("RIGHTS_TABLE")?);
    let app = &App {
        views: DynamoExportViews::new(dynamo::Database::new(&aws), fleeting, rights, Arc::new(settings.clock)),
        links: S3Exports::new(Bucket::new(&aws, settings.required("PICTURES_BUCKET")?)),
        keys: settings.session_keys()?,
        clock: settings.clock,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in(&request, |caller| get(app, &request, caller)).await
}

async fn get(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let App { views, links, clock, .. } = app;
    let export = views.view(&caller.into(), request.path("id", "export")?).await?.ok_or_else(|| Failure::missing("export"))?;
    let links = Links { links, clock }.of(&export).await?;
    Reply::ok(&ExportReply::new(&export, links, clock.now()))
}
