//! `DELETE /v1/generations/{id}`: cancels and removes a generation (events/generations-delete).

use std::sync::Arc;

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, SystemClock};
use studio::{DeleteGeneration, Tidy};
use via_dynamodb_studio::{DynamoGenerations, DynamoViews};
use via_s3::{Bucket, S3Pictures, S3Selfies};

struct App {
    views: DynamoViews,
    generations: DynamoGenerations,
    pictures: S3Pictures,
    selfies: S3Selfies,
    keys: SessionKeys,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let client = dynamo::Database::new(&aws);
    let (fleeting, studio, accounts) =
        (settings.required("FLEETING_TABLE")?, settings.required("STUDIO_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let bucket = Bucket::new(&aws, settings.required("PICTURES_BUCKET")?);
    let app = &App {
        views: DynamoViews::new(client.clone(), fleeting, studio.clone(), Arc::new(settings.clock)),
        generations: DynamoGenerations::new(client, studio).with_wallet(accounts),
        pictures: S3Pictures::new(bucket.clone()),
        selfies: S3Selfies::new(bucket),
        keys: settings.session_keys()?,
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.origin, &request, |caller| delete(app, &request, caller)).await
}

async fn delete(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let tidy = Tidy { selfies: &app.selfies, pictures: &app.pictures };
    let delete = DeleteGeneration { own: &app.views, generations: &app.generations, tidy, clock: &app.clock };
    delete.run(&caller.into(), request.path("id", "generation")?).await?;
    Ok(Reply::no_content())
}
