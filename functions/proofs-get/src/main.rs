//! `GET /v1/proofs/{path+}`: the log of receipts (events/proofs-get).

use edge::http::{Reply, Request, serve};
use kernel::Failure;
use rights::{LogFile, ReadLog};
use via_dynamodb_rights::DynamoReceiptLog;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let log = &DynamoReceiptLog::new(dynamo::Database::new(&settings.aws()?), settings.required("RIGHTS_TABLE")?);
    serve(move |request| handle(log, request)).await
}

async fn handle(log: &DynamoReceiptLog, request: Request) -> Result<Reply, Failure> {
    let path: String = request.path("path", "file of the log")?;
    Ok(match (ReadLog { log }).run(&path).await? {
        LogFile::Text(text) => Reply::text(text),
        LogFile::Bytes(bytes) => Reply::bytes(bytes),
    }
    .public())
}
