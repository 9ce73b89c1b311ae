//! Subscriptions, suppressions and campaigns.

use std::sync::Arc;

use ::accounts::EmailKey;
use ::outreach::{
    Campaign, CampaignKind, CampaignMails, CampaignName, CampaignState, Campaigns, Claimed, Counts, MadeBy, Return, Standings,
    Subscriptions, Suppressions, Texts, Words,
};
use kernel::{Clock, FixedClock, SeededRandomness, SignedDuration, Timestamp};

use crate::fakes::{FakeCampaigns, FakeDatabase, FakeSubscriptions};
use crate::{Faults, builders};

/// The ports of one implementation.
pub struct OutreachStores {
    pub clock: Arc<FixedClock>,
    pub randomness: SeededRandomness,
    pub subscriptions: Box<dyn Subscriptions>,
    pub suppressions: Box<dyn Suppressions>,
    pub standings: Box<dyn Standings>,
    pub campaigns: Box<dyn Campaigns>,
    pub mails: Box<dyn CampaignMails>,
}

impl OutreachStores {
    #[must_use]
    pub fn fake(seed: u64) -> Self {
        let database = FakeDatabase::new(Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        let (addresses, campaigns) = (FakeSubscriptions(database.clone()), FakeCampaigns(database.clone()));
        Self {
            clock: database.clock.clone(),
            randomness: SeededRandomness::new(seed),
            subscriptions: Box::new(addresses.clone()),
            suppressions: Box::new(addresses.clone()),
            standings: Box::new(addresses),
            campaigns: Box::new(campaigns.clone()),
            mails: Box::new(campaigns),
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An address that no other test uses.
    fn address(&self) -> EmailKey {
        let name = builders::caller(&*self.clock, &self.randomness).account.to_string();
        builders::pepper().email_key(&builders::email(&name))
    }

    /// A campaign whose name no other test uses.
    fn campaign(&self) -> Campaign {
        let id = builders::caller(&*self.clock, &self.randomness).account.to_string();
        let name = format!("c-{}", &id[4..]);
        let words = |subject: &str| Words { subject: subject.to_owned(), text: "One.\n\nTwo.".to_owned() };
        let texts = Texts { en: words("News"), ja: words("お知らせ") };
        let from = self.now();
        Campaign::new(name.parse().unwrap(), CampaignKind::Notice { from }, texts, from)
    }
}

/// A subscription keeps what was agreed to and when, ends once, and begins anew.
pub async fn subscriptions(stores: &OutreachStores) {
    let (address, began) = (stores.address(), stores.now());
    let store = &stores.subscriptions;
    store.end(&address, MadeBy::Link, began).await.unwrap();
    assert_eq!(store.of(&address).await.unwrap(), None, "what is not there cannot be ended");

    store.subscribe(&address, "v1", MadeBy::Link, began).await.unwrap();
    stores.clock.advance(SignedDuration::from_hours(1));
    store.subscribe(&address, "v1", MadeBy::Settings, stores.now()).await.unwrap();
    let known = store.of(&address).await.unwrap().unwrap();
    assert_eq!((known.text_version(), known.given_at(), known.end()), ("v1", began, None), "an act is on record once");
    assert_eq!(known.given_by(), MadeBy::Link);

    let ended = stores.now();
    store.end(&address, MadeBy::Link, ended).await.unwrap();
    stores.clock.advance(SignedDuration::from_hours(1));
    store.end(&address, MadeBy::Settings, stores.now()).await.unwrap();
    let known = store.of(&address).await.unwrap().unwrap();
    assert_eq!((known.given_at(), known.end(), known.consent()), (began, Some((MadeBy::Link, ended)), None), "the first end is on record");

    store.subscribe(&address, "v1", MadeBy::Settings, stores.now()).await.unwrap();
    let again = store.of(&address).await.unwrap().unwrap();
    assert_eq!((again.given_at(), again.end()), (stores.now(), None));
    stores.clock.advance(SignedDuration::from_hours(1));
    store.subscribe(&address, "v2", MadeBy::Settings, stores.now()).await.unwrap();
    let newer = store.of(&address).await.unwrap().unwrap();
    assert_eq!((newer.text_version(), newer.given_at()), ("v2", stores.now()), "other words are another act");
    assert_eq!(newer.consent().map(|consent| consent.address().clone()), Some(address));
}

/// What is known of many addresses at once, in their order; a suppression ends with its time.
pub async fn standings(stores: &OutreachStores) {
    let addresses: Vec<EmailKey> = (0..33).map(|_| stores.address()).collect();
    for (index, address) in addresses.iter().enumerate() {
        if index % 2 == 0 {
            stores.subscriptions.subscribe(address, "v1", MadeBy::Link, stores.now()).await.unwrap();
        }
        if index % 3 == 0 {
            stores.suppressions.suppress(address, stores.now() + SignedDuration::from_hours(24)).await.unwrap();
        }
    }
    let seen = async || {
        let all = stores.standings.of(&addresses, stores.now()).await.unwrap();
        all.into_iter().map(|standing| (standing.consent.is_some(), standing.is_suppressed)).collect::<Vec<_>>()
    };
    assert_eq!(seen().await, (0..33).map(|index| (index % 2 == 0, index % 3 == 0)).collect::<Vec<_>>());
    stores.clock.advance(SignedDuration::from_hours(24));
    assert!(seen().await.iter().all(|(_, is_suppressed)| !is_suppressed));
}

/// A campaign has one version after the other, and what its mails were answered is never overwritten.
pub async fn campaigns(stores: &OutreachStores) {
    let (campaign, address) = (stores.campaign(), stores.address());
    assert_eq!(stores.campaigns.load(&campaign.name).await.unwrap(), None);
    assert!(stores.campaigns.open(&campaign).await.unwrap() && !stores.campaigns.open(&campaign).await.unwrap());
    assert_eq!(stores.campaigns.load(&campaign.name).await.unwrap().as_ref(), Some(&campaign));

    let counts = Counts { people: 7, eligible: 4, suppressed: 1, unsubscribed: 2, sent: 3, unclear: 1, ..Counts::default() };
    let next = Campaign { state: CampaignState::Mailing, place: Some("a place".into()), pass: 2, counts, ..campaign.next() };
    assert!(stores.campaigns.save(&next).await.unwrap());
    assert!(!stores.campaigns.save(&next).await.unwrap(), "a version is written once");
    assert_eq!(stores.campaigns.load(&campaign.name).await.unwrap().as_ref(), Some(&next));

    claimed(stores, &campaign.name, &address).await;
    for returned in [Return::Complained, Return::Complained, Return::Bounced] {
        stores.mails.note_return(&campaign.name, &address, returned).await.unwrap();
    }
    stores.mails.note_return(&campaign.name, &stores.address(), Return::Bounced).await.unwrap();
    let over = Campaign { state: CampaignState::Done, place: None, ..next.next() };
    assert!(stores.campaigns.save(&over).await.unwrap());
    let read = stores.campaigns.load(&campaign.name).await.unwrap().unwrap();
    assert_eq!((read.place, read.state), (None, CampaignState::Done));
    assert_eq!(
        (read.counts.complained, read.counts.bounced, read.counts.people),
        (1, 0, 7),
        "a mail is counted once, and only one that was sent"
    );
}

async fn claimed(stores: &OutreachStores, campaign: &CampaignName, to: &EmailKey) {
    assert_eq!(claim(stores, campaign, to).await, Claimed::Mine);
}

async fn claim(stores: &OutreachStores, campaign: &CampaignName, to: &EmailKey) -> Claimed {
    let stale = stores.now() - SignedDuration::from_mins(10);
    stores.mails.claim(campaign, to, stores.now(), stale).await.unwrap()
}

/// A mail is one worker's, until it is given up or nobody settled it for some time; what went is never claimed again.
pub async fn claims(stores: &OutreachStores) {
    let (opened, other) = (stores.campaign(), stores.campaign().name);
    assert!(stores.campaigns.open(&opened).await.unwrap());
    let campaign = opened.name;
    let (one, two, three) = (stores.address(), stores.address(), stores.address());
    claimed(stores, &campaign, &one).await;
    assert_eq!(claim(stores, &campaign, &one).await, Claimed::Unclear);
    claimed(stores, &other, &one).await;
    claimed(stores, &campaign, &two).await;
    claimed(stores, &campaign, &three).await;

    stores.mails.release(&campaign, &one).await.unwrap();
    claimed(stores, &campaign, &one).await;
    stores.mails.note_sent(&campaign, &two).await.unwrap();
    stores.mails.note_sent(&campaign, &two).await.unwrap();
    stores.mails.release(&campaign, &two).await.unwrap();
    assert_eq!(claim(stores, &campaign, &two).await, Claimed::Sent, "what went cannot be given up");
    stores.mails.note_return(&campaign, &three, Return::Bounced).await.unwrap();
    assert_eq!(claim(stores, &campaign, &three).await, Claimed::Sent, "what came back went");
    stores.mails.note_return(&other, &one, Return::Bounced).await.unwrap();

    stores.clock.advance(SignedDuration::from_mins(10));
    claimed(stores, &campaign, &one).await;
    assert_eq!(claim(stores, &campaign, &one).await, Claimed::Unclear, "claimed anew");
    assert_eq!(claim(stores, &campaign, &two).await, Claimed::Sent);
    stores.mails.note_sent(&campaign, &stores.address()).await.unwrap();
}
