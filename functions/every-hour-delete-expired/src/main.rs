//! Every hour: deletes everything that is due by the inventory (events/every-hour-delete-expired).

use std::sync::Arc;

use edge::schedule::serve;
use kernel::Failure;
use policy::deletion::DeleteExpired;
use via_dynamodb_policy::DynamoExpiredRows;
use via_s3::Bucket;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (studio, screening, fleeting) =
        (settings.required("STUDIO_TABLE")?, settings.required("SCREENING_TABLE")?, settings.required("FLEETING_TABLE")?);
    let rows = DynamoExpiredRows::new(dynamo::Database::new(&aws), studio, screening, fleeting);
    let bucket = Bucket::new(&aws, settings.required("PICTURES_BUCKET")?);
    let delete = &DeleteExpired::new(Arc::new(settings.clock), Arc::new(rows), Arc::new(bucket));
    serve(move || handle(delete)).await
}

async fn handle(delete: &DeleteExpired) -> Result<(), Failure> {
    let report = delete.run().await;
    tracing::info!(rows = report.rows(), objects = report.objects(), failures = report.failures(), "deleted due rows");
    report.into_result()
}
