//! The drill of a restored backup: what people did since it was made is not undone (AN-49).

use accounts::{ChoiceOf, ChoiceState, EmailKey, MadeBy};
use kernel::{AccountSession, Email, Reason};
use outreach::Subscriptions;

use super::Stores;
use super::stores::reason;
use super::{choices, email_changes, rights};
use crate::builders;

/// How many have everything erased.
const ERASED: usize = 50;

/// Somebody with an account.
pub struct Person {
    pub email: Email,
    pub session: AccountSession,
}

impl Person {
    async fn new(stores: &Stores) -> Self {
        let (email, session) = (stores.address(), stores.nobody());
        stores.sign_ins.open(&stores.sign_in(&email, session, 3).await).await.unwrap();
        Self { email, session }
    }

    #[must_use]
    pub fn key(&self) -> EmailKey {
        builders::pepper().email_key(&self.email)
    }
}

/// Everybody of a drill.
pub struct Drill {
    pub erased: Vec<Person>,
    /// May take their erasure back yet.
    pub closing: Person,
    /// Restricts the use of their data, and objects.
    pub restricted: Person,
    /// Wants no more news.
    pub unsubscribed: Person,
    /// Goes to another address.
    pub moved: Person,
    /// Does nothing.
    pub quiet: Person,
    to: Email,
}

impl Drill {
    /// What is in the backup.
    pub async fn begin(stores: &Stores, subscriptions: &dyn Subscriptions) -> Self {
        let mut erased = Vec::new();
        for _ in 0..ERASED {
            erased.push(Person::new(stores).await);
        }
        let drill = Self {
            erased,
            closing: Person::new(stores).await,
            restricted: Person::new(stores).await,
            unsubscribed: Person::new(stores).await,
            moved: Person::new(stores).await,
            quiet: Person::new(stores).await,
            to: stores.address(),
        };
        for person in [&drill.unsubscribed, &drill.moved, &drill.quiet] {
            subscriptions.subscribe(&person.key(), "v1", MadeBy::Settings, stores.now()).await.unwrap();
        }
        drill
    }

    /// What they do after it was made.
    pub async fn go_on(&self, stores: &Stores, subscriptions: &dyn Subscriptions) {
        for person in &self.erased {
            rights::begin_erasure(stores, &person.email, person.session).await;
        }
        rights::close(stores, &self.closing.email, self.closing.session).await;
        choices::make(stores, &self.restricted.session, ChoiceOf::Restriction, ChoiceState::Restricted).await.unwrap();
        choices::make(stores, &self.restricted.session, ChoiceOf::Analytics, ChoiceState::Objected).await.unwrap();
        subscriptions.end(&self.unsubscribed.key(), MadeBy::Link, stores.now()).await.unwrap();
        email_changes::change(stores, self.moved.session, &self.moved.email, &self.to).await;
    }

    pub fn everybody(&self) -> impl Iterator<Item = &Person> {
        self.erased.iter().chain(self.survivors())
    }

    fn survivors(&self) -> impl Iterator<Item = &Person> {
        [&self.closing, &self.restricted, &self.unsubscribed, &self.moved, &self.quiet].into_iter()
    }

    /// The address keys that lead to an account before and after.
    #[must_use]
    pub fn addresses(&self) -> Vec<EmailKey> {
        self.everybody().map(Person::key).chain([builders::pepper().email_key(&self.to)]).collect()
    }

    /// What is there after the backup is brought back; somebody's session, who signed in again.
    pub async fn verify(&self, stores: &Stores, subscriptions: &dyn Subscriptions) -> AccountSession {
        for person in &self.erased {
            assert_eq!(stores.account_of(&stores.slot(&person.email)).await, None);
            assert_eq!(subscriptions.of(&person.key()).await.unwrap(), None);
        }
        // Nobody is signed in: which sessions there are, a backup does not know.
        for person in self.survivors() {
            assert_eq!(reason(stores.profiles.me(&person.session).await), Some(Reason::SignedOut));
        }
        let flags = stores.account_of(&stores.slot(&self.restricted.email)).await.unwrap().flags;
        assert!(flags.restricted && flags.uncounted);
        assert_eq!(stores.account_of(&stores.slot(&self.moved.email)).await, None);
        for (email, account) in [(&self.to, &self.moved), (&self.restricted.email, &self.restricted), (&self.quiet.email, &self.quiet)] {
            let sign_in = stores.sign_in_again(email).await;
            assert_eq!(sign_in.session.account, account.session.account);
            stores.sign_ins.open(&sign_in).await.unwrap();
            assert_eq!(stores.profiles.me(&sign_in.session).await.unwrap().email, email.as_str());
        }
        let restricted = stores.sign_in_again(&self.restricted.email).await;
        stores.sign_ins.open(&restricted).await.unwrap();
        let chosen = stores.choices.of(&restricted.session).await.unwrap();
        assert_eq!((chosen.restriction.state, chosen.analytics.state), (ChoiceState::Restricted, ChoiceState::Objected));
        let closed = stores.sign_in_again(&self.closing.email).await;
        assert_eq!(reason(stores.sign_ins.open(&closed).await), Some(Reason::AccountClosing));
        assert!(subscriptions.of(&self.unsubscribed.key()).await.unwrap().unwrap().consent().is_none());
        assert_eq!(subscriptions.of(&self.moved.key()).await.unwrap(), None);
        assert!(subscriptions.of(&self.quiet.key()).await.unwrap().unwrap().consent().is_some());
        restricted.session
    }
}
