//! The owner's view of an account.

use async_trait::async_trait;
use kernel::{AccountSession, Failure, Timestamp};
use wallet::Balance;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    pub email: String,
    /// A BCP 47 language tag.
    pub locale: String,
    pub created_at: Timestamp,
    pub balance: Balance,
}

#[async_trait]
pub trait Profiles: Send + Sync {
    /// # Errors
    /// [`Failure::Denied`] when the session is closed or the account is gone.
    async fn me(&self, caller: &AccountSession) -> Result<Me, Failure>;

    /// Changes the language of the account: a BCP 47 tag.
    ///
    /// # Errors
    /// As of [`Self::me`].
    async fn set_locale(&self, caller: &AccountSession, locale: &str) -> Result<(), Failure>;
}
