//! Every hour: erasures whose next step is due (events/every-hour-advance-erasures).

use edge::schedule::serve;
use kernel::{Failure, SystemClock};
use rights::TellDueErasures;
use via_dynamodb_rights::DynamoErasures;
use via_sqs::SqsQueue;

struct App {
    erasures: DynamoErasures,
    queue: SqsQueue,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let app = &App {
        erasures: DynamoErasures::new(dynamo::Database::new(&aws), settings.required("RIGHTS_TABLE")?),
        queue: SqsQueue::new(&aws, settings.required("ERASURE_DUE_QUEUE_URL")?),
        clock: settings.clock,
    };
    serve(move |_| handle(app)).await
}

async fn handle(app: &App) -> Result<(), Failure> {
    let App { erasures, queue, clock } = app;
    let messages = TellDueErasures { erasures, queue, clock }.run().await?;
    tracing::info!(messages, "told erasures");
    Ok(())
}
