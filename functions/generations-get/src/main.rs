//! `GET /v1/generations/{id}`: one generation with its files (events/generations-get).

use std::sync::Arc;

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, SystemClock};
use studio::Deliveries;
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
        views: DynamoViews::new(dynamo::Database::new(&aws), fleeting, studio, Arc::new(settings.clock))
            .with_cases(settings.required("SCREENING_TABLE")?),
        links: S3Links::new(Bucket::new(&aws, settings.required("PICTURES_BUCKET")?)),
        keys: settings.session_keys()?,
        clock: settings.clock,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in(&request, |caller| get(app, &request, caller)).await
}

async fn get(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let deliveries = Deliveries { views: &app.views, links: &app.links, clock: &app.clock };
    let view = deliveries.view(&caller.into(), request.path("id", "generation")?).await?;
    let etag = deliveries.etag(&view.generation, view.case.as_ref());
    if request.has_seen(&etag) {
        return Ok(Reply::not_modified(etag));
    }
    Ok(Reply::ok(&api_studio::GenerationReply::new(view, &deliveries).await?)?.tagged(etag))
}
