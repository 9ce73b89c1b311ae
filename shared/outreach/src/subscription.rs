//! Opting in by an act, and out at any time (AN-04, AN-05).

use accounts::{EmailKey, MadeBy, Pepper, UnsubscribeToken};
use async_trait::async_trait;
use kernel::{AccountSession, Clock, Email, Failure, Reason, Timestamp};

use crate::{CONSENT_VERSION, Subscription};

/// The subscriptions by the keys of their addresses: an account and a visitor of one address have one. Where the address has an account, each change is on
/// record there ([`accounts::ConsentRecord`]), in the same write.
#[async_trait]
pub trait Subscriptions: Send + Sync {
    /// What is stored of an address.
    async fn of(&self, address: &EmailKey) -> Result<Option<Subscription>, Failure>;

    /// Begins a subscription, and answers with it. One that runs stays as it is, with the day it was given; one that ended begins anew.
    ///
    /// # Errors
    /// [`Failure::Busy`] with [`Reason::RateLimited`] where somebody who is signed in changed their choices too often today.
    async fn subscribe(&self, address: &EmailKey, text_version: &str, by: MadeBy, at: Timestamp) -> Result<Subscription, Failure>;

    /// Ends it, and answers with it as it is then. Idempotent: one that is not there or ended before stays so.
    async fn end(&self, address: &EmailKey, by: MadeBy, at: Timestamp) -> Result<Option<Subscription>, Failure>;
}

/// The address of somebody who is signed in.
#[async_trait]
pub trait Subscribers: Send + Sync {
    /// # Errors
    /// [`Failure::Denied`] when the session is closed or the account is gone.
    async fn email(&self, caller: &AccountSession) -> Result<Email, Failure>;
}

/// What somebody wants.
pub struct ChangeSubscription<'a> {
    pub subscribers: &'a dyn Subscribers,
    pub subscriptions: &'a dyn Subscriptions,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
}

impl ChangeSubscription<'_> {
    /// What is so at present; `None` is no subscription.
    ///
    /// # Errors
    /// Those of [`Subscribers::email`] and of the store.
    pub async fn look(&self, caller: &AccountSession) -> Result<Option<Subscription>, Failure> {
        let address = self.address(caller).await?;
        Ok(self.subscriptions.of(&address).await?.filter(|subscription| subscription.consent().is_some()))
    }

    /// Opts in to the words of this version, or out where there is none; answers with what is so then.
    ///
    /// # Errors
    /// Those of [`check_version`], [`Self::look`] and [`Subscriptions::subscribe`].
    pub async fn run(&self, caller: &AccountSession, text_version: Option<&str>) -> Result<Option<Subscription>, Failure> {
        text_version.map(check_version).transpose()?;
        let (address, now) = (self.address(caller).await?, self.clock.now());
        match text_version {
            Some(version) => self.subscriptions.subscribe(&address, version, MadeBy::Settings, now).await.map(Some),
            None => self.subscriptions.end(&address, MadeBy::Settings, now).await,
        }
    }

    async fn address(&self, caller: &AccountSession) -> Result<EmailKey, Failure> {
        Ok(self.pepper.email_key(&self.subscribers.email(caller).await?))
    }
}

/// Refuses an agreement to other words than those at present: then they read other words than those on record.
///
/// # Errors
/// [`Failure::Invalid`] for another version than [`CONSENT_VERSION`].
pub fn check_version(text_version: &str) -> Result<(), Failure> {
    let other = || Failure::invalid(Reason::FieldInvalid, format!("text_version must be {CONSENT_VERSION}, that of the words at present."));
    (text_version == CONSENT_VERSION).then_some(()).ok_or_else(other)
}

/// The link that unsubscribes an address.
#[must_use]
pub fn unsubscribe_link(token: &UnsubscribeToken, origin: &str) -> String {
    format!("{origin}/unsubscribe/{}", token.as_str())
}

/// Unsubscribes by a link.
pub struct Unsubscribe<'a> {
    pub subscriptions: &'a dyn Subscriptions,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
}

impl Unsubscribe<'_> {
    /// Once and again, whether there is a subscription or not.
    ///
    /// # Errors
    /// [`Failure::Missing`] for a token that is none of ours.
    pub async fn run(&self, token: &str) -> Result<(), Failure> {
        let address = UnsubscribeToken::address(token, self.pepper).ok_or_else(|| Failure::missing("link"))?;
        self.subscriptions.end(&address, MadeBy::Link, self.clock.now()).await.map(drop)
    }
}
