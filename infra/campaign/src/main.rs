//! A mail to many people, by the operator's hand and own credentials.
//!
//! The dry run comes first. It counts who would be written to, and `start` refuses without it:
//!
//! ```sh
//! make campaign ARGS='count policy-2027-01 --notice 2027-01-01T00:00:00Z words.json'
//! make campaign ARGS='show policy-2027-01'
//! make campaign ARGS='start policy-2027-01'      # and again after a stop, or when its message was given up
//! make campaign ARGS='stop policy-2027-01'
//! ```
//!
//! The words are a file `{"en": {"subject": …, "text": …}, "ja": {…}}`; a notice has a subject of its own. The table and the queue are `FLEETING_TABLE` and
//! `CAMPAIGN_DUE_QUEUE_URL`, which `.local/stack.env` has for the local cloud; in AWS they are resources of the stack.
#![allow(clippy::print_stdout, reason = "a tool")]

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use aws_config::BehaviorVersion;
use clap::{Parser, Subcommand};
use kernel::message::Queue;
use kernel::{Clock, SystemClock, Timestamp};
use outreach::{Campaign, CampaignDue, CampaignKind, CampaignName, CampaignState, Campaigns, Texts};
use via_dynamodb_outreach::DynamoCampaigns;
use via_sqs::SqsQueue;

#[derive(Parser)]
struct Arguments {
    /// The table of what is fleeting.
    #[arg(long, env = "FLEETING_TABLE")]
    table: String,
    /// The queue of campaigns.
    #[arg(long, env = "CAMPAIGN_DUE_QUEUE_URL")]
    queue: String,
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand)]
enum Step {
    /// The dry run: counts, and writes to nobody.
    Count {
        name: CampaignName,
        /// To everybody with an account: the policy changes, from then on.
        #[arg(long, conflicts_with = "marketing", required_unless_present = "marketing")]
        notice: Option<Timestamp>,
        /// To those who asked for news and offers.
        #[arg(long)]
        marketing: bool,
        words: PathBuf,
    },
    /// Writes to those whom the dry run counted, or goes on.
    Start { name: CampaignName },
    /// Writes to nobody more.
    Stop { name: CampaignName },
    /// Says how far it is.
    Show { name: CampaignName },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { table, queue, step } = Arguments::parse();
    let aws = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let campaigns = DynamoCampaigns::new(dynamo::Database::new(&aws), table);
    let queue = SqsQueue::new(&aws, queue);
    let name = match step {
        Step::Count { name, notice, marketing: _, words } => {
            let kind = notice.map_or(CampaignKind::Marketing, |from| CampaignKind::Notice { from });
            let texts = std::fs::read_to_string(&words).with_context(|| words.display().to_string())?;
            let texts: Texts = serde_json::from_str(&texts).with_context(|| words.display().to_string())?;
            let campaign = Campaign::new(name.clone(), kind, texts, SystemClock::default().now());
            ensure!(campaigns.open(&campaign).await?, "there is a campaign {name} already");
            tell(&queue, &name).await?;
            name
        }
        Step::Start { name } => {
            let campaign = load(&campaigns, &name).await?;
            match campaign.started() {
                Some(started) => ensure!(campaigns.save(&started).await?, "somebody else changed it: look again"),
                None if campaign.state == CampaignState::Mailing => println!("It mails already; its message is sent again."),
                None => bail!("it is {}: the dry run comes first, and what is done is done", campaign.state.name()),
            }
            tell(&queue, &name).await?;
            name
        }
        Step::Stop { name } => {
            let stopped = load(&campaigns, &name).await?.stopped().context("it does not run")?;
            ensure!(campaigns.save(&stopped).await?, "it went on meanwhile: try again");
            name
        }
        Step::Show { name } => name,
    };
    show(&load(&campaigns, &name).await?);
    Ok(())
}

async fn load(campaigns: &DynamoCampaigns, name: &CampaignName) -> Result<Campaign> {
    campaigns.load(name).await?.with_context(|| format!("there is no campaign {name}"))
}

async fn tell(queue: &SqsQueue, name: &CampaignName) -> Result<()> {
    Ok(queue.send(&CampaignDue::new(name), Duration::ZERO).await?)
}

fn show(campaign: &Campaign) {
    let counts = campaign.counts;
    println!("{}: {}, pass {}", campaign.name, campaign.state.name(), campaign.pass);
    println!("  dry run: {} people, of whom {} get it", counts.people, counts.eligible);
    println!("  left out: {} as mail to them came back, {} who did not ask for it", counts.suppressed, counts.unsubscribed);
    println!("  mails: {} sent, {} unclear, {} came back, {} called spam", counts.sent, counts.unclear, counts.bounced, counts.complained);
}
