//! On queue `erasure-due`: an erasure goes on (events/on-erasure-due).

use edge::batch::{Message, serve};
use kernel::{Failure, SystemClock};
use rights::{ErasureDue, GoOnErasing};
use via_dynamodb_rights::{DynamoBelongings, DynamoErasures, Tables};
use via_s3::Bucket;
use via_sqs::SqsQueue;

struct App {
    erasures: DynamoErasures,
    belongings: DynamoBelongings,
    bucket: Bucket,
    queue: SqsQueue,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, rights) = (settings.aws()?, settings.required("RIGHTS_TABLE")?);
    let database = dynamo::Database::new(&aws);
    let tables = Tables {
        accounts: settings.required("ACCOUNTS_TABLE")?,
        studio: settings.required("STUDIO_TABLE")?,
        screening: settings.required("SCREENING_TABLE")?,
        fleeting: settings.required("FLEETING_TABLE")?,
        insights: settings.required("INSIGHTS_TABLE")?,
        leads: settings.required("LEADS_TABLE")?,
        rights: rights.clone(),
    };
    let app = &App {
        erasures: DynamoErasures::new(database.clone(), rights),
        belongings: DynamoBelongings::new(database, tables),
        bucket: Bucket::new(&aws, settings.required("PICTURES_BUCKET")?),
        queue: SqsQueue::new(&aws, settings.required("ERASURE_DUE_QUEUE_URL")?),
        clock: settings.clock,
    };
    serve(move |message| handle(app, message)).await
}

async fn handle(app: &App, message: Message<ErasureDue>) -> Result<(), Failure> {
    let App { erasures, belongings, bucket, queue, clock } = app;
    let until = clock.shown_at(message.ends_at);
    GoOnErasing { erasures, belongings, list: bucket, objects: bucket, queue, clock, until }.run(message.content.erasure_id).await
}
