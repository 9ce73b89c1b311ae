//! On SES's event `Email Sent`: the "ready" mail of a generation has gone (events/on-mail-sent).

use edge::fact::{Fact, serve};
use kernel::message::GenerationIds;
use kernel::{Failure, SystemClock};
use studio::ConfirmMail;
use via_dynamodb_studio::DynamoGenerations;

struct App {
    generations: DynamoGenerations,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let generations = DynamoGenerations::new(dynamo::Database::new(&aws), settings.required("STUDIO_TABLE")?);
    let app = &App { generations, clock: settings.clock };
    serve(move |fact| handle(app, fact)).await
}

async fn handle(app: &App, fact: Fact<GenerationIds>) -> Result<(), Failure> {
    let App { generations, clock } = app;
    ConfirmMail { generations, clock }.run(fact.content.owner_id, fact.content.generation_id).await
}
