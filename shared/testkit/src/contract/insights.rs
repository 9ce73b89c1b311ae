//! What browsers do, and messages to the operator.

use std::collections::BTreeSet;

use ::insights::{Action, DailyCounts, Days, Feedback, FeedbackBox, RecordActions, SendFeedback, Usage, shard_of};
use accounts::{ChoiceOf, ChoiceState};
use kernel::{AccountSession, Clock, DeviceId, Failure, FeedbackId, Reason, SignedDuration, limits};

use super::Stores;
use super::stores::reason;
use crate::builders;

/// The ports of one implementation, beside its [`Stores`].
pub struct Insights {
    pub usage: Box<dyn Usage>,
    pub days: Box<dyn Days>,
    pub inbox: Box<dyn FeedbackBox>,
}

impl Insights {
    async fn tell(&self, stores: &Stores, device: DeviceId, actions: &[&str], session: Option<AccountSession>) -> Result<(), Failure> {
        self.tell_from(stores, device, actions, session, stores.network()).await
    }

    async fn tell_from(
        &self,
        stores: &Stores,
        device: DeviceId,
        actions: &[&str],
        session: Option<AccountSession>,
        address: kernel::CallerAddress,
    ) -> Result<(), Failure> {
        let (usage, pepper) = (&*self.usage, &builders::pepper());
        let record = RecordActions { usage, salts: &*stores.salts, pepper, clock: &*stores.clock, randomness: &stores.randomness };
        record.run(device, actions.iter().map(|action| action.parse().unwrap()).collect(), session, address).await
    }

    /// What a browser did on the present day.
    async fn did(&self, stores: &Stores, device: DeviceId) -> Option<BTreeSet<Action>> {
        let day = stores.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let rows = self.days.of(day, shard_of(device)).await.unwrap();
        rows.into_iter().find(|row| row.device == device).map(|row| row.actions)
    }

    async fn owner(&self, device: DeviceId) -> Option<kernel::AccountId> {
        self.days.links().await.unwrap().get(&device).copied()
    }
}

fn actions(all: &[&str]) -> Option<BTreeSet<Action>> {
    Some(all.iter().map(|action| action.parse().unwrap()).collect())
}

fn device(stores: &Stores) -> DeviceId {
    DeviceId::new(&*stores.clock, &stores.randomness)
}

/// What a browser did on a day is a set: twice is once. Another day and another browser have their own (AN-17).
pub async fn days_of_browsers(stores: &Stores, insights: &Insights) {
    let (one, other) = (device(stores), device(stores));
    for _ in 0..2 {
        insights.tell(stores, one, &["page-viewed/home", "pricing-viewed/credits"], None).await.unwrap();
    }
    insights.tell(stores, one, &["page-viewed/home", "signed-in"], None).await.unwrap();
    insights.tell(stores, other, &["theme-chosen/dark"], None).await.unwrap();
    assert_eq!(insights.did(stores, one).await, actions(&["page-viewed/home", "pricing-viewed/credits", "signed-in"]));
    assert_eq!(insights.did(stores, other).await, actions(&["theme-chosen/dark"]));
    stores.later(SignedDuration::from_hours(24));
    assert_eq!(insights.did(stores, one).await, None);
    insights.tell(stores, one, &["page-viewed/new"], None).await.unwrap();
    assert_eq!(insights.did(stores, one).await, actions(&["page-viewed/new"]));
}

/// Whose browser it is, is known from a sign-in on and until it is forgotten; what was done stays and leads to nobody (AN-18).
pub async fn whose_browsers(stores: &Stores, insights: &Insights) {
    let (caller, mine, nobodys) = (stores.customer(1).await, device(stores), device(stores));
    insights.tell(stores, mine, &["page-viewed/home"], None).await.unwrap();
    insights.tell(stores, nobodys, &["page-viewed/home"], None).await.unwrap();
    assert_eq!((insights.owner(mine).await, insights.owner(nobodys).await), (None, None), "nobody signed in yet");
    insights.tell(stores, mine, &["signed-in"], Some(caller)).await.unwrap();
    assert_eq!((insights.owner(mine).await, insights.owner(nobodys).await), (Some(caller.account), None));

    for _ in 0..2 {
        insights.usage.detach(caller.account).await.unwrap();
        assert_eq!(insights.owner(mine).await, None);
    }
    assert_eq!(insights.did(stores, mine).await, actions(&["page-viewed/home", "signed-in"]));
}

/// A browser that stays somebody's.
pub async fn a_linked_browser(stores: &Stores, insights: &Insights) {
    let (caller, browser) = (stores.customer(1).await, device(stores));
    insights.tell(stores, browser, &["signed-in"], Some(caller)).await.unwrap();
    assert_eq!(insights.owner(browser).await, Some(caller.account));
}

async fn object(stores: &Stores, caller: &AccountSession, objects: bool) {
    let state = if objects { ChoiceState::Objected } else { ChoiceState::NotObjected };
    super::choices::make(stores, caller, ChoiceOf::Analytics, state).await.unwrap();
}

/// A closed session tells of nothing, and an account that objected is not counted.
pub async fn refused_browsers(stores: &Stores, insights: &Insights) {
    let (caller, browser) = (stores.customer(1).await, device(stores));
    object(stores, &caller, true).await;
    insights.tell(stores, browser, &["signed-in"], Some(caller)).await.unwrap();
    assert_eq!((insights.did(stores, browser).await, insights.owner(browser).await), (None, None), "it objected");
    object(stores, &caller, false).await;
    insights.tell(stores, browser, &["signed-in"], Some(caller)).await.unwrap();
    assert_eq!(insights.owner(browser).await, Some(caller.account), "it agreed again");

    let (closed, browser) = (stores.customer(1).await, device(stores));
    insights.tell(stores, browser, &["signed-in"], Some(closed)).await.unwrap();
    stores.sessions.close(&closed).await.unwrap();
    let refused = insights.tell(stores, browser, &["page-viewed/home"], Some(closed)).await;
    assert_eq!(reason(refused), Some(Reason::SignedOut));
    assert_eq!(insights.did(stores, browser).await, actions(&["signed-in"]), "nothing was written");
}

/// How often a browser and a network may tell of something (AN-69).
pub async fn limits_of_events(stores: &Stores, insights: &Insights) {
    let browser = device(stores);
    for _ in 0..limits::EVENTS_PER_HOUR.most {
        insights.tell(stores, browser, &["signed-in"], None).await.unwrap();
    }
    assert_eq!(reason(insights.tell(stores, browser, &["theme-chosen/dark"], None).await), Some(Reason::RateLimited));
    assert_eq!(insights.did(stores, browser).await, actions(&["signed-in"]), "nothing was written");
    let line = stores.network();
    for _ in 0..limits::EVENTS_PER_HOUR_FROM_A_LINE.most {
        insights.tell_from(stores, device(stores), &["signed-in"], None, line).await.unwrap();
    }
    let refused = insights.tell_from(stores, device(stores), &["signed-in"], None, line).await;
    assert_eq!(reason(refused), Some(Reason::RateLimited), "another name of the browser does not help");
    stores.later(SignedDuration::from_hours(1));
    insights.tell_from(stores, browser, &["theme-chosen/dark"], None, line).await.unwrap();
}

/// The numbers of a day take the place of those of an earlier count.
pub async fn numbers_of_days(stores: &Stores, insights: &Insights) {
    let day = stores.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let counts = |persons| DailyCounts {
        day,
        persons,
        new_browsers: None,
        actions: [("signed-in".to_owned(), 5)].into(),
        funnels: Default::default(),
        cohorts: Default::default(),
    };
    for persons in [Some(7), Some(9), Some(9)] {
        insights.days.keep(&counts(persons)).await.unwrap();
    }
}

/// Messages are kept whoever writes them, a few a day from a line of the network (AN-08, AN-69).
pub async fn feedback(stores: &Stores, insights: &Insights) -> Vec<FeedbackId> {
    let (line, caller, pepper) = (stores.network(), stores.customer(1).await, builders::pepper());
    let inbox = &*insights.inbox;
    let send = SendFeedback { inbox, salts: &*stores.salts, pepper: &pepper, clock: &*stores.clock, randomness: &stores.randomness };
    let write = async |session, address| send.run("Hello, 世界".parse().unwrap(), None, session, address).await;
    let mut sent = vec![write(Some(caller), line).await.unwrap()];
    for _ in 1..limits::FEEDBACK_PER_DAY_FROM_A_LINE.most {
        sent.push(write(None, line).await.unwrap());
    }
    assert_eq!(reason(write(None, line).await), Some(Reason::RateLimited));
    sent.push(write(None, stores.network()).await.unwrap());
    stores.sessions.close(&caller).await.unwrap();
    assert_eq!(reason(write(Some(caller), stores.network()).await), Some(Reason::SignedOut));
    stores.later(SignedDuration::from_hours(24));
    sent.push(write(None, line).await.unwrap());
    sent
}

/// A message of which everything is given.
#[must_use]
pub fn message(stores: &Stores) -> Feedback {
    let (id, at) = (FeedbackId::new(&*stores.clock, &stores.randomness), stores.clock.now());
    let contact = Some(builders::email("grace"));
    Feedback {
        id,
        words: "A moon.".parse().unwrap(),
        contact,
        session: None,
        networks: Default::default(),
        at,
        expires_at: policy::Class::FEEDBACK.expires_at(at),
    }
}
