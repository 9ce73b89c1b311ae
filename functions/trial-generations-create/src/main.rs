//! `POST /v1/trials/{id}/generations`: places the one generation of a trial (events/trial-generations-create).

use std::sync::Arc;

use edge::TrialCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock, SystemRandomness};
use studio::{PlaceGeneration, QueuedSteps, Step};
use via_dynamodb_studio::{DynamoGenerations, DynamoPlacements};
use via_s3::{Bucket, S3Arrivals};
use via_sqs::SqsQueue;
use wallet::Tariff;

struct App {
    arrivals: S3Arrivals,
    placements: DynamoPlacements,
    generations: DynamoGenerations,
    steps: QueuedSteps<SqsQueue>,
    cookie: TrialCookie,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let database = dynamo::Database::new(&aws);
    let (fleeting, studio) = (settings.required("FLEETING_TABLE")?, settings.required("STUDIO_TABLE")?);
    let app = &App {
        arrivals: S3Arrivals::new(Bucket::new(&aws, settings.required("PICTURES_BUCKET")?)),
        placements: DynamoPlacements::without_wallet(database.clone(), fleeting, studio.clone(), Arc::new(settings.clock)),
        generations: DynamoGenerations::new(database, studio),
        steps: QueuedSteps::new([(Step::GenerationQueued, SqsQueue::new(&aws, settings.required("GENERATION_QUEUED_QUEUE_URL")?))]),
        cookie: settings.trial_cookie(),
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let holder = app.cookie.holder(&request, request.path("id", "trial")?)?;
    let api_trials::TrialGenerationRequest { upload_id, style } = request.json()?;
    let App { arrivals, placements, generations, steps, clock, .. } = app;
    let place = PlaceGeneration { arrivals, placements, generations, steps, tariff: Tariff::Trial, clock, randomness: &SystemRandomness };
    let placed = trials::start(&place, holder, upload_id, style).await?;
    Reply::accepted(&api_studio::GenerationStarted::new(placed))
}
