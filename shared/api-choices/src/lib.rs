//! The JSON of what somebody chose.

mod effect;

use accounts::{Choice, ChoiceOf, ChoiceState};
use choices::OwnChoices;
use kernel::{Failure, Language, Reason, Timestamp};
use outreach::{CONSENT_VERSION, consent_words};
use policy::{Purpose, inventory};
use serde::{Deserialize, Serialize};

use effect::effect;

/// `PUT /v1/me/choices/{purpose}`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChoiceRequest {
    /// Of `marketing`: `granted` or `withdrawn`. Of `analytics`: `objected` or `not-objected`. Of `restriction`: `restricted` or `unrestricted`.
    pub state: String,
    /// The version of the words that were shown, as `GET /v1/me/choices` has it; needed to grant a consent.
    pub text_version: Option<String>,
}

impl ChoiceRequest {
    /// # Errors
    /// [`Failure::Invalid`] for a state of no choice.
    pub fn state(&self) -> Result<ChoiceState, Failure> {
        self.state.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "state must be one of this choice."))
    }
}

/// `GET /v1/me/choices`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChoicesReply {
    /// Whether this request came with `Sec-GPC: 1`: then nothing that this browser does is counted, whatever was chosen.
    pub gpc: bool,
    /// The version of the policy at present.
    pub notice_version: &'static str,
    /// Every purpose of what is stored, in the order of the policy.
    pub purposes: Vec<PurposeReply>,
    /// Whether the use of everything is restricted (GDPR, art. 18).
    pub restriction: ChoiceReply,
}

/// A purpose, and what was chosen where it leaves a choice.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PurposeReply {
    pub purpose: &'static str,
    /// What it rests on.
    pub basis: &'static str,
    /// Absent where there is nothing to choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<ChoiceReply>,
}

/// What was chosen, or what is so while nothing was.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChoiceReply {
    /// What `PUT /v1/me/choices/{purpose}` calls it.
    pub purpose: &'static str,
    pub basis: &'static str,
    pub state: &'static str,
    /// Since when: RFC 3339; absent while nobody chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub since: Option<Timestamp>,
    /// How it was said: `settings` by somebody signed in, `link` by a link in a mail, `mail-service` as mail came back or was called spam.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<&'static str>,
    /// Which version of the words was shown then: of the policy, or of the words of the consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_version: Option<String>,
    /// What it means, in the language of the request: of a restriction also that what is deleted at its time is deleted nevertheless.
    pub effect: &'static str,
    /// The words of the consent at present, and their version; absent where none is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_version: Option<&'static str>,
}

impl ChoicesReply {
    #[must_use]
    pub fn new(own: OwnChoices, gpc: bool, language: Language) -> Self {
        let OwnChoices { marketing, analytics, restriction } = own;
        let choices = [marketing, analytics];
        let reply = |purpose: &Purpose| PurposeReply {
            purpose: purpose.id(),
            basis: purpose.basis().id(),
            choice: choices.iter().find(|choice| choice.of.purpose() == Some(*purpose)).map(|one| ChoiceReply::new(one, language)),
        };
        Self {
            gpc,
            notice_version: inventory().version(),
            purposes: Purpose::ALL.iter().map(reply).collect(),
            restriction: ChoiceReply::new(&restriction, language),
        }
    }
}

impl ChoiceReply {
    #[must_use]
    pub fn new(choice: &Choice, language: Language) -> Self {
        let Choice { of, state, made } = choice;
        let words = (*of == ChoiceOf::Marketing).then(|| (consent_words(language), CONSENT_VERSION));
        Self {
            purpose: of.name(),
            basis: of.basis().id(),
            state: state.name(),
            since: made.as_ref().map(|made| made.at),
            method: made.as_ref().map(|made| made.by.name()),
            notice_version: made.as_ref().map(|made| made.notice.clone()),
            effect: effect(*state, language),
            text: words.map(|(text, _)| text),
            text_version: words.map(|(_, version)| version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_59_every_purpose_is_there_with_its_basis_and_a_choice_where_it_leaves_one() {
        let choice = |of, state| Choice { of, state, made: None };
        let own = OwnChoices {
            marketing: choice(ChoiceOf::Marketing, ChoiceState::NotGranted),
            analytics: choice(ChoiceOf::Analytics, ChoiceState::NotObjected),
            restriction: choice(ChoiceOf::Restriction, ChoiceState::Unrestricted),
        };
        let reply = serde_json::to_value(ChoicesReply::new(own, true, Language::English)).unwrap();
        let purposes = reply["purposes"].as_array().unwrap();
        assert_eq!((purposes.len(), &reply["gpc"], &reply["restriction"]["basis"]), (13, &true.into(), &"legal-duty".into()));
        for purpose in purposes {
            let leaves_one = ["consent", "legitimate-interest"].contains(&purpose["basis"].as_str().unwrap());
            assert_eq!(purpose.get("choice").is_some(), leaves_one, "{purpose}");
        }
        assert_eq!(reply["restriction"].get("since"), None);
    }
}
