//! `POST /v1/trials/{id}/uploads`: a form that admits exactly one picture, once (events/trial-uploads-create).

use std::sync::Arc;

use edge::TrialCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock, SystemRandomness};
use studio::OpenUpload;
use via_dynamodb_studio::DynamoUploads;
use via_s3::S3Forms;

struct App {
    uploads: DynamoUploads,
    forms: S3Forms,
    cookie: TrialCookie,
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
        cookie: settings.trial_cookie(),
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let holder = app.cookie.holder(&request, request.path("id", "trial")?)?;
    let body: api_studio::UploadRequest = request.json()?;
    let open = OpenUpload { uploads: &app.uploads, forms: &app.forms, clock: &app.clock, randomness: &SystemRandomness };
    let (upload, form) = trials::open_upload(&open, holder, body.content_type.parse()?, body.bytes).await?;
    Reply::created(&api_studio::UploadReply::new(&upload, form))
}
