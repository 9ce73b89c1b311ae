//! `GET /v1/desk/cases/{id}/preview`: the photo, grey and blurred (events/desk-previews-get).

use desk::{LookAtPhoto, RelyingParty, Signing};
use edge::DeskCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock};
use via_dynamodb_desk::{DynamoCases, DynamoOperators};
use via_s3::{Bucket, S3Quarantine};

struct App {
    operators: DynamoOperators,
    cases: DynamoCases,
    quarantine: S3Quarantine,
    site: RelyingParty,
    cookie: DeskCookie,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, origin) = (settings.aws()?, settings.origin("PUBLIC_ORIGIN")?);
    let database = dynamo::Database::new(&aws);
    let app = &App {
        operators: DynamoOperators::new(database.clone(), settings.required("DESK_TABLE")?),
        cases: DynamoCases::new(database, settings.required("SCREENING_TABLE")?),
        quarantine: S3Quarantine::new(Bucket::new(&aws, settings.required("PICTURES_BUCKET")?)),
        site: RelyingParty::new(&origin),
        cookie: settings.desk_cookie(),
        clock: settings.clock,
        origin,
    };
    serve(move |request| handle(app, request)).await
}

fn look(app: &App) -> LookAtPhoto<'_> {
    let signing = Signing { operators: &app.operators, site: &app.site, clock: &app.clock };
    LookAtPhoto {
        signing,
        cases: &app.cases,
        quarantine: &app.quarantine,
        preview: &|png, clear| imaging::preview(png, clear).map_err(Failure::broken),
    }
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let session = app.cookie.session_from(&app.origin, &request)?;
    look(app).blurred(&session, request.path("id", "case")?).await.map(Reply::jpeg)
}
