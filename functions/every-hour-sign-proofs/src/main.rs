//! Every hour: the log of receipts grows and is signed (events/every-hour-sign-proofs).

use edge::Stage;
use edge::schedule::serve;
use kernel::Failure;
use rights::SignReceipts;
use via_dynamodb_rights::DynamoReceiptLog;
use via_kms::LogKey;

struct App {
    log: DynamoReceiptLog,
    key: Option<LogKey>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, name) = (settings.aws()?, receipts::log_name(&settings.origin("PUBLIC_ORIGIN")?));
    let app = &App {
        log: DynamoReceiptLog::new(dynamo::Database::new(&aws), settings.required("RIGHTS_TABLE")?),
        key: via_kms::log_key(&aws, settings.stage == Stage::Production, &name, &|name| settings.required(name).ok()).await?,
    };
    serve(move |_| handle(app)).await
}

/// Without a signer, receipts wait for one.
async fn handle(app: &App) -> Result<(), Failure> {
    let Some(LogKey { signer, key }) = &app.key else { return Ok(()) };
    let placed = SignReceipts { log: &app.log, signer: &**signer, key }.run().await?;
    tracing::info!(placed, "the log of receipts is signed");
    Ok(())
}
