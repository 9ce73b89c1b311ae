//! Every hour: asks the store what is there longer than promised (events/every-hour-audit-retention).

use edge::schedule::serve;
use kernel::{Failure, SystemClock};
use rights::AuditRetention;
use via_s3::Bucket;

struct App {
    bucket: Bucket,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let bucket = Bucket::new(&settings.aws()?, settings.required("PICTURES_BUCKET")?);
    let app = &App { bucket, clock: settings.clock };
    serve(move |_| handle(app)).await
}

async fn handle(app: &App) -> Result<(), Failure> {
    AuditRetention { clock: &app.clock, objects: &app.bucket }.run().await
}
