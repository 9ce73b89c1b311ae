//! What accounts choose.

use ::choices::Change;
use accounts::{Choice, ChoiceOf, ChoiceState, EmailKey, Flags, Made, MadeBy};
use futures_util::future::{join, join_all};
use kernel::{AccountSession, Email, Failure, Reason, SignedDuration, limits};
use outreach::{Standings, Subscriptions};

use super::Stores;
use super::stores::reason;
use crate::builders;

/// An account with its address.
struct Chooser {
    email: Email,
    first: AccountSession,
}

impl Chooser {
    async fn new(stores: &Stores) -> Self {
        let (email, first) = (stores.address(), stores.nobody());
        stores.sign_ins.open(&stores.sign_in(&email, first, 9).await).await.unwrap();
        Self { email, first }
    }

    fn key(&self) -> EmailKey {
        builders::pepper().email_key(&self.email)
    }

    /// Signs in once more.
    async fn enter(&self, stores: &Stores) -> AccountSession {
        let sign_in = stores.sign_in_again(&self.email).await;
        stores.sign_ins.open(&sign_in).await.unwrap();
        sign_in.session
    }

    async fn flags(&self, stores: &Stores) -> Flags {
        stores.account_of(&stores.slot(&self.email)).await.unwrap().flags
    }
}

/// Chooses as whoever is signed in.
pub(super) async fn make(stores: &Stores, caller: &AccountSession, of: ChoiceOf, state: ChoiceState) -> Result<Choice, Failure> {
    let address = builders::pepper().email_key(&stores.choices.of(caller).await?.email);
    make_at(stores, caller, &address, of, state).await
}

async fn make_at(
    stores: &Stores,
    caller: &AccountSession,
    address: &EmailKey,
    of: ChoiceOf,
    state: ChoiceState,
) -> Result<Choice, Failure> {
    let made = Made { at: stores.now(), by: MadeBy::Settings, notice: "2026-11-30".into() };
    let made = stores.choices.make(caller, address, &Change { of, state, made }).await;
    // No two records of an account are of one instant.
    stores.later(SignedDuration::from_secs(1));
    made
}

/// Whether a session may open an upload.
async fn may_upload(stores: &Stores, caller: AccountSession) -> Result<(), Failure> {
    stores.uploads.open(&builders::upload(caller, &*stores.clock, &stores.randomness)).await
}

/// A choice is stored with when, how and to which words; it is made once, and taken back as it was made (AN-60).
pub async fn choices(stores: &Stores) {
    let caller = Chooser::new(stores).await.first;
    let chosen = stores.choices.of(&caller).await.unwrap();
    assert_eq!((chosen.analytics.state, chosen.analytics.made), (ChoiceState::NotObjected, None));
    assert_eq!((chosen.restriction.state, chosen.restriction.made), (ChoiceState::Unrestricted, None));

    let first = make(stores, &caller, ChoiceOf::Analytics, ChoiceState::Objected).await.unwrap();
    let again = make(stores, &caller, ChoiceOf::Analytics, ChoiceState::Objected).await.unwrap();
    assert_eq!(first, again, "what is so already stays as it is");
    let other = make(stores, &caller, ChoiceOf::Restriction, ChoiceState::Restricted).await.unwrap();
    let chosen = stores.choices.of(&caller).await.unwrap();
    assert_eq!((chosen.analytics, chosen.restriction), (first, other));
    let back = make(stores, &caller, ChoiceOf::Analytics, ChoiceState::NotObjected).await.unwrap();
    assert_eq!(stores.choices.of(&caller).await.unwrap().analytics, back);
    assert!(back.made.is_some_and(|made| made.by == MadeBy::Settings && made.notice == "2026-11-30"));

    stores.sessions.close(&caller).await.unwrap();
    assert_eq!(reason(stores.choices.of(&caller).await), Some(Reason::SignedOut));
    let address = stores.address();
    let closed = make_at(stores, &caller, &builders::pepper().email_key(&address), ChoiceOf::Analytics, ChoiceState::Objected).await;
    assert_eq!(reason(closed), Some(Reason::SignedOut));
}

/// A restriction holds in every session at its next request, in those that are opened later too, and until it is taken back (AN-57).
pub async fn restrictions(stores: &Stores) {
    let person = Chooser::new(stores).await;
    let [phone, closed] = [person.enter(stores).await, person.enter(stores).await];
    stores.sessions.close(&closed).await.unwrap();
    let upload = stores.upload(phone).await;
    make(stores, &person.first, ChoiceOf::Restriction, ChoiceState::Restricted).await.unwrap();
    let later = person.enter(stores).await;
    for session in [person.first, phone, later] {
        assert_eq!(reason(may_upload(stores, session).await), Some(Reason::ProcessingRestricted));
        let upload = kernel_upload(&upload, session);
        let placed = stores.placements.place(&stores.new_generation(&upload, 1, "a key")).await;
        assert_eq!(reason(placed), Some(Reason::ProcessingRestricted));
        stores.profiles.me(&session).await.unwrap();
    }
    assert_eq!(reason(may_upload(stores, closed).await), Some(Reason::SignedOut), "what was closed stays closed");
    assert_eq!(stores.balance(&phone).await, (9, 0), "nothing is charged");

    make(stores, &later, ChoiceOf::Restriction, ChoiceState::Unrestricted).await.unwrap();
    for session in [person.first, phone, later, person.enter(stores).await] {
        may_upload(stores, session).await.unwrap();
    }
}

/// The same upload, as another session of its owner asks for it.
fn kernel_upload(upload: &studio::Upload, session: AccountSession) -> studio::Upload {
    studio::Upload { principal: session.into(), ..upload.clone() }
}

/// However sign-ins and choices meet, no session is left with what was chosen before (AN-57, AN-59).
pub async fn choices_and_sign_ins(stores: &Stores) {
    let person = Chooser::new(stores).await;
    for round in 0..6 {
        let state = if round % 2 == 0 { ChoiceState::Restricted } else { ChoiceState::Unrestricted };
        stores.later(SignedDuration::from_hours(1));
        // Each of these read the account before the choice.
        let mut entering = Vec::new();
        for _ in 0..3 {
            entering.push(stores.sign_in_again(&person.email).await);
        }
        let sign_ins = join_all(entering.iter().map(|sign_in| stores.sign_ins.open(sign_in)));
        let (made, entered) = join(make(stores, &person.first, ChoiceOf::Restriction, state), sign_ins).await;
        made.unwrap();
        assert!(entered.iter().any(Result::is_ok));
        for (sign_in, entered) in entering.iter().zip(&entered) {
            let wanted = match (entered, state.allows()) {
                (Err(_), _) => continue,
                (Ok(()), true) => None,
                (Ok(()), false) => Some(Reason::ProcessingRestricted),
            };
            assert_eq!(reason(may_upload(stores, sign_in.session).await), wanted, "round {round}");
        }
        assert_eq!(person.flags(stores).await.restricted, !state.allows());
    }
}

/// A sign-in that read the account before something was chosen opens its session with it.
pub async fn stale_sign_ins(stores: &Stores) {
    let person = Chooser::new(stores).await;
    let stale = stores.sign_in_again(&person.email).await;
    make(stores, &person.first, ChoiceOf::Restriction, ChoiceState::Restricted).await.unwrap();
    stores.sign_ins.open(&stale).await.unwrap();
    assert_eq!(reason(may_upload(stores, stale.session).await), Some(Reason::ProcessingRestricted));
}

/// What allows more is counted; what allows less is never refused, and both at once leave one of them.
pub async fn limits_of_choices(stores: &Stores) {
    let person = Chooser::new(stores).await;
    let say = async |state| make(stores, &person.first, ChoiceOf::Analytics, state).await;
    for _ in 0..limits::CHOICES_PER_DAY.most {
        say(ChoiceState::Objected).await.unwrap();
        say(ChoiceState::NotObjected).await.unwrap();
    }
    say(ChoiceState::Objected).await.unwrap();
    assert_eq!(reason(say(ChoiceState::NotObjected).await), Some(Reason::RateLimited));
    assert_eq!(stores.choices.of(&person.first).await.unwrap().analytics.state, ChoiceState::Objected);
    stores.later(SignedDuration::from_hours(24));
    say(ChoiceState::NotObjected).await.unwrap();

    let now = stores.now();
    let both = join_all([ChoiceOf::Analytics, ChoiceOf::Restriction].map(|of| {
        let state = if of == ChoiceOf::Analytics { ChoiceState::Objected } else { ChoiceState::Restricted };
        let made = Made { at: now, by: MadeBy::Settings, notice: "2026-11-30".into() };
        let key = person.key();
        async move { stores.choices.make(&person.first, &key, &Change { of, state, made }).await }
    }));
    assert!(both.await.iter().all(Result::is_ok));
    assert_eq!(person.flags(stores).await, Flags { uncounted: true, restricted: true }, "neither overwrote the other");
}

/// Whether an account gets marketing is one fact, whoever changes it; while it is restricted, it gets none (AN-04, AN-57).
pub async fn marketing(stores: &Stores, subscriptions: &dyn Subscriptions, standings: &dyn Standings) {
    let person = Chooser::new(stores).await;
    let key = person.key();
    let wants = async || standings.of(std::slice::from_ref(&key), stores.now()).await.unwrap()[0].consent.is_some();
    for by in [MadeBy::Settings, MadeBy::Link] {
        subscriptions.subscribe(&key, "v1", by, stores.now()).await.unwrap();
        assert!(wants().await);
        stores.later(SignedDuration::from_mins(1));
        subscriptions.end(&key, MadeBy::Link, stores.now()).await.unwrap();
        assert!(!wants().await);
        stores.later(SignedDuration::from_mins(1));
    }
    subscriptions.subscribe(&key, "v1", MadeBy::Settings, stores.now()).await.unwrap();
    make(stores, &person.first, ChoiceOf::Restriction, ChoiceState::Restricted).await.unwrap();
    assert!(!wants().await);
    make(stores, &person.first, ChoiceOf::Restriction, ChoiceState::Unrestricted).await.unwrap();
    assert!(wants().await, "the consent is as it was");
}
