//! What a person may choose: a consent, an objection, a restriction (AN-57, AN-59, AN-60).
//!
//! Each has one place. Whether an address gets marketing is its subscription ([`outreach::Subscriptions`]), whoever changes it; an objection to being counted
//! and a restriction are the account's ([`Choices`]), and its sessions carry copies ([`accounts::Flags`]), so that the next request heeds them.

mod look;
mod make;

pub use look::{LookAtChoices, OwnChoices};
pub use make::{Change, MakeChoice};

use accounts::{Choice, EmailKey};
use async_trait::async_trait;
use kernel::{AccountSession, Email, Failure};

/// What an account chose, beside marketing, and the address whose marketing it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    pub email: Email,
    pub analytics: Choice,
    pub restriction: Choice,
}

#[async_trait]
pub trait Choices: Send + Sync {
    /// # Errors
    /// [`Failure::Denied`] when the session is closed or the account is gone.
    async fn of(&self, caller: &AccountSession) -> Result<Chosen, Failure>;

    /// Makes a choice: in the account's row, in each of its open sessions and for those that are opened from now on, with its record; all or nothing, though
    /// others sign in and out meanwhile. What is so already stays as it is. Answers with what is so then.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed or the address is no longer the account's; [`Failure::Busy`] with
    /// [`kernel::Reason::RateLimited`] for what allows more than before, above [`kernel::limits::CHOICES_PER_DAY`].
    async fn make(&self, caller: &AccountSession, address: &EmailKey, change: &Change) -> Result<Choice, Failure>;
}
