//! All that somebody chose.

use accounts::{Choice, ChoiceOf, ChoiceState, Pepper};
use kernel::{AccountSession, Failure};
use outreach::{Subscription, Subscriptions};

use crate::Choices;

/// What somebody chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnChoices {
    pub marketing: Choice,
    pub analytics: Choice,
    pub restriction: Choice,
}

pub struct LookAtChoices<'a> {
    pub choices: &'a dyn Choices,
    pub subscriptions: &'a dyn Subscriptions,
    pub pepper: &'a Pepper,
}

impl LookAtChoices<'_> {
    /// # Errors
    /// Those of [`Choices::of`] and of the store of subscriptions.
    pub async fn run(&self, caller: &AccountSession) -> Result<OwnChoices, Failure> {
        let chosen = self.choices.of(caller).await?;
        let subscription = self.subscriptions.of(&self.pepper.email_key(&chosen.email)).await?;
        Ok(OwnChoices { marketing: marketing(subscription.as_ref()), analytics: chosen.analytics, restriction: chosen.restriction })
    }
}

/// The choice that a subscription is; nobody has one who was never asked.
pub(crate) fn marketing(subscription: Option<&Subscription>) -> Choice {
    let none = || Choice { of: ChoiceOf::Marketing, state: ChoiceState::NotGranted, made: None };
    subscription.map_or_else(none, Subscription::choice)
}
