//! Every day: numbers without persons, of what browsers did (events/every-day-count-events).

use edge::schedule::serve;
use insights::CountDays;
use kernel::{Failure, SystemClock};
use via_dynamodb_insights::DynamoDays;

struct App {
    days: DynamoDays,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let app = &App {
        days: DynamoDays::new(dynamo::Database::new(&settings.aws()?), settings.required("INSIGHTS_TABLE")?),
        clock: settings.clock,
    };
    serve(move |_| handle(app)).await
}

async fn handle(app: &App) -> Result<(), Failure> {
    CountDays { days: &app.days, clock: &app.clock }.run().await
}
