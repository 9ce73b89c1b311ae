//! On SES's events `Email Bounced, Email Complaint Received, Email Sent`: what became of a mail (events/on-mail-event).

use edge::fact::serve_read;
use kernel::{Failure, SystemClock};
use outreach::{MailEvent, NoteMailEvent};
use via_dynamodb_outreach::{DynamoCampaignMails, DynamoSubscriptions, DynamoSuppressions};

struct App {
    suppressions: DynamoSuppressions,
    subscriptions: DynamoSubscriptions,
    mails: DynamoCampaignMails,
    clock: SystemClock,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (database, fleeting) = (dynamo::Database::new(&settings.aws()?), settings.required("FLEETING_TABLE")?);
    let app = &App {
        suppressions: DynamoSuppressions::new(database.clone(), fleeting.clone()),
        subscriptions: DynamoSubscriptions::new(database.clone(), settings.required("ACCOUNTS_TABLE")?)
            .changing(settings.required("RIGHTS_TABLE")?),
        mails: DynamoCampaignMails::new(database, fleeting),
        clock: settings.clock,
    };
    serve_read(MailEvent::read, MailEvent::about, move |event| handle(app, event)).await
}

async fn handle(app: &App, event: MailEvent) -> Result<(), Failure> {
    let App { suppressions, subscriptions, mails, clock } = app;
    NoteMailEvent { suppressions, subscriptions, mails, clock }.run(&event).await
}
