//! `GET /v1/generations`: the caller's generations, the newest first (events/generations-list).

use std::sync::Arc;

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, SystemClock, limits};
use studio::{Deliveries, Views};
use via_dynamodb_studio::DynamoViews;
use via_s3::{Bucket, S3Links};

struct App {
    views: DynamoViews,
    links: S3Links,
    keys: SessionKeys,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (fleeting, studio) = (settings.required("FLEETING_TABLE")?, settings.required("STUDIO_TABLE")?);
    let app = &App {
        views: DynamoViews::new(dynamo::Database::new(&aws), fleeting, studio, Arc::new(settings.clock)),
        links: S3Links::new(Bucket::new(&aws, settings.required("PICTURES_BUCKET")?)),
        keys: settings.session_keys()?,
        clock: settings.clock,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in(&request, |caller| list(app, &request, caller)).await
}

async fn list(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let cursor = request.query("cursor", "cursor must be the next_cursor of a previous page.")?;
    let limit = request.query_within("limit", limits::PAGE_ITEMS)?.unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let page = app.views.page(&caller.into(), cursor, limit).await?;
    let deliveries = Deliveries { views: &app.views, links: &app.links, clock: &app.clock };
    Reply::ok(&api_studio::GenerationsReply::new(&page, &deliveries).await?)
}
