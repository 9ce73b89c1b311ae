//! `GET /v1/desk/cases`: the queue (events/desk-cases-list).

use desk::ReadCases;
use edge::DeskCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock, limits};
use via_dynamodb_desk::{DynamoCases, DynamoOperators};

struct App {
    operators: DynamoOperators,
    cases: DynamoCases,
    cookie: DeskCookie,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let database = dynamo::Database::new(&settings.aws()?);
    let app = &App {
        operators: DynamoOperators::new(database.clone(), settings.required("DESK_TABLE")?),
        cases: DynamoCases::new(database, settings.required("SCREENING_TABLE")?),
        cookie: settings.desk_cookie(),
        clock: settings.clock,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let session = app.cookie.session(&request)?;
    let after: Option<api_desk::CaseCursor> = request.query("cursor", "cursor must be a next_cursor.")?;
    let limit = request.query_within("limit", limits::PAGE_ITEMS)?.unwrap_or(limits::PAGE_ITEMS_DEFAULT);
    let read = ReadCases { operators: &app.operators, cases: &app.cases, clock: &app.clock };
    let page = read.page(&session, after.map(|cursor| cursor.0), limit).await?;
    Reply::ok(&api_desk::CasesReply::new(&page, session.operator))
}
