//! The JSON of what browsers tell of, and of messages to the operator.

use std::collections::BTreeSet;

use insights::{Action, Words};
use kernel::{DeviceId, Email, Failure, FeedbackId, Reason, limits};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// `POST /v1/events`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EventsRequest {
    /// The name that the browser gave itself: `dev_` and a UUID v7. It may take another at any time.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub device_id: DeviceId,
    /// What was done, 1 to 20 of them, in any order; one that is there twice counts once.
    #[serde(deserialize_with = "objects")]
    pub actions: Vec<ActionRequest>,
}

/// An action of the list, in one of its contexts.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ActionRequest {
    pub action: String,
    /// Where the action has contexts, one of them; where it has none, absent.
    pub context: Option<String>,
}

/// Reads actions, which are objects: a list of their fields would do for the derived code. A wrong one is refused without quoting it.
fn objects<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ActionRequest>, D::Error> {
    let read = |object: Value| match object {
        Value::Object(_) => serde_json::from_value(object).ok(),
        _ => None,
    };
    let objects = Vec::<Value>::deserialize(deserializer)?;
    let actions: Option<Vec<_>> = objects.into_iter().map(read).collect();
    actions.ok_or_else(|| D::Error::custom("actions must be objects with an action, and a context where it has one"))
}

impl EventsRequest {
    /// # Errors
    /// [`Failure::Invalid`] for too many or none, and for what is not in the list; it repeats nothing of what was sent.
    pub fn actions(&self) -> Result<BTreeSet<Action>, Failure> {
        let (least, most) = (limits::ACTIONS.start(), limits::ACTIONS.end());
        if !limits::ACTIONS.contains(&self.actions.len()) {
            return Err(Failure::invalid(Reason::FieldInvalid, format!("actions must be {least} to {most}.")));
        }
        let read = |one: &ActionRequest| Action::new(&one.action, one.context.as_deref());
        let actions: Result<_, _> = self.actions.iter().map(read).collect();
        actions
            .map_err(|_| Failure::invalid(Reason::FieldInvalid, "Each of actions must be an action of the list, in a context of its own."))
    }
}

/// `POST /v1/feedback`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FeedbackRequest {
    /// 1 to 2,000 characters. Control characters but line breaks and tabs, and marks of direction, are replaced.
    pub text: String,
    /// An address of mail for an answer; absent where none is wanted.
    pub contact: Option<String>,
}

impl FeedbackRequest {
    /// # Errors
    /// [`Failure::Invalid`] for words or an address out of their bounds.
    pub fn read(&self) -> Result<(Words, Option<Email>), Failure> {
        let words = self.text.parse().map_err(|_| Failure::invalid(Reason::FieldInvalid, "text must be 1 to 2,000 characters."))?;
        let contact = self.contact.as_deref().map(str::parse).transpose();
        Ok((words, contact.map_err(|_| Failure::invalid(Reason::FieldInvalid, "contact must be an e-mail address, or absent."))?))
    }
}

/// The message is kept.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedbackReply {
    /// `fbk_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub feedback_id: FeedbackId,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DEVICE: &str = "dev_019aa60f3b407d21a4c58e9f01234567";

    fn read(body: Value) -> Option<usize> {
        let request: EventsRequest = serde_json::from_value(body).ok()?;
        request.actions().ok().map(|actions| actions.len())
    }

    #[test]
    fn an_17_a_batch_is_one_to_twenty_actions_of_the_list() {
        let home = json!({ "action": "page-viewed", "context": "home" });
        let batch = |actions: Vec<Value>| read(json!({ "device_id": DEVICE, "actions": actions }));
        assert_eq!(batch(vec![home.clone(); 20]), Some(1), "twice is once");
        assert_eq!((batch(vec![]), batch(vec![home.clone(); 21])), (None, None));
        assert_eq!(batch(vec![home, json!({ "action": "signed-in" }), json!({ "action": "signed-in", "context": null })]), Some(2));
    }

    #[test]
    fn an_21_no_picture_no_balance_and_no_address_has_a_place() {
        let action = |more: Value| {
            let mut one = json!({ "action": "page-viewed", "context": "home" });
            one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            read(json!({ "device_id": DEVICE, "actions": [one] }))
        };
        assert_eq!(action(json!({})), Some(1));
        for hostile in [
            json!({ "selfie": "data:image/png;base64,iVBORw0KGgo=" }),
            json!({ "picture": [137, 80, 78, 71] }),
            json!({ "balance": 3 }),
            json!({ "context": 3 }),
            json!({ "context": { "balance": 3 } }),
            json!({ "context": "data:image/png;base64,iVBORw0KGgo=" }),
            json!({ "context": "ada@example.org" }),
            json!({ "action": "balance-viewed" }),
            json!({ "at": "2026-11-26T10:00:00Z" }),
        ] {
            assert_eq!(action(hostile.clone()), None, "{hostile}");
        }
        for beside in [json!({ "email": "ada@example.org" }), json!({ "account_id": "acc_1" }), json!({ "wallet": { "available": 3 } })] {
            let mut body = json!({ "device_id": DEVICE, "actions": [{ "action": "signed-in" }] });
            body.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
            assert_eq!(read(body), None, "{beside}");
        }
        for device in ["", "dev_1", "acc_019aa60f3b407d21a4c58e9f01234567", "dev_019AA60F3B407D21A4C58E9F01234567", "ada@example.org"] {
            assert_eq!(read(json!({ "device_id": device, "actions": [{ "action": "signed-in" }] })), None, "{device}");
        }
    }

    #[test]
    fn a_refusal_repeats_nothing() {
        let body = json!({ "device_id": DEVICE, "actions": [{ "action": "ada@example.org" }] });
        let request: EventsRequest = serde_json::from_value(body).unwrap();
        let Err(Failure::Invalid(problem)) = request.actions() else { panic!("not refused") };
        assert!(!problem.detail.contains("ada"));
    }

    #[test]
    fn an_08_feedback_needs_words_and_an_address_only_where_one_is_given() {
        let read = |text: &str, contact: Option<&str>| {
            FeedbackRequest { text: text.into(), contact: contact.map(str::to_owned) }.read().map(|(_, contact)| contact.is_some()).ok()
        };
        assert_eq!((read("Hi", None), read("Hi", Some("ada@example.org"))), (Some(false), Some(true)));
        assert_eq!((read("", None), read("Hi", Some("")), read("Hi", Some("ada"))), (None, None, None));
    }
}
