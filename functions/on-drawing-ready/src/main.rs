//! On queue `drawing-ready`: deliverables, bundle, capture, mail (events/on-drawing-ready).

use std::sync::Arc;

use edge::Stage;
use edge::batch::{Message, serve};
use kernel::message::GenerationStep;
use kernel::{Failure, SystemClock};
use processing::Deliver;
use provenance::Signer;
use studio::{Pictures, Tidy};
use via_dynamodb_accounts::DynamoRecipients;
use via_dynamodb_studio::DynamoGenerations;
use via_s3::{Bucket, S3Pictures, S3Selfies};
use via_ses::SesMailer;

struct App {
    generations: DynamoGenerations,
    pictures: Arc<dyn Pictures>,
    signer: Option<Arc<dyn Signer>>,
    selfies: S3Selfies,
    recipients: DynamoRecipients,
    mailer: SesMailer,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (client, accounts) = (dynamo::Database::new(&aws), settings.required("ACCOUNTS_TABLE")?);
    let bucket = Bucket::new(&aws, settings.required("PICTURES_BUCKET")?);
    let app = &App {
        generations: DynamoGenerations::new(client.clone(), settings.required("STUDIO_TABLE")?).with_wallet(accounts.clone()),
        pictures: Arc::new(S3Pictures::new(bucket.clone())),
        signer: via_kms_provenance::signer(&aws, settings.stage == Stage::Production, &|name| settings.required(name).ok())?,
        selfies: S3Selfies::new(bucket),
        recipients: DynamoRecipients::new(client, accounts),
        mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, settings.pepper()?),
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |message| handle(app, message)).await
}

async fn handle(app: &App, message: Message<GenerationStep>) -> Result<(), Failure> {
    let App { generations, pictures, signer, selfies, recipients, mailer, clock, origin } = app;
    let (tidy, until, delivery) = (Tidy { selfies, pictures: pictures.as_ref() }, clock.shown_at(message.ends_at), &message.delivery);
    let deliver = Deliver { generations, pictures, signer: signer.as_ref(), recipients, mailer, tidy, clock, origin, until, delivery };
    deliver.run(message.content).await
}
