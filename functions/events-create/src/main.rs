//! `POST /v1/events`: what a browser did (events/events-create).

use accounts::Pepper;
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use insights::RecordActions;
use kernel::{Failure, SystemClock, SystemRandomness};
use via_dynamodb_accounts::DynamoSalts;
use via_dynamodb_insights::DynamoUsage;

struct App {
    usage: DynamoUsage,
    salts: DynamoSalts,
    pepper: Pepper,
    keys: SessionKeys,
    clock: SystemClock,
    origin: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let database = dynamo::Database::new(&settings.aws()?);
    let (fleeting, insights) = (settings.required("FLEETING_TABLE")?, settings.required("INSIGHTS_TABLE")?);
    let app = &App {
        usage: DynamoUsage::new(database.clone(), fleeting.clone(), insights),
        salts: DynamoSalts::new(database, fleeting),
        pepper: settings.pepper()?,
        keys: settings.session_keys()?,
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let body: api_insights::EventsRequest = request.json()?;
    let (device, actions, address) = (body.device_id, &body.actions()?, request.address());
    if request.asks_not_to_be_counted() {
        return Ok(Reply::no_content());
    }
    let App { usage, salts, pepper, clock, .. } = app;
    let record = &RecordActions { usage, salts, pepper, clock, randomness: &SystemRandomness };
    let recorded = app.keys.anyone_from(&app.origin, &request, |session| record.run(device, actions.clone(), session, address)).await;
    recorded.map(|()| Reply::no_content())
}
