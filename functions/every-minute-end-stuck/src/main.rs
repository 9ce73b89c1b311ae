//! Every minute: generations past their deadline go on or end (events/every-minute-end-stuck).

use edge::schedule::serve;
use kernel::{Failure, SystemClock};
use studio::{EndStuck, QueuedSteps, Step, Tidy};
use via_dynamodb_studio::{DynamoGenerations, DynamoOverdue};
use via_s3::{Bucket, S3Pictures, S3Selfies};
use via_sqs::SqsQueue;

struct App {
    overdue: DynamoOverdue,
    generations: DynamoGenerations,
    selfies: S3Selfies,
    pictures: S3Pictures,
    steps: QueuedSteps<SqsQueue>,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (client, studio) = (dynamo::Database::new(&aws), settings.required("STUDIO_TABLE")?);
    let bucket = Bucket::new(&aws, settings.required("PICTURES_BUCKET")?);
    let queues = [
        (Step::GenerationQueued, SqsQueue::new(&aws, settings.required("GENERATION_QUEUED_QUEUE_URL")?)),
        (Step::ScreeningPassed, SqsQueue::new(&aws, settings.required("SCREENING_PASSED_QUEUE_URL")?)),
        (Step::DrawingReady, SqsQueue::new(&aws, settings.required("DRAWING_READY_QUEUE_URL")?)),
    ];
    let app = &App {
        overdue: DynamoOverdue::new(client.clone(), studio.clone()),
        generations: DynamoGenerations::new(client, studio).with_wallet(settings.required("ACCOUNTS_TABLE")?),
        selfies: S3Selfies::new(bucket.clone()),
        pictures: S3Pictures::new(bucket),
        steps: QueuedSteps::new(queues),
        clock: settings.clock,
    };
    serve(move || handle(app)).await
}

async fn handle(app: &App) -> Result<(), Failure> {
    let App { overdue, generations, selfies, pictures, steps, clock } = app;
    let swept = EndStuck { overdue, generations, steps, tidy: Tidy { selfies, pictures }, clock }.run().await?;
    tracing::info!(revived = swept.revived, failed = swept.failed, tidied = swept.tidied, errors = swept.errors, "swept");
    Ok(())
}
