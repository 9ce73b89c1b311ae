//! On queue `screening-passed`: the artists draw (events/on-screening-passed).

use std::sync::Arc;

use accounts::Pepper;
use dynamo::Database;
use edge::batch::{Message, serve};
use kernel::message::GenerationStep;
use kernel::{Failure, SystemClock, SystemRandomness};
use studio::{Artist, ArtistFallback, Draw, QueuedSteps, Step, Tidy};
use via_dynamodb_studio::{DynamoAttempts, DynamoBreaker, DynamoGenerations};
use via_palette::PaletteArtist;
use via_s3::{Bucket, S3Pictures, S3Selfies};
use via_sqs::SqsQueue;

struct App {
    generations: DynamoGenerations,
    selfies: S3Selfies,
    pictures: S3Pictures,
    artists: Vec<Box<dyn Artist>>,
    breaker: DynamoBreaker,
    attempts: DynamoAttempts,
    pepper: Pepper,
    steps: QueuedSteps<SqsQueue>,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let artists = vendors::artists(&settings, || Box::new(PaletteArtist))?;
    let aws = settings.aws()?;
    let (dynamo, bucket) = (Database::new(&aws), Bucket::new(&aws, settings.required("PICTURES_BUCKET")?));
    let (studio, redraw) = (settings.required("STUDIO_TABLE")?, settings.required("SCREENING_PASSED_QUEUE_URL")?);
    let app = &App {
        generations: DynamoGenerations::new(dynamo.clone(), studio.clone()).with_wallet(settings.required("ACCOUNTS_TABLE")?),
        selfies: S3Selfies::new(bucket.clone()),
        pictures: S3Pictures::new(bucket),
        artists,
        breaker: DynamoBreaker::new(dynamo.clone(), settings.required("FLEETING_TABLE")?, Arc::new(settings.clock)),
        attempts: DynamoAttempts::new(dynamo, studio),
        pepper: settings.pepper()?,
        steps: QueuedSteps::new([
            (Step::ScreeningPassed, SqsQueue::new(&aws, redraw)),
            (Step::DrawingReady, SqsQueue::new(&aws, settings.required("DRAWING_READY_QUEUE_URL")?)),
        ]),
        clock: settings.clock,
    };
    serve(move |message| handle(app, message)).await
}

async fn handle(app: &App, message: Message<GenerationStep>) -> Result<(), Failure> {
    let App { generations, selfies, pictures, artists, breaker, attempts, pepper, steps, clock } = app;
    let (tidy, until, randomness) = (Tidy { selfies, pictures }, clock.shown_at(message.ends_at), &SystemRandomness);
    let fallback = ArtistFallback { artists, breaker, attempts, pepper, clock, randomness, until };
    let draw = Draw { generations, selfies, pictures, fallback, steps, tidy, clock };
    draw.run(message.content).await
}
