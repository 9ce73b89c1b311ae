//! `POST /v1/generations`: places a generation (events/generations-create).

use std::sync::Arc;

use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use kernel::{AccountSession, Failure, SystemClock, SystemRandomness};
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
    keys: SessionKeys,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let database = dynamo::Database::new(&aws);
    let (fleeting, studio, accounts) =
        (settings.required("FLEETING_TABLE")?, settings.required("STUDIO_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let app = &App {
        arrivals: S3Arrivals::new(Bucket::new(&aws, settings.required("PICTURES_BUCKET")?)),
        placements: DynamoPlacements::new(database.clone(), fleeting, studio.clone(), accounts, Arc::new(settings.clock)),
        generations: DynamoGenerations::new(database, studio),
        steps: QueuedSteps::new([(Step::GenerationQueued, SqsQueue::new(&aws, settings.required("GENERATION_QUEUED_QUEUE_URL")?))]),
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
    let new_generation = request.json::<api_studio::GenerationRequest>()?.keyed(request.idempotency_key()?)?;
    let place = PlaceGeneration {
        arrivals: &app.arrivals,
        placements: &app.placements,
        generations: &app.generations,
        steps: &app.steps,
        tariff: Tariff::Credits,
        clock: &app.clock,
        randomness: &SystemRandomness,
    };
    let placed = place.run(caller, &new_generation).await?;
    Ok(Reply::accepted(&api_studio::GenerationStarted::new(placed))?.at(format!("/v1/generations/{}", placed.id)))
}
