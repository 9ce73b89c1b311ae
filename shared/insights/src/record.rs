//! Storing what a browser tells of.

use std::collections::BTreeSet;

use accounts::{Networks, Pepper, Salts};
use async_trait::async_trait;
use jiff::civil::Date;
use kernel::{AccountId, AccountSession, CallerAddress, Clock, DeviceId, Failure, Randomness, Timestamp};
use policy::Class;

use crate::Action;
use crate::day::{begins, day_of};

/// What a browser did, as it is added to its day.
#[derive(Debug, Clone)]
pub struct Seen {
    pub device: DeviceId,
    pub actions: BTreeSet<Action>,
    /// Whose browser it is, where somebody is signed in.
    pub session: Option<AccountSession>,
    /// By which the batch is counted; they are stored beside nothing else.
    pub networks: Networks,
    pub at: Timestamp,
    pub day: Date,
    /// When the day's row goes.
    pub expires_at: Timestamp,
    /// When the row goes that says whose browser it is.
    pub linked_until: Timestamp,
}

#[async_trait]
pub trait Usage: Send + Sync {
    /// Adds the actions to those of the browser's day, counts the batch by the browser and its networks, and notes whose browser it is: all or nothing,
    /// and twice is once. Where the session says that the account objected to being counted, or restricted the use of its data, nothing is written (AN-57, AN-59).
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed, [`Failure::Busy`] with [`kernel::Reason::RateLimited`] above a limit.
    async fn add(&self, seen: &Seen) -> Result<(), Failure>;

    /// Forgets whose browsers are the account's: what they did leads to nobody from then on (AN-18). A repetition changes nothing.
    async fn detach(&self, account: AccountId) -> Result<(), Failure>;
}

/// Stores a batch of actions.
pub struct RecordActions<'a> {
    pub usage: &'a dyn Usage,
    pub salts: &'a dyn Salts,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
}

impl RecordActions<'_> {
    /// # Errors
    /// Those of [`Usage::add`] and [`Salts::of_day`].
    pub async fn run(
        &self,
        device: DeviceId,
        actions: BTreeSet<Action>,
        session: Option<AccountSession>,
        address: CallerAddress,
    ) -> Result<(), Failure> {
        let at = self.clock.now();
        let networks = Networks::of(address, self.pepper, self.salts, self.randomness, at).await?;
        let day = day_of(at);
        let (expires_at, linked_until) = (Class::DEVICE_DAY.expires_at(begins(day)), Class::DEVICE_LINK.expires_at(at));
        self.usage.add(&Seen { device, actions, session, networks, at, day, expires_at, linked_until }).await
    }
}
