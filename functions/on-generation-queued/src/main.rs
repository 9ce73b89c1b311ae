//! On queue `generation-queued`: makes the selfie ready and has it judged (events/on-generation-queued).

use edge::batch::{Message, serve};
use kernel::message::GenerationStep;
use kernel::{Failure, SystemClock};
use processing::Prepare;
use screening::Moderation;
use studio::{QueuedSteps, Step, Tidy};
use via_dynamodb_studio::DynamoGenerations;
use via_s3::{Bucket, S3Pictures, S3Quarantine, S3Selfies};
use via_sqs::SqsQueue;

struct App {
    generations: DynamoGenerations,
    selfies: S3Selfies,
    pictures: S3Pictures,
    quarantine: S3Quarantine,
    moderation: Moderation,
    steps: QueuedSteps<SqsQueue>,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let moderation = vendors::moderation(&settings)?;
    let aws = settings.aws()?;
    let bucket = Bucket::new(&aws, settings.required("PICTURES_BUCKET")?);
    let generations = DynamoGenerations::new(dynamo::Database::new(&aws), settings.required("STUDIO_TABLE")?);
    let app = &App {
        generations: generations.with_wallet(settings.required("ACCOUNTS_TABLE")?).with_moderation(settings.required("SCREENING_TABLE")?),
        selfies: S3Selfies::new(bucket.clone()),
        pictures: S3Pictures::new(bucket.clone()),
        quarantine: S3Quarantine::new(bucket),
        moderation,
        steps: QueuedSteps::new([(Step::ScreeningPassed, SqsQueue::new(&aws, settings.required("SCREENING_PASSED_QUEUE_URL")?))]),
        clock: settings.clock,
    };
    serve(move |message| handle(app, message)).await
}

async fn handle(app: &App, message: Message<GenerationStep>) -> Result<(), Failure> {
    let App { generations, selfies, pictures, quarantine, moderation, steps, clock } = app;
    let (tidy, until, delivery) = (Tidy { selfies, pictures }, clock.shown_at(message.ends_at), &message.delivery);
    let prepare = Prepare { generations, selfies, quarantine, moderation, steps, tidy, clock, until, delivery };
    prepare.run(message.content).await
}
