//! `POST /v1/trials`: begins a trial (events/trials-create).

use std::sync::Arc;

use accounts::Pepper;
use edge::TrialCookie;
use edge::http::{Reply, Request, serve};
use kernel::{Failure, SystemClock, SystemRandomness};
use trials::{Challenge, CreateTrial, Entrant};
use via_dynamodb_accounts::DynamoSalts;
use via_dynamodb_trials::DynamoTrials;

struct App {
    challenge: Box<dyn Challenge>,
    trials: DynamoTrials,
    salts: DynamoSalts,
    pepper: Pepper,
    cookie: TrialCookie,
    clock: SystemClock,
    trials_per_day: u64,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (database, fleeting) = (dynamo::Database::new(&settings.aws()?), settings.required("FLEETING_TABLE")?);
    let app = &App {
        challenge: vendors::challenge(&settings)?,
        trials: DynamoTrials::new(database.clone(), fleeting.clone(), Arc::new(settings.clock)),
        salts: DynamoSalts::new(database, fleeting),
        pepper: settings.pepper()?,
        cookie: settings.trial_cookie(),
        clock: settings.clock,
        trials_per_day: settings.number("TRIALS_PER_DAY")?.into(),
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    request.refuse_cross_site(&app.origin)?;
    let (answer, age) = request.json::<api_trials::TrialRequest>()?.read()?;
    let App { trials, salts, pepper, clock, trials_per_day, .. } = app;
    let create = CreateTrial {
        challenge: &*app.challenge,
        trials,
        salts,
        pepper,
        clock,
        randomness: &SystemRandomness,
        trials_per_day: *trials_per_day,
    };
    let created = create.run(&Entrant { answer: &answer, age, country: request.country(), address: request.address() }).await?;
    let reply = Reply::created(&api_trials::TrialBegun::created(&created))?.at(format!("/v1/trials/{}", created.trial));
    Ok(reply.cookie(app.cookie.set(&created.pass, created.seconds)))
}
