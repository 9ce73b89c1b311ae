//! Choosing, and choosing otherwise: one is as easy as the other (AN-60).

use accounts::{Choice, ChoiceOf, ChoiceState, EmailKey, Made, MadeBy, Pepper};
use insights::Usage;
use kernel::{AccountSession, Clock, Failure, Reason};
use outreach::{Subscriptions, check_version};

use crate::Choices;
use crate::look::marketing;

/// A choice of an account that is not marketing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub of: ChoiceOf,
    pub state: ChoiceState,
    pub made: Made,
}

pub struct MakeChoice<'a> {
    pub choices: &'a dyn Choices,
    pub subscriptions: &'a dyn Subscriptions,
    pub usage: &'a dyn Usage,
    pub pepper: &'a Pepper,
    pub clock: &'a dyn Clock,
}

impl MakeChoice<'_> {
    /// Chooses, and answers with what is so then. A consent needs the version of the words that were shown.
    ///
    /// Who objects to being counted is forgotten by the counts as well: no browser is theirs from then on (AN-18). A run that dies before that is repeated by
    /// its caller, and does it then.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a state that is none of this choice, and for a consent to other words than those at present; those of [`Choices`] and
    /// [`Subscriptions`].
    pub async fn run(
        &self,
        caller: &AccountSession,
        of: ChoiceOf,
        state: ChoiceState,
        text_version: Option<&str>,
    ) -> Result<Choice, Failure> {
        check_state(of, state)?;
        if state == ChoiceState::Granted {
            check_version(text_version.unwrap_or_default())?;
        }
        let address = self.pepper.email_key(&self.choices.of(caller).await?.email);
        match of {
            ChoiceOf::Marketing => self.subscribe(&address, state, text_version.unwrap_or_default()).await,
            ChoiceOf::Analytics | ChoiceOf::Restriction => {
                let made = Made { at: self.clock.now(), by: MadeBy::Settings, notice: policy::inventory().version().to_owned() };
                let choice = self.choices.make(caller, &address, &Change { of, state, made }).await?;
                if choice.state == ChoiceState::Objected {
                    self.usage.detach(caller.account).await?;
                }
                Ok(choice)
            }
        }
    }

    async fn subscribe(&self, address: &EmailKey, state: ChoiceState, text_version: &str) -> Result<Choice, Failure> {
        let now = self.clock.now();
        let subscription = match state {
            ChoiceState::Granted => Some(self.subscriptions.subscribe(address, text_version, MadeBy::Settings, now).await?),
            _ => self.subscriptions.end(address, MadeBy::Settings, now).await?,
        };
        Ok(marketing(subscription.as_ref()))
    }
}

/// What each choice can be.
fn check_state(of: ChoiceOf, state: ChoiceState) -> Result<(), Failure> {
    use ChoiceState::{Granted, NotObjected, Objected, Restricted, Unrestricted, Withdrawn};
    let (one, other) = match of {
        ChoiceOf::Marketing => (Granted, Withdrawn),
        ChoiceOf::Analytics => (Objected, NotObjected),
        ChoiceOf::Restriction => (Restricted, Unrestricted),
    };
    let refused = || Failure::invalid(Reason::FieldInvalid, format!("state must be {} or {}.", one.name(), other.name()));
    [one, other].contains(&state).then_some(()).ok_or_else(refused)
}
