//! On queue `rows-due`: deletes what is due by the inventory (events/on-rows-due).

use edge::batch::{Message, serve};
use kernel::{Failure, SystemClock};
use policy::deletion::{DeleteDue, DueRows};
use via_dynamodb_policy::DynamoExpiredRows;
use via_s3::Bucket;
use via_sqs::SqsQueue;

struct App {
    rows: DynamoExpiredRows,
    objects: Bucket,
    queue: SqsQueue,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (studio, screening) = (settings.required("STUDIO_TABLE")?, settings.required("SCREENING_TABLE")?);
    let (fleeting, insights) = (settings.required("FLEETING_TABLE")?, settings.required("INSIGHTS_TABLE")?);
    let app = &App {
        rows: DynamoExpiredRows::new(
            dynamo::Database::new(&aws),
            studio,
            screening,
            fleeting,
            insights,
            settings.required("RIGHTS_TABLE")?,
        ),
        objects: Bucket::new(&aws, settings.required("PICTURES_BUCKET")?),
        queue: SqsQueue::new(&aws, settings.required("ROWS_DUE_QUEUE_URL")?),
        clock: settings.clock,
    };
    serve(move |message| handle(app, message)).await
}

async fn handle(app: &App, message: Message<DueRows>) -> Result<(), Failure> {
    let App { rows, objects, queue, clock } = app;
    DeleteDue { clock, rows, objects, queue, until: clock.shown_at(message.ends_at) }.run(&message.content).await
}
