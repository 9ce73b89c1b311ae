//! `POST /v1/trials/{id}/claim`: what a trial made becomes an account's (events/trials-claim).

use std::sync::Arc;

use edge::http::{Reply, Request, serve};
use edge::{SessionKeys, TrialCookie};
use kernel::{AccountSession, Failure, SystemClock, SystemRandomness};
use studio::{QueuedSteps, Step};
use trials::ClaimTrial;
use via_dynamodb_studio::DynamoGenerations;
use via_dynamodb_trials::{DynamoClaims, DynamoTrials};
use via_sqs::SqsQueue;

struct App {
    trials: DynamoTrials,
    claims: DynamoClaims,
    generations: DynamoGenerations,
    steps: QueuedSteps<SqsQueue>,
    keys: SessionKeys,
    cookie: TrialCookie,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (database, clock) = (dynamo::Database::new(&aws), Arc::new(settings.clock));
    let (fleeting, studio) = (settings.required("FLEETING_TABLE")?, settings.required("STUDIO_TABLE")?);
    let app = &App {
        trials: DynamoTrials::new(database.clone(), fleeting.clone(), clock.clone()),
        claims: DynamoClaims::new(database.clone(), fleeting, studio.clone(), clock),
        generations: DynamoGenerations::new(database, studio),
        steps: QueuedSteps::new([(Step::DrawingReady, SqsQueue::new(&aws, settings.required("DRAWING_READY_QUEUE_URL")?))]),
        keys: settings.session_keys()?,
        cookie: settings.trial_cookie(),
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    app.keys.signed_in_from(&app.origin, &request, |caller| claim(app, &request, caller)).await
}

async fn claim(app: &App, request: &Request, caller: AccountSession) -> Result<Reply, Failure> {
    let holder = app.cookie.holder(request, request.path("id", "trial")?)?;
    let App { trials, claims, generations, steps, clock, .. } = app;
    let claim = ClaimTrial { trials, generations, claims, steps, clock, randomness: &SystemRandomness };
    let generation_id = claim.run(caller, holder).await?;
    Ok(Reply::accepted(&api_trials::TrialClaimed { generation_id })?.at(format!("/v1/generations/{generation_id}")))
}
