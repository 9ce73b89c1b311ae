//! A few people, and all that writes to them.

use std::sync::Arc;

use accounts::{EmailKey, UnsubscribeToken};
use kernel::message::Content;
use kernel::{AccountSession, FixedClock, SeededRandomness, SignedDuration};
use outreach::{
    CONSENT_VERSION, Campaign, CampaignDue, CampaignKind, CampaignName, ChangeSubscription, Mail, MailEvent, NoteMailEvent, RunCampaign,
    Subscription, Texts, Unsubscribe, Words,
};
use testkit::fakes::{FakeAudience, FakeCampaigns, FakeDatabase, FakeMailer, FakeQueue, FakeSubscriptions, SessionRow};
use testkit::{Crashed, Faults, Kind, When, builders, survive};

pub(crate) const FAULTS: [(When, Kind); 6] = [
    (When::Before, Kind::Crash),
    (When::After, Kind::Crash),
    (When::Before, Kind::Busy),
    (When::After, Kind::Busy),
    (When::Before, Kind::Broken),
    (When::After, Kind::Broken),
];

pub(crate) struct World {
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) faults: Faults,
    pub(crate) database: FakeDatabase,
    pub(crate) mailer: FakeMailer,
    pub(crate) queue: FakeQueue<CampaignDue>,
    randomness: SeededRandomness,
    /// Mails that SES told of before.
    told: std::cell::Cell<usize>,
}

impl World {
    pub(crate) fn new() -> Self {
        let (clock, faults) = (Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        Self {
            database: FakeDatabase::new(clock.clone(), faults.clone()),
            mailer: FakeMailer::new(faults.clone()),
            queue: FakeQueue::new(faults.clone()),
            randomness: SeededRandomness::new(9),
            told: std::cell::Cell::new(0),
            clock,
            faults,
        }
    }

    /// Somebody with an account, who reads this language.
    pub(crate) fn person(&self, name: &str, locale: &str) -> AccountSession {
        let session = builders::caller(&*self.clock, &self.randomness);
        let now = self.now();
        let mut rows = self.database.rows();
        rows.profiles.insert(session.account, (builders::email(name), locale.to_owned(), now));
        let expires_at = now + SignedDuration::from_hours(24 * 300);
        rows.sessions.insert(session.session, SessionRow { account: session.account, expires_at, flags: accounts::Flags::default() });
        session
    }

    pub(crate) fn now(&self) -> kernel::Timestamp {
        kernel::Clock::now(&*self.clock)
    }

    pub(crate) fn key(name: &str) -> EmailKey {
        builders::pepper().email_key(&builders::email(name))
    }

    pub(crate) fn subscriptions(&self) -> FakeSubscriptions {
        FakeSubscriptions(self.database.clone())
    }

    pub(crate) async fn change(&self, caller: &AccountSession, agreed: Option<&str>) -> Result<Result<(), kernel::Failure>, Crashed> {
        let (store, pepper) = (self.subscriptions(), builders::pepper());
        let change = ChangeSubscription { subscribers: &store, subscriptions: &store, pepper: &pepper, clock: &*self.clock };
        survive(change.run(caller, agreed)).await.map(|changed| changed.map(drop))
    }

    pub(crate) async fn opt_in(&self, caller: &AccountSession) {
        self.change(caller, Some(CONSENT_VERSION)).await.unwrap().unwrap();
    }

    pub(crate) async fn look(&self, caller: &AccountSession) -> Option<Subscription> {
        let (store, pepper) = (self.subscriptions(), builders::pepper());
        ChangeSubscription { subscribers: &store, subscriptions: &store, pepper: &pepper, clock: &*self.clock }.look(caller).await.unwrap()
    }

    pub(crate) async fn unsubscribe(&self, token: &str) -> Result<Result<(), kernel::Failure>, Crashed> {
        let (store, pepper) = (self.subscriptions(), builders::pepper());
        survive(Unsubscribe { subscriptions: &store, pepper: &pepper, clock: &*self.clock }.run(token)).await
    }

    pub(crate) fn token(name: &str) -> String {
        UnsubscribeToken::new(&Self::key(name), &builders::pepper()).as_str().to_owned()
    }

    pub(crate) async fn note(&self, event: &MailEvent) -> Result<Result<(), kernel::Failure>, Crashed> {
        let (store, mails) = (self.subscriptions(), FakeCampaigns(self.database.clone()));
        survive(NoteMailEvent { suppressions: &store, subscriptions: &store, mails: &mails, clock: &*self.clock }.run(event)).await
    }

    /// A campaign, as the operator opens it.
    pub(crate) fn open(&self, kind: CampaignKind) -> CampaignName {
        let words = |subject: &str| Words { subject: subject.to_owned(), text: "Hello.".to_owned() };
        let texts = Texts { en: words("News"), ja: words("お知らせ") };
        let campaign = Campaign::new("winter".parse().unwrap(), kind, texts, self.now());
        self.database.rows().campaigns.insert("winter".to_owned(), campaign.clone());
        campaign.name
    }

    pub(crate) fn campaign(&self) -> Campaign {
        self.database.rows().campaigns["winter"].clone()
    }

    pub(crate) fn change_campaign(&self, change: impl FnOnce(&Campaign) -> Option<Campaign>) {
        let changed = change(&self.campaign()).unwrap();
        self.database.rows().campaigns.insert("winter".to_owned(), changed);
    }

    /// One delivery of the campaign's message.
    pub(crate) async fn deliver(&self) -> Result<Result<(), kernel::Failure>, Crashed> {
        let (store, campaigns) = (self.subscriptions(), FakeCampaigns(self.database.clone()));
        let (audience, pepper) = (FakeAudience { database: self.database.clone(), page: 3 }, builders::pepper());
        let run = RunCampaign {
            campaigns: &campaigns,
            mails: &campaigns,
            audience: &audience,
            standings: &store,
            mailer: &self.mailer,
            queue: &self.queue,
            pepper: &pepper,
            clock: &*self.clock,
            origin: "https://nigao.example.org",
            per_minute: 60,
        };
        survive(run.run(&CampaignDue::new(&"winter".parse().unwrap()))).await
    }

    /// SES tells of the mails it has, whatever became of who sent them, and again where who hears of it dies.
    pub(crate) async fn tell_of_mails(&self) {
        let sent: Vec<_> = self.mailer.sent().iter().skip(self.told.get()).cloned().collect();
        self.told.set(self.told.get() + sent.len());
        for (to, mail) in sent {
            let tags = mail.tags().into_iter().chain([("address".to_owned(), builders::pepper().email_key(&to.email).as_str().to_owned())]);
            let tags: serde_json::Map<_, _> = tags.map(|(name, value)| (name, serde_json::json!([value]))).collect();
            let event = MailEvent::read(serde_json::json!({ "kind": "Send", "tags": tags })).unwrap();
            while !matches!(self.note(&event).await, Ok(Ok(()))) {}
        }
    }

    /// Delivers the message, again after each death or failure, and those it leads to, until nothing waits. A message that was handled is gone.
    pub(crate) async fn settle(&self) {
        let mut waiting = 1;
        for _ in 0..500 {
            if waiting == 0 {
                return;
            }
            let before = self.queue.waiting().len();
            let outcome = self.deliver().await;
            self.tell_of_mails().await;
            let rest = self.queue.waiting().iter().skip(before).map(|(_, rest)| *rest).max().unwrap_or_default();
            self.clock.advance(SignedDuration::try_from(rest).unwrap());
            waiting += self.queue.waiting().len() - before;
            if matches!(outcome, Ok(Ok(()))) {
                waiting -= 1;
            }
        }
        panic!("the campaign does not end: {:?}", self.campaign());
    }

    /// Who got a campaign's mail, by the names before the `@`, in order.
    pub(crate) fn mailed(&self) -> Vec<String> {
        let sent = self.mailer.sent();
        let campaign = sent.iter().filter(|(_, mail)| matches!(mail, Mail::Notice { .. } | Mail::Marketing(_)));
        let mut names: Vec<String> = campaign.map(|(to, _)| to.email.as_str().split('@').next().unwrap().to_owned()).collect();
        names.sort();
        names
    }
}

/// The content is what a log may hold.
#[test]
fn a_message_says_the_name_of_its_campaign_alone() {
    let due = CampaignDue::new(&"winter".parse().unwrap());
    assert_eq!(kernel::message::written(&due).unwrap(), r#"{"campaign_id":"winter","version":1}"#);
    assert_eq!(due.id(), "winter");
}
