//! On queue `campaign-due`: a page of a mail to many people (events/on-campaign-due).

use accounts::Pepper;
use edge::batch::{Message, serve};
use kernel::{Failure, SystemClock};
use outreach::{CampaignDue, RunCampaign};
use via_dynamodb_outreach::{DynamoAudience, DynamoCampaignMails, DynamoCampaigns, DynamoStandings};
use via_ses::SesMailer;
use via_sqs::SqsQueue;

struct App {
    campaigns: DynamoCampaigns,
    mails: DynamoCampaignMails,
    audience: DynamoAudience,
    standings: DynamoStandings,
    mailer: SesMailer,
    queue: SqsQueue,
    pepper: Pepper,
    clock: SystemClock,
    origin: String,
    per_minute: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::Error> {
    let settings = edge::boot()?;
    let (aws, pepper) = (settings.aws()?, settings.pepper()?);
    let (database, fleeting, accounts) =
        (dynamo::Database::new(&aws), settings.required("FLEETING_TABLE")?, settings.required("ACCOUNTS_TABLE")?);
    let app = &App {
        campaigns: DynamoCampaigns::new(database.clone(), fleeting.clone()),
        mails: DynamoCampaignMails::new(database.clone(), fleeting.clone()),
        audience: DynamoAudience::new(database.clone(), accounts.clone()),
        standings: DynamoStandings::new(database, fleeting, accounts),
        mailer: SesMailer::new(&aws, settings.required("MAIL_FROM")?, settings.required("MAIL_CONFIGURATION_SET")?, pepper.clone()),
        queue: SqsQueue::new(&aws, settings.required("CAMPAIGN_DUE_QUEUE_URL")?),
        pepper,
        clock: settings.clock,
        origin: settings.origin("PUBLIC_ORIGIN")?,
        per_minute: settings.number("CAMPAIGN_MAILS_PER_MINUTE")?,
    };
    serve(move |message| handle(app, message)).await
}

async fn handle(app: &App, message: Message<CampaignDue>) -> Result<(), Failure> {
    let App { campaigns, mails, audience, standings, mailer, queue, pepper, clock, origin, per_minute } = app;
    let per_minute = *per_minute;
    RunCampaign { campaigns, mails, audience, standings, mailer, queue, pepper, clock, origin, per_minute }.run(&message.content).await
}
