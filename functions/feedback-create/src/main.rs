//! `POST /v1/feedback`: a message to the operator (events/feedback-create).

use accounts::Pepper;
use api_insights::{FeedbackReply, FeedbackRequest};
use edge::SessionKeys;
use edge::http::{Reply, Request, serve};
use insights::SendFeedback;
use kernel::{Failure, SystemClock, SystemRandomness};
use via_dynamodb_accounts::DynamoSalts;
use via_dynamodb_insights::DynamoInbox;

struct App {
    inbox: DynamoInbox,
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
        inbox: DynamoInbox::new(database.clone(), fleeting.clone(), insights),
        salts: DynamoSalts::new(database, fleeting),
        pepper: settings.pepper()?,
        keys: settings.session_keys()?,
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
    };
    serve(move |request| handle(app, request)).await
}

async fn handle(app: &App, request: Request) -> Result<Reply, Failure> {
    let body: FeedbackRequest = request.json()?;
    let ((words, contact), address) = (&body.read()?, request.address());
    let App { inbox, salts, pepper, clock, .. } = app;
    let send = &SendFeedback { inbox, salts, pepper, clock, randomness: &SystemRandomness };
    let sent = app.keys.anyone_from(&app.origin, &request, |session| send.run(words.clone(), contact.clone(), session, address)).await;
    Reply::created(&FeedbackReply { feedback_id: sent? })
}
