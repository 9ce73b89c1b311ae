//! On queue `export-due`: a copy of everything of an account (events/on-export-due).

use std::sync::Arc;

use accounts::Pepper;
use edge::batch::{Message, serve};
use exports::{ExportDue, RunExport, Sink};
use kernel::{Failure, SystemClock};
use policy::Deployment;
use via_dynamodb_accounts::DynamoRecipients;
use via_dynamodb_exports::{DynamoExports, DynamoRows, Tables};
use via_s3::{Bucket, S3Exports};
use via_ses::SesMailer;
use via_sqs::SqsQueue;

struct App {
    exports: DynamoExports,
    rows: DynamoRows,
    files: S3Exports,
    sink: Arc<dyn Sink>,
    queue: SqsQueue,
    recipients: DynamoRecipients,
    mailer: SesMailer,
    pepper: Pepper,
    clock: SystemClock,
    deployment: Deployment,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, pepper, table) = (settings.aws()?, settings.pepper()?, |name| settings.required(name));
    let (database, accounts, rights) = (dynamo::Database::new(&aws), table("ACCOUNTS_TABLE")?, table("RIGHTS_TABLE")?);
    let (studio, screening) = (table("STUDIO_TABLE")?, table("SCREENING_TABLE")?);
    let (insights, leads) = (table("INSIGHTS_TABLE")?, table("LEADS_TABLE")?);
    let bucket = Bucket::new(&aws, settings.required("PICTURES_BUCKET")?);
    let app = &App {
        exports: DynamoExports::new(database.clone(), rights.clone()),
        recipients: DynamoRecipients::new(database.clone(), accounts.clone()),
        rows: DynamoRows::new(database, Tables { accounts, studio, screening, insights, leads, rights }),
        files: S3Exports::new(bucket.clone()),
        sink: Arc::new(S3Exports::new(bucket)),
        queue: SqsQueue::new(&aws, settings.required("EXPORT_DUE_QUEUE_URL")?),
        mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, pepper.clone()),
        pepper,
        clock: settings.clock,
        deployment: settings.deployment()?,
    };
    serve(move |message| handle(app, message)).await
}

async fn handle(app: &App, message: Message<ExportDue>) -> Result<(), Failure> {
    let App { exports, rows, files, sink, queue, recipients, mailer, pepper, clock, deployment } = app;
    let (mails, until) = (exports, clock.shown_at(message.ends_at));
    RunExport { exports, mails, rows, files, sink, queue, recipients, mailer, pepper, clock, deployment, until }.run(message.content).await
}
