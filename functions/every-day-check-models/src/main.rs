//! Every day: whether a vendor's model that is in use ends soon (events/every-day-check-models).

use edge::schedule::serve;
use kernel::{Failure, SystemClock};
use studio::{CheckModels, ConfiguredModel, ModelCalendar};

struct App {
    configured: Vec<ConfiguredModel>,
    calendars: Vec<Box<dyn ModelCalendar>>,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let read = |name| settings.required(name).unwrap_or_default();
    let (artists, screeners) = (read("ARTIST"), read("SCREENER"));
    let configured = ConfiguredModel::used(&[
        (&artists, "openai", &read("OPENAI_IMAGE_MODEL")),
        (&artists, "gemini", &read("GEMINI_IMAGE_MODEL")),
        (&screeners, "openai", &read("OPENAI_MODERATION_MODEL")),
    ]);
    let app = &App { configured, calendars: vendors::calendars(&settings)?, clock: settings.clock };
    serve(move |_| handle(app)).await
}

async fn handle(app: &App) -> Result<(), Failure> {
    let App { configured, calendars, clock } = app;
    CheckModels { configured, calendars, clock }.run().await.map(drop)
}
