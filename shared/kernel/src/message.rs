//! Messages between the parts of the service: a version and ids, never personal data.

use std::time::Duration;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Failure, GenerationId, Owner};

/// The content of a message or a fact: ids.
pub trait Content: Serialize + DeserializeOwned + Send + Sync {
    /// The version of these fields. It grows when their meaning changes, so that a reader refuses messages it would misread.
    const VERSION: u8;

    /// The id a log names the message by.
    fn id(&self) -> String;

    /// The one whose messages share a queue fairly with those of others; `None` where they are nobody's.
    fn owner(&self) -> Option<Owner> {
        None
    }

    /// The fields of an older version, as those of this one; `None` for a version that is no longer read. While a release is rolled out, messages of the
    /// version before are still in flight.
    fn upgraded(_version: u8, _fields: Map<String, Value>) -> Option<Map<String, Value>> {
        None
    }
}

/// The ids of a generation: the content of the facts about its mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationIds {
    pub owner_id: Owner,
    pub generation_id: GenerationId,
}

impl Content for GenerationIds {
    const VERSION: u8 = 1;

    fn id(&self) -> String {
        self.generation_id.to_string()
    }
}

/// What tells a step to go on with a generation: its ids, and how often it had been set going again when this was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationStep {
    pub owner_id: Owner,
    pub generation_id: GenerationId,
    /// A message of before the last restart is stale. `None` in messages of version 1, which do not say it.
    pub revival: Option<u8>,
}

impl Content for GenerationStep {
    const VERSION: u8 = 2;

    fn id(&self) -> String {
        self.generation_id.to_string()
    }

    fn owner(&self) -> Option<Owner> {
        Some(self.owner_id)
    }

    fn upgraded(version: u8, mut fields: Map<String, Value>) -> Option<Map<String, Value>> {
        let unsaid = fields.insert("revival".to_owned(), Value::Null).is_none();
        (version == 1 && unsaid).then_some(fields)
    }
}

/// A queue for messages of one content. A message may come twice and out of order.
#[async_trait]
pub trait Queue<C: Content>: Send + Sync {
    /// Sends a message that arrives after `delay`, at most 15 minutes.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the queue did not take it.
    async fn send(&self, content: &C, delay: Duration) -> Result<(), Failure>;
}

/// How much waits in a queue.
#[async_trait]
pub trait Depth: Send + Sync {
    /// The messages that no consumer has got yet, delayed ones included; approximate, and a minute late.
    ///
    /// # Errors
    /// [`Failure::Busy`] when the queue does not say it.
    async fn depth(&self) -> Result<u64, Failure>;
}

/// The text of a message: the fields of its content, and their version.
///
/// # Errors
/// [`Failure::Broken`] for a content that is no JSON object.
pub fn written<C: Content>(content: &C) -> Result<String, Failure> {
    let mut fields = fields(content)?;
    fields.insert(VERSION.to_owned(), C::VERSION.into());
    Ok(Value::Object(fields).to_string())
}

/// The content of a message's text.
///
/// # Errors
/// [`Failure::Broken`] for an unknown version, and for a field that is missing, unknown or malformed.
pub fn read<C: Content>(text: &str) -> Result<C, Failure> {
    let mut given: Map<String, Value> = serde_json::from_str(text).map_err(Failure::broken)?;
    let version = given.remove(VERSION).as_ref().and_then(Value::as_u64);
    let older = version.and_then(|version| u8::try_from(version).ok()).filter(|version| *version < C::VERSION);
    match older.and_then(|version| C::upgraded(version, given.clone())) {
        Some(upgraded) => given = upgraded,
        None => check_version::<C>(version)?,
    }
    let content: C = serde_json::from_value(Value::Object(given.clone())).map_err(Failure::broken)?;
    if fields(&content)? == given { Ok(content) } else { Err(Failure::broken("a message with unknown fields")) }
}

/// The tags that another service repeats in its facts: the fields of the content, all of them texts, and their version.
pub fn tags<C: Content>(content: &C) -> Vec<(String, String)> {
    let texts = fields(content).unwrap_or_default().into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
    std::iter::once((VERSION.to_owned(), C::VERSION.to_string())).chain(texts).collect()
}

/// The content of a fact that another service tells in our tags: each name with a list of one value, among tags of the service's own.
///
/// # Errors
/// [`Failure::Broken`] for another version, and for a tag that is missing, repeated or malformed.
pub fn read_tags<C: Content>(tags: Value) -> Result<C, Failure> {
    let tags: Map<String, Value> = serde_json::from_value(tags).map_err(Failure::broken)?;
    let single = |value: Value| match value {
        Value::Array(values) => <[Value; 1]>::try_from(values).ok().map(|[value]| value),
        _ => None,
    };
    let mut given: Map<String, Value> = tags.into_iter().filter_map(|(name, value)| Some((name, single(value)?))).collect();
    check_version::<C>(given.remove(VERSION).as_ref().and_then(Value::as_str).and_then(|version| version.parse().ok()))?;
    serde_json::from_value(Value::Object(given)).map_err(Failure::broken)
}

const VERSION: &str = "version";

fn fields<C: Content>(content: &C) -> Result<Map<String, Value>, Failure> {
    match serde_json::to_value(content).map_err(Failure::broken)? {
        Value::Object(fields) => Ok(fields),
        _ => Err(Failure::broken("the content of a message is no object")),
    }
}

fn check_version<C: Content>(given: Option<u64>) -> Result<(), Failure> {
    if given == Some(C::VERSION.into()) { Ok(()) } else { Err(Failure::broken("a message of an unknown version")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Parcel {
        parcel_id: String,
    }

    impl Content for Parcel {
        const VERSION: u8 = 3;

        fn id(&self) -> String {
            self.parcel_id.clone()
        }
    }

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let parcel = Parcel { parcel_id: "p1".into() };
        let text = written(&parcel).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!({ "version": 3, "parcel_id": "p1" }));
        assert_eq!(read::<Parcel>(&text).unwrap(), parcel);
    }

    #[test]
    fn a_message_of_another_version_or_with_other_fields_is_refused() {
        for wrong in [
            json!({ "version": 2, "parcel_id": "p1" }),
            json!({ "parcel_id": "p1" }),
            json!({ "version": 3 }),
            json!({ "version": 3, "parcel_id": 1 }),
            json!({ "version": 3, "parcel_id": "p1", "more": true }),
            json!([3]),
        ] {
            assert!(read::<Parcel>(&wrong.to_string()).is_err(), "{wrong}");
        }
        assert!(read::<Parcel>("{").is_err());
    }

    #[test]
    fn a_step_that_was_told_before_the_last_release_is_still_read() {
        let ids = json!({ "owner_id": "acc_019aa6104c507e32b5d69fa012345678", "generation_id": "gen_019aa6104c507e32b5d69fa012345678" });
        let with = |more: Value| {
            let mut fields = ids.as_object().unwrap().clone();
            fields.extend(more.as_object().unwrap().clone());
            Value::Object(fields).to_string()
        };
        let revival = |more| read::<GenerationStep>(&with(more)).map(|step| step.revival).ok();
        assert_eq!(revival(json!({ "version": 1 })), Some(None));
        assert_eq!(revival(json!({ "version": 2, "revival": 3 })), Some(Some(3)));
        for wrong in [
            json!({ "version": 0 }),
            json!({ "version": 1, "revival": 3 }),
            json!({ "version": 1, "more": 1 }),
            json!({ "version": 2 }),
            json!({ "version": 2, "revival": -1 }),
            json!({ "version": 3, "revival": 3 }),
            json!({ "version": 257, "revival": 3 }),
        ] {
            assert_eq!(revival(wrong.clone()), None, "{wrong}");
        }
        let step = read::<GenerationStep>(&with(json!({ "version": 2, "revival": 3 }))).unwrap();
        assert_eq!(read::<GenerationStep>(&written(&step).unwrap()).unwrap(), step);
    }

    #[test]
    fn tags_are_read_beside_those_of_the_service() {
        let parcel = read_tags::<Parcel>(json!({ "version": ["3"], "parcel_id": ["p1"], "theirs": ["a", "b"] })).unwrap();
        assert_eq!(parcel, Parcel { parcel_id: "p1".into() });
        for wrong in [
            Value::Null,
            json!({ "parcel_id": ["p1"] }),
            json!({ "version": ["2"], "parcel_id": ["p1"] }),
            json!({ "version": ["3"], "parcel_id": "p1" }),
            json!({ "version": ["3"], "parcel_id": ["p1", "p2"] }),
            json!({ "version": ["3"], "parcel_id": [] }),
        ] {
            assert!(read_tags::<Parcel>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
