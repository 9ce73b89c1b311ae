//! `POST /v1/uploads`: a form that admits exactly one picture (events/uploads-create).

use std::sync::Arc;

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, SystemClock, SystemRandomness};
use studio::OpenUpload;
use via_dynamodb_studio::DynamoUploads;
use via_s3::S3Forms;

struct App {
    uploads: DynamoUploads,
    forms: S3Forms,
    keys: SessionKeys,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (fleeting, studio) = (settings.required("FLEETING_TABLE")?, settings.required("STUDIO_TABLE")?);
    let app = &App {
        uploads: DynamoUploads::new(dynamo::Database::new(&aws), fleeting, studio, Arc::new(settings.clock)),
        forms: S3Forms::new(&aws, settings.required("PICTURES_BUCKET")?)?,
        keys: settings.session_keys()?,
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.origin, &request, |caller| create(app, &request, caller)).await
}

async fn create(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let body: api_studio::UploadRequest = request.json()?;
    let open = OpenUpload { uploads: &app.uploads, forms: &app.forms, clock: &app.clock, randomness: &SystemRandomness };
    let (upload, form) = open.run(caller, body.content_type.parse()?, body.bytes).await?;
    Reply::created(&api_studio::UploadReply::new(&upload, form))
}
