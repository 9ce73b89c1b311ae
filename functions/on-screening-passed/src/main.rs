//! On queue `screening-passed`: the artist draws (events/on-screening-passed).

use edge::batch::{Message, serve};
use kernel::{Failure, SystemClock};
use studio::{Artist, Draw, Step, Tidy};
use via_dynamodb::DynamoGenerations;
use via_palette::PaletteArtist;
use via_s3::{Bucket, S3Pictures, S3Selfies};
use via_sqs::SqsSteps;

struct App {
    generations: DynamoGenerations,
    selfies: S3Selfies,
    pictures: S3Pictures,
    artist: Box<dyn Artist>,
    steps: SqsSteps,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let artist = settings.choose::<Box<dyn Artist>>("ARTIST", PaletteArtist::NAME, || Box::new(PaletteArtist))?;
    let aws = edge::aws().await;
    let bucket = Bucket::new(&aws, settings.required("PICTURES_BUCKET")?);
    let generations = DynamoGenerations::new(via_dynamodb::Client::new(&aws), settings.required("STUDIO_TABLE")?);
    let app = &App {
        generations: generations.with_wallet(settings.required("ACCOUNTS_TABLE")?),
        selfies: S3Selfies::new(bucket.clone()),
        pictures: S3Pictures::new(bucket),
        artist,
        steps: SqsSteps::new(&aws, [(Step::DrawingReady, settings.required("DRAWING_READY_QUEUE_URL")?)]),
        clock: settings.clock,
    };
    serve(move |message| handle(app, message)).await
}

async fn handle(app: &App, message: Message) -> Result<(), Failure> {
    let App { generations, selfies, pictures, artist, steps, clock } = app;
    let tidy = Tidy { selfies, pictures };
    let draw = Draw { generations, selfies, pictures, artist: artist.as_ref(), steps, tidy, clock };
    draw.run(message.account_id, message.generation_id).await
}
