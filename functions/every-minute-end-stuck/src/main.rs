//! Every minute: generations past their deadline go on or end (events/every-minute-end-stuck).

use std::sync::Arc;

use edge::schedule::serve;
use kernel::{Clock, Failure, SystemClock, Timestamp};
use studio::{ControlAdmission, EndStuck, QueuedSteps, Step, Tidy, Waiting};
use via_dynamodb_studio::{DynamoAdmission, DynamoGenerations, DynamoOverdue};
use via_s3::{Bucket, S3Pictures, S3Selfies};
use via_sqs::SqsQueue;

struct App {
    admission: DynamoAdmission,
    workers: [(Step, u32); 3],
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
        admission: DynamoAdmission::new(client.clone(), settings.required("FLEETING_TABLE")?, Arc::new(settings.clock)),
        workers: [
            (Step::GenerationQueued, settings.number("SCREENING_CONCURRENCY")?),
            (Step::ScreeningPassed, settings.number("DRAWING_CONCURRENCY")?),
            (Step::DrawingReady, settings.number("FINISHING_CONCURRENCY")?),
        ],
        overdue: DynamoOverdue::new(client.clone(), studio.clone()),
        generations: DynamoGenerations::new(client, studio).with_wallet(settings.required("ACCOUNTS_TABLE")?),
        selfies: S3Selfies::new(bucket.clone()),
        pictures: S3Pictures::new(bucket),
        steps: QueuedSteps::new(queues),
        clock: settings.clock,
    };
    serve(move |ends_at| handle(app, ends_at)).await
}

async fn handle(app: &App, ends_at: Timestamp) -> Result<(), Failure> {
    let App { admission, workers, overdue, generations, selfies, pictures, steps, clock } = app;
    let (waiting, until) = (&Waiting::of(steps).await, clock.shown_at(ends_at));
    let controlled = ControlAdmission { admission, waiting, workers: *workers, clock }.run().await;
    let swept = EndStuck { overdue, generations, steps, waiting, tidy: Tidy { selfies, pictures }, clock, until }.run().await;
    swept.log(clock.now());
    controlled.and_then(|_closed| swept.outcome())
}
