//! On queue `screening-passed`: the artists draw (events/on-screening-passed).

use std::sync::Arc;

use accounts::Pepper;
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
    micro_dollars_per_day: u64,
    steps: QueuedSteps<SqsQueue>,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, fleeting) = (settings.aws()?, settings.required("FLEETING_TABLE")?);
    let artists = vendors::artists(&settings, || Box::new(PaletteArtist))?;
    let (tables, bucket) = (dynamo::Database::new(&aws), Bucket::new(&aws, settings.required("PICTURES_BUCKET")?));
    let (studio, redraw) = (settings.required("STUDIO_TABLE")?, settings.required("SCREENING_PASSED_QUEUE_URL")?);
    let app = &App {
        generations: DynamoGenerations::new(tables.clone(), studio.clone()).with_wallet(settings.required("ACCOUNTS_TABLE")?),
        selfies: S3Selfies::new(bucket.clone()),
        pictures: S3Pictures::new(bucket),
        artists,
        breaker: DynamoBreaker::new(tables.clone(), fleeting.clone(), Arc::new(settings.clock)),
        attempts: DynamoAttempts::new(tables, studio, fleeting),
        pepper: settings.pepper()?,
        micro_dollars_per_day: u64::from(settings.number("VENDOR_DOLLARS_PER_DAY")?) * 1_000_000,
        steps: QueuedSteps::new([
            (Step::ScreeningPassed, SqsQueue::new(&aws, redraw)),
            (Step::DrawingReady, SqsQueue::new(&aws, settings.required("DRAWING_READY_QUEUE_URL")?)),
        ]),
        clock: settings.clock,
    };
    serve(move |message| handle(app, message)).await
}

async fn handle(app: &App, message: Message<GenerationStep>) -> Result<(), Failure> {
    let App { generations, selfies, pictures, artists, breaker, attempts, pepper, steps, clock, .. } = app;
    let (tidy, until, randomness) = (Tidy { selfies, pictures }, clock.shown_at(message.ends_at), &SystemRandomness);
    let micro_dollars_per_day = app.micro_dollars_per_day;
    let fallback = ArtistFallback { artists, breaker, attempts, pepper, clock, randomness, until, micro_dollars_per_day };
    let draw = Draw { generations, selfies, pictures, fallback, steps, tidy, clock, delivery: &message.delivery };
    draw.run(message.content).await
}
