//! Subscriptions, suppressions and campaigns.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use accounts::{Choice, ChoiceState, ConsentRecord, EmailKey, MadeBy};
use async_trait::async_trait;
use kernel::message::{Content, Queue};
use kernel::{AccountSession, Email, Failure, Language, Recipient, Timestamp, limits};
use outreach::{
    Audience, AudiencePage, Campaign, CampaignMails, CampaignName, Campaigns, Claimed, Person, Return, Standing, Standings, Subscribers,
    Subscription, Subscriptions, Suppressions,
};

use super::{CampaignMail, FakeDatabase, Rows};
use crate::Faults;

#[derive(Clone)]
pub struct FakeSubscriptions(pub FakeDatabase);

#[async_trait]
impl Subscriptions for FakeSubscriptions {
    async fn of(&self, address: &EmailKey) -> Result<Option<Subscription>, Failure> {
        self.0.read("subscriptions.of", |rows| Ok(rows.subscriptions.get(address).cloned())).await
    }

    async fn subscribe(&self, address: &EmailKey, text_version: &str, by: MadeBy, at: Timestamp) -> Result<Subscription, Failure> {
        self.0
            .transact("subscriptions.subscribe", |rows| {
                let runs = |known: &&Subscription| known.end().is_none() && known.text_version() == text_version;
                if let Some(known) = rows.subscriptions.get(address).filter(runs) {
                    return Ok(known.clone());
                }
                let given = Subscription::given(address.clone(), text_version.to_owned(), at, by);
                change(rows, &given)?;
                Ok(given)
            })
            .await
    }

    async fn end(&self, address: &EmailKey, by: MadeBy, at: Timestamp) -> Result<Option<Subscription>, Failure> {
        self.0
            .transact("subscriptions.end", |rows| {
                let known = rows.subscriptions.get(address).cloned();
                let Some(running) = known.clone().filter(|known| known.end().is_none()) else { return Ok(known) };
                let ended = running.ended(by, at);
                change(rows, &ended)?;
                Ok(Some(ended))
            })
            .await
    }
}

/// Writes a subscription, with the record of the change where its address has an account.
fn change(rows: &mut Rows, next: &Subscription) -> Result<(), Failure> {
    let before = rows.subscriptions.get(next.address()).map_or(ChoiceState::NotGranted, |known| known.choice().state);
    let Choice { of, state: after, made } = next.choice();
    if let (Some(account), Some(made)) = (rows.email_index.get(next.address()).map(|known| known.id), made) {
        if after.allows() && made.by == MadeBy::Settings {
            rows.count(limits::CHOICES_PER_DAY, &account.to_string(), made.at)?;
        }
        rows.consent_records.push((account, ConsentRecord { of, before, after, made }));
    }
    rows.subscriptions.insert(next.address().clone(), next.clone());
    Ok(())
}

#[async_trait]
impl Subscribers for FakeSubscriptions {
    async fn email(&self, caller: &AccountSession) -> Result<Email, Failure> {
        self.0
            .read("subscribers.email", |rows| {
                rows.ask_session(&(*caller).into(), self.0.now())?;
                rows.profiles.get(&caller.account).map(|(email, _, _)| email.clone()).ok_or_else(Failure::signed_out)
            })
            .await
    }
}

#[async_trait]
impl Suppressions for FakeSubscriptions {
    async fn suppress(&self, address: &EmailKey, until: Timestamp) -> Result<(), Failure> {
        self.0
            .transact("suppressions.suppress", |rows| {
                rows.suppressions.insert(address.clone(), until);
                Ok(())
            })
            .await
    }
}

#[async_trait]
impl Standings for FakeSubscriptions {
    async fn of(&self, addresses: &[EmailKey], now: Timestamp) -> Result<Vec<Standing>, Failure> {
        self.0
            .read("standings.of", |rows| {
                let is_restricted = |address| rows.email_index.get(address).is_some_and(|known| known.flags.restricted);
                let standing = |address| Standing {
                    is_suppressed: rows.is_suppressed(address, now),
                    consent: rows.subscriptions.get(address).filter(|_| !is_restricted(address)).and_then(Subscription::consent),
                };
                Ok(addresses.iter().map(standing).collect())
            })
            .await
    }
}

/// The accounts, a few a page, in the order of their ids.
#[derive(Clone)]
pub struct FakeAudience {
    pub database: FakeDatabase,
    pub page: usize,
}

#[async_trait]
impl Audience for FakeAudience {
    async fn page(&self, after: Option<&str>) -> Result<AudiencePage, Failure> {
        self.database
            .read("audience.page", |rows| {
                let people = rows.profiles.iter().map(|(account, (email, locale, _))| Person {
                    recipient: Recipient { email: email.clone(), language: Language::of(locale) },
                    place: account.to_string(),
                });
                let mut behind = people.filter(|person| after.is_none_or(|after| person.place.as_str() > after)).peekable();
                let people: Vec<Person> = behind.by_ref().take(self.page).collect();
                let next = behind.peek().and(people.last()).map(|last| last.place.clone());
                Ok(AudiencePage { people, next })
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeCampaigns(pub FakeDatabase);

#[async_trait]
impl Campaigns for FakeCampaigns {
    async fn open(&self, campaign: &Campaign) -> Result<bool, Failure> {
        self.0
            .transact("campaigns.open", |rows| {
                let is_new = !rows.campaigns.contains_key(&campaign.name.to_string());
                if is_new {
                    rows.campaigns.insert(campaign.name.to_string(), campaign.clone());
                }
                Ok(is_new)
            })
            .await
    }

    async fn load(&self, name: &CampaignName) -> Result<Option<Campaign>, Failure> {
        self.0.read("campaigns.load", |rows| Ok(rows.campaigns.get(&name.to_string()).cloned())).await
    }

    async fn save(&self, next: &Campaign) -> Result<bool, Failure> {
        self.0
            .transact("campaigns.save", |rows| {
                let known = rows.campaigns.get_mut(&next.name.to_string());
                let Some(known) = known.filter(|known| known.version + 1 == next.version) else { return Ok(false) };
                let (bounced, complained) = (known.counts.bounced, known.counts.complained);
                *known = next.clone();
                (known.counts.bounced, known.counts.complained) = (bounced, complained);
                Ok(true)
            })
            .await
    }
}

#[async_trait]
impl CampaignMails for FakeCampaigns {
    async fn claim(&self, campaign: &CampaignName, to: &EmailKey, now: Timestamp, stale: Timestamp) -> Result<Claimed, Failure> {
        self.0
            .transact("campaign_mails.claim", |rows| {
                let key = (campaign.to_string(), to.clone());
                match rows.campaign_mails.get(&key) {
                    Some(mail) if mail.is_sent => return Ok(Claimed::Sent),
                    Some(mail) if mail.claimed_at > stale => return Ok(Claimed::Unclear),
                    _ => {}
                }
                rows.campaign_mails.insert(key, CampaignMail { claimed_at: now, is_sent: false, returned: None });
                Ok(Claimed::Mine)
            })
            .await
    }

    async fn release(&self, campaign: &CampaignName, to: &EmailKey) -> Result<(), Failure> {
        self.0
            .transact("campaign_mails.release", |rows| {
                let key = (campaign.to_string(), to.clone());
                if rows.campaign_mails.get(&key).is_some_and(|mail| !mail.is_sent) {
                    rows.campaign_mails.remove(&key);
                }
                Ok(())
            })
            .await
    }

    async fn note_sent(&self, campaign: &CampaignName, to: &EmailKey) -> Result<(), Failure> {
        self.0
            .transact("campaign_mails.note_sent", |rows| {
                if let Some(mail) = rows.campaign_mails.get_mut(&(campaign.to_string(), to.clone())) {
                    mail.is_sent = true;
                }
                Ok(())
            })
            .await
    }

    async fn note_return(&self, campaign: &CampaignName, to: &EmailKey, returned: Return) -> Result<(), Failure> {
        self.0
            .transact("campaign_mails.note_return", |rows| {
                let Some(known) = rows.campaigns.get_mut(&campaign.to_string()) else { return Ok(()) };
                let mail = rows.campaign_mails.get_mut(&(campaign.to_string(), to.clone()));
                let Some(mail) = mail.filter(|mail| mail.returned.is_none()) else { return Ok(()) };
                (mail.returned, mail.is_sent) = (Some(returned), true);
                match returned {
                    Return::Bounced => known.counts.bounced += 1,
                    Return::Complained => known.counts.complained += 1,
                }
                Ok(())
            })
            .await
    }
}

/// A queue of one kind of message.
pub struct FakeQueue<C> {
    waiting: Arc<Mutex<Vec<(C, Duration)>>>,
    faults: Faults,
}

impl<C> FakeQueue<C> {
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self { waiting: Arc::default(), faults }
    }

    /// The messages with the time each waits, in the order in which they were sent. Holding the guard blocks the fake.
    pub fn waiting(&self) -> MutexGuard<'_, Vec<(C, Duration)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl<C: Content + Clone> Queue<C> for FakeQueue<C> {
    async fn send(&self, content: &C, delay: Duration) -> Result<(), Failure> {
        self.faults
            .call("queue.send", || {
                self.waiting().push((content.clone(), delay));
                Ok(())
            })
            .await
    }
}
