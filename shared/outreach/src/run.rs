//! A campaign's work, a page of people at a time (on-campaign-due).
//!
//! The mail service has no idempotency token. So each mail is claimed before it is sent, and noted after: a worker that dies in between leaves a claim of
//! which it is unclear whether its mail went. The service tells of every mail it has accepted, and that settles the claim ([`crate::NoteMailEvent`]).
//! When all people were gone through and some claim was unclear, they are gone through again later: a claim that nobody settled by then was of a mail that
//! never went. So each person gets one mail, unless a worker died *and* the event of its mail was lost.

use std::time::Duration;

use accounts::{EmailKey, Pepper};
use kernel::message::Queue;
use kernel::{Clock, Failure, SignedDuration};

use crate::{
    Audience, Campaign, CampaignDue, CampaignMails, CampaignName, CampaignState, Campaigns, Claimed, Mail, Mailer, Person, Standing,
    Standings,
};

/// After this time the event of a mail that went has come.
const SETTLED: SignedDuration = SignedDuration::from_mins(10);

/// The rest between two passes, which is longer; the most that a queue waits.
const BETWEEN_PASSES: Duration = Duration::from_secs(900);

/// The rest after the mail service said that it is too much.
const BACK_OFF: Duration = Duration::from_secs(60);

/// Passes over all people at most: what is unclear after them stays so, and is in the counts.
const PASSES: u32 = 3;

pub struct RunCampaign<'a> {
    pub campaigns: &'a dyn Campaigns,
    pub mails: &'a dyn CampaignMails,
    pub audience: &'a dyn Audience,
    pub standings: &'a dyn Standings,
    pub mailer: &'a dyn Mailer,
    pub queue: &'a dyn Queue<CampaignDue>,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    /// The site in the mails, without a trailing slash.
    pub origin: &'a str,
    /// Mails that may be sent in a minute.
    pub per_minute: u32,
}

/// Somebody of a page, with what they get.
struct Addressee {
    person: Person,
    key: EmailKey,
    standing: Standing,
    mail: Option<Mail>,
}

impl RunCampaign<'_> {
    /// Goes on with a campaign by one page. Where others follow, the same message is sent again.
    ///
    /// # Errors
    /// [`Failure::Broken`] for what is no name; [`Failure::Busy`] when a store throttles: the message comes again, and goes on where this stopped.
    pub async fn run(&self, due: &CampaignDue) -> Result<(), Failure> {
        let name = due.campaign_id.parse::<CampaignName>().map_err(Failure::broken)?;
        let Some(campaign) = self.campaigns.load(&name).await? else { return Ok(()) };
        match campaign.state {
            CampaignState::Counting => self.count(&campaign).await,
            CampaignState::Mailing if campaign.is_unwelcome() => self.stop(&campaign).await,
            CampaignState::Mailing => self.mail(&campaign).await,
            CampaignState::Counted | CampaignState::Done | CampaignState::Stopped => Ok(()),
        }
    }

    async fn count(&self, campaign: &Campaign) -> Result<(), Failure> {
        let (people, next_page) = self.page(campaign).await?;
        let mut next = campaign.next();
        for addressee in &people {
            let counts = &mut next.counts;
            counts.people += 1;
            match (&addressee.mail, addressee.standing.is_suppressed) {
                (Some(_), _) => counts.eligible += 1,
                (None, true) => counts.suppressed += 1,
                (None, false) => counts.unsubscribed += 1,
            }
        }
        let more = next_page.is_some();
        next.place = next_page;
        if !more {
            next.state = CampaignState::Counted;
        }
        self.go_on(next, more.then_some(Duration::ZERO)).await
    }

    async fn mail(&self, campaign: &Campaign) -> Result<(), Failure> {
        let (people, next_page) = self.page(campaign).await?;
        let (mut next, mut sent) = (campaign.next(), 0);
        for addressee in people {
            match self.send(campaign, &addressee).await? {
                Outcome::Nothing => {}
                Outcome::Sent => sent += 1,
                Outcome::Unclear => next.counts.unclear += 1,
                // Who comes before them is done; they are the first of the next page.
                Outcome::TooMuch => {
                    next.counts.sent += sent;
                    return self.go_on(next, Some(BACK_OFF)).await;
                }
            }
            next.place = Some(addressee.person.place);
        }
        next.counts.sent += sent;
        let more = next_page.is_some();
        next.place = next_page;
        if more {
            return self.go_on(next, Some(self.rest_after(sent))).await;
        }
        self.end_pass(next).await
    }

    /// All people were gone through.
    async fn end_pass(&self, mut next: Campaign) -> Result<(), Failure> {
        if next.counts.unclear == 0 || next.pass >= PASSES {
            next.state = CampaignState::Done;
            let (sent, unclear) = (next.counts.sent, next.counts.unclear);
            tracing::info!(campaign = %next.name, sent, unclear, "campaign is done");
            return self.go_on(next, None).await;
        }
        next.pass += 1;
        next.counts.unclear = 0;
        self.go_on(next, Some(BETWEEN_PASSES)).await
    }

    /// An alarm is waiting for these words.
    async fn stop(&self, campaign: &Campaign) -> Result<(), Failure> {
        let (bounced, complained) = (campaign.counts.bounced, campaign.counts.complained);
        tracing::error!(campaign = %campaign.name, bounced, complained, "campaign is unwelcome and was stopped");
        match campaign.stopped() {
            Some(stopped) => self.go_on(stopped, None).await,
            None => Ok(()),
        }
    }

    /// Stores the campaign and tells the next worker. Who dies in between gets the message again, and finds the campaign as it was stored; who was
    /// overtaken leaves it to the other.
    async fn go_on(&self, next: Campaign, rest: Option<Duration>) -> Result<(), Failure> {
        match (self.campaigns.save(&next).await?, rest) {
            (true, Some(rest)) => self.queue.send(&CampaignDue::new(&next.name), rest).await,
            (true, None) | (false, _) => Ok(()),
        }
    }

    async fn page(&self, campaign: &Campaign) -> Result<(Vec<Addressee>, Option<String>), Failure> {
        let page = self.audience.page(campaign.place.as_deref()).await?;
        let keys: Vec<EmailKey> = page.people.iter().map(|person| self.pepper.email_key(&person.recipient.email)).collect();
        let standings = match keys.is_empty() {
            true => Vec::new(),
            false => self.standings.of(&keys, self.clock.now()).await?,
        };
        let addressee = |((person, key), standing): ((Person, EmailKey), Standing)| {
            let mail = campaign.mail(&standing, person.recipient.language, self.pepper, self.origin);
            Addressee { person, key, standing, mail }
        };
        Ok((page.people.into_iter().zip(keys).zip(standings).map(addressee).collect(), page.next))
    }

    async fn send(&self, campaign: &Campaign, addressee: &Addressee) -> Result<Outcome, Failure> {
        let Addressee { person, key, mail, .. } = addressee;
        let Some(mail) = mail else { return Ok(Outcome::Nothing) };
        let now = self.clock.now();
        let stale = now.checked_sub(SETTLED).map_err(Failure::broken)?;
        match self.mails.claim(&campaign.name, key, now, stale).await? {
            Claimed::Mine => {}
            Claimed::Sent => return Ok(Outcome::Nothing),
            Claimed::Unclear => return Ok(Outcome::Unclear),
        }
        match self.mailer.send(&person.recipient, mail).await {
            Ok(()) => {
                self.mails.note_sent(&campaign.name, key).await?;
                Ok(Outcome::Sent)
            }
            // Certainly not sent.
            Err(Failure::Busy { .. }) => {
                self.mails.release(&campaign.name, key).await?;
                Ok(Outcome::TooMuch)
            }
            // The service takes none for this address, now and later.
            Err(Failure::Invalid(_)) => {
                self.mails.note_sent(&campaign.name, key).await?;
                Ok(Outcome::Nothing)
            }
            Err(unclear) => {
                tracing::warn!(campaign = %campaign.name, failure = &unclear as &dyn std::error::Error, "campaign mail may not have been sent");
                Ok(Outcome::Unclear)
            }
        }
    }

    /// The time that so many mails take at the rate.
    fn rest_after(&self, sent: u64) -> Duration {
        let per_minute = u64::from(self.per_minute.max(1));
        Duration::from_secs((sent * 60).div_ceil(per_minute)).min(BETWEEN_PASSES)
    }
}

/// What came of one person.
enum Outcome {
    /// They get none, or had it.
    Nothing,
    Sent,
    Unclear,
    TooMuch,
}
