//! Who may be written to.

use accounts::EmailKey;
use async_trait::async_trait;
use kernel::{Failure, Recipient, Timestamp};

use crate::Consent;

/// What is known of an address before it is written to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// It gets no mail for some time.
    pub is_suppressed: bool,
    /// It wants marketing.
    pub consent: Option<Consent>,
}

#[async_trait]
pub trait Standings: Send + Sync {
    /// Those of a few addresses, in their order.
    async fn of(&self, addresses: &[EmailKey], now: Timestamp) -> Result<Vec<Standing>, Failure>;
}

#[async_trait]
pub trait Suppressions: Send + Sync {
    /// Lets an address get no mail until then. Idempotent.
    async fn suppress(&self, address: &EmailKey, until: Timestamp) -> Result<(), Failure>;
}

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub recipient: Recipient,
    /// Where they are among all: the page behind them begins here.
    pub place: String,
}

/// Some people, in an order of the store's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AudiencePage {
    pub people: Vec<Person>,
    /// Where the next page begins; `None` after the last. A page may be empty and have a next.
    pub next: Option<String>,
}

/// Everybody with an account.
#[async_trait]
pub trait Audience: Send + Sync {
    /// The next people, a few.
    async fn page(&self, after: Option<&str>) -> Result<AudiencePage, Failure>;
}
