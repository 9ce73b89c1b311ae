//! Addresses that were given to us: one row an address, whichever page it came from first (AN-03).

use async_trait::async_trait;
use kernel::{Email, Failure, Timestamp};
use strum::{EnumString, IntoStaticStr};

use crate::{EmailKey, Pepper};

/// Where an address was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum LeadPage {
    SignIn,
    /// To have the link of a trial sent.
    TrialLink,
    /// To ask for a refund without being signed in.
    RefundForm,
}

impl LeadPage {
    /// The name in storage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// An address that was given now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    pub key: EmailKey,
    pub email: Email,
    pub page: LeadPage,
    pub at: Timestamp,
}

impl Lead {
    #[must_use]
    pub fn new(email: &Email, page: LeadPage, pepper: &Pepper, at: Timestamp) -> Self {
        Self { key: pepper.email_key(email), email: email.clone(), page, at }
    }
}

#[async_trait]
pub trait Leads: Send + Sync {
    /// Notes the address. Where it is known, its row stays as it is: the first page, and when that was, also of several at once.
    async fn note(&self, lead: &Lead) -> Result<(), Failure>;

    async fn find(&self, key: &EmailKey) -> Result<Option<Lead>, Failure>;

    /// Removes the row of an address. Idempotent.
    async fn forget(&self, key: &EmailKey) -> Result<(), Failure>;
}
