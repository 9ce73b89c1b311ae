//! `GET /v1/desk/audit`: what an operator did (events/desk-audit-list).

use desk::ReadTrail;
use edge::DeskCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, OperatorId, SystemClock, limits};
use via_dynamodb_desk::DynamoOperators;

struct App {
    operators: DynamoOperators,
    cookie: DeskCookie,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let app = &App {
        operators: DynamoOperators::new(dynamo::Database::new(&settings.aws()?), settings.required("DESK_TABLE")?),
        cookie: settings.desk_cookie(),
        clock: settings.clock,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let session = app.cookie.session(&request)?;
    let of: Option<OperatorId> = request.query("operator_id", "operator_id must be an id.")?;
    let after = request.query("after", "after must be a number.")?.unwrap_or_default();
    let limit = request.query_within("limit", limits::PAGE_ITEMS)?.unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let entries = ReadTrail { operators: &app.operators, clock: &app.clock }.run(&session, of, after, limit).await?;
    Reply::ok(&api_desk::AuditReply::new(entries, limit)?)
}
