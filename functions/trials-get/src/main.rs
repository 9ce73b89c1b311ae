//! `GET /v1/trials/{id}`: one trial with its files (events/trials-get).

use std::sync::Arc;

use edge::TrialCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock};
use studio::Deliveries;
use trials::ViewTrial;
use via_dynamodb_studio::DynamoViews;
use via_dynamodb_trials::DynamoTrials;
use via_s3::{Bucket, S3Links};

struct App {
    trials: DynamoTrials,
    views: DynamoViews,
    links: S3Links,
    cookie: TrialCookie,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let aws = settings.aws()?;
    let (database, clock) = (dynamo::Database::new(&aws), Arc::new(settings.clock));
    let (fleeting, studio) = (settings.required("FLEETING_TABLE")?, settings.required("STUDIO_TABLE")?);
    let app = &App {
        trials: DynamoTrials::new(database.clone(), fleeting.clone(), clock.clone()),
        views: DynamoViews::new(database, fleeting, studio, clock),
        links: S3Links::new(Bucket::new(&aws, settings.required("PICTURES_BUCKET")?)),
        cookie: settings.trial_cookie(),
        clock: settings.clock,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let holder = app.cookie.holder(&request, request.path("id", "trial")?)?;
    let App { trials, views, links, clock, .. } = app;
    let trial = ViewTrial { trials, views }.run(holder).await?;
    Reply::ok(&api_trials::TrialReply::new(trial, &Deliveries { views, links, clock }).await?)
}
