//! What an account shows its owner.

use async_trait::async_trait;
use kernel::{AccountSession, Failure, Timestamp};
use wallet::Balance;

/// The owner's view of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// The address.
    pub email: String,
    /// A BCP 47 language tag.
    pub locale: String,
    /// When the account was opened.
    pub created_at: Timestamp,
    /// The wallet.
    pub balance: Balance,
}

/// Where accounts are read.
#[async_trait]
pub trait Profiles: Send + Sync {
    /// The caller's account.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed or the account is gone.
    async fn me(&self, caller: &AccountSession) -> Result<Me, Failure>;
}
