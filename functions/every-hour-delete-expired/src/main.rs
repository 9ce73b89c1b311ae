//! Every hour: tells what is due by the inventory (events/every-hour-delete-expired).

use edge::schedule::serve;
use kernel::{Failure, SystemClock};
use policy::deletion::TellDue;
use via_sqs::SqsQueue;

struct App {
    queue: SqsQueue,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let app = &App { queue: SqsQueue::new(&settings.aws()?, settings.required("ROWS_DUE_QUEUE_URL")?), clock: settings.clock };
    serve(move |_| handle(app)).await
}

async fn handle(app: &App) -> Result<(), Failure> {
    let messages = TellDue { clock: &app.clock, queue: &app.queue, shards: dynamo::SHARDS }.run().await?;
    tracing::info!(messages, "told what is due");
    Ok(())
}
