//! `GET /v1/desk/cases/{id}`: one case (events/desk-cases-get).

use desk::ReadCases;
use edge::DeskCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock};
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
    let read = ReadCases { operators: &app.operators, cases: &app.cases, clock: &app.clock };
    let (case, reasons) = read.one(&session, request.path("id", "case")?).await?;
    Reply::ok(&api_desk::WholeCaseReply::new(&case, &reasons, session.operator))
}
