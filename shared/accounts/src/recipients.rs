//! Who gets a mail.

use async_trait::async_trait;
use kernel::{Failure, Owner, Recipient};

#[async_trait]
pub trait Recipients: Send + Sync {
    /// `None` when the account is gone.
    async fn recipient_of(&self, owner: Owner) -> Result<Option<Recipient>, Failure>;
}
