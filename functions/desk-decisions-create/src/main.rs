//! `POST /v1/desk/cases/{id}/decisions`: decides a case (events/desk-decisions-create).

use desk::{DecideCase, RelyingParty, Signing, Telling, Verdict};
use edge::DeskCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock};
use studio::{QueuedSteps, Step};
use via_dynamodb_accounts::DynamoRecipients;
use via_dynamodb_desk::{DynamoCases, DynamoOperators};
use via_ses::SesMailer;
use via_sqs::SqsQueue;

struct App {
    operators: DynamoOperators,
    cases: DynamoCases,
    steps: QueuedSteps<SqsQueue>,
    recipients: DynamoRecipients,
    mailer: SesMailer,
    site: RelyingParty,
    cookie: DeskCookie,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, origin, desk) = (settings.aws()?, settings.origin("PUBLIC_ORIGIN")?, settings.required("DESK_TABLE")?);
    let (database, accounts) = (dynamo::Database::new(&aws), settings.required("ACCOUNTS_TABLE")?);
    let cases = DynamoCases::new(database.clone(), settings.required("SCREENING_TABLE")?);
    let app = &App {
        operators: DynamoOperators::new(database.clone(), desk.clone()),
        cases: cases.deciding(desk, settings.required("STUDIO_TABLE")?, accounts.clone()),
        steps: QueuedSteps::new([(Step::GenerationQueued, SqsQueue::new(&aws, settings.required("GENERATION_QUEUED_QUEUE_URL")?))]),
        recipients: DynamoRecipients::new(database, accounts),
        mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, settings.pepper()?),
        site: RelyingParty::new(&origin),
        cookie: settings.desk_cookie(),
        clock: settings.clock,
        origin,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let session = app.cookie.session_from(&app.origin, &request)?;
    let api_desk::DecisionRequest { outcome, ground, at, assertion } = request.json()?;
    let App { operators, cases, steps, recipients, mailer, site, clock, origin, .. } = app;
    let (signing, telling) = (Signing { operators, site, clock }, Telling { recipients, mailer, origin });
    let verdict = Verdict { case: request.path("id", "case")?, outcome, ground, at, assertion: &assertion.read()? };
    let case = DecideCase { signing, cases, steps, telling }.run(&session, verdict).await?;
    Reply::created(&api_desk::CaseReply::new(&case, session.operator))
}
