//! Items: written with their class, and read with a typed error for missing attributes.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use kernel::{Failure, Timestamp};

use crate::due::{DueIndex, shard_of};
use crate::key::Key;
use crate::write::{Kind, Write};

pub type Attributes = HashMap<String, AttributeValue>;

#[derive(Debug, Clone)]
pub struct Item {
    class: String,
    key: Key,
    attributes: Attributes,
}

impl Item {
    /// An item of the class of this id under `key`. No item is written without its class: the inventory says what it is and how long it stays.
    #[must_use]
    pub fn new(class: &str, key: Key) -> Self {
        let mut attributes = key.attributes();
        attributes.insert("class".into(), text(class));
        Self { class: class.to_owned(), key, attributes }
    }

    /// A row as it was stored, to be stored again.
    ///
    /// # Errors
    /// [`Failure::Broken`] for one without a key or a class.
    pub fn stored(row: Attributes) -> Result<Self, Failure> {
        let key = Key::new(row.required_text("pk")?, row.required_text("sk")?);
        Ok(Self { class: row.required_text("class")?.to_owned(), key, attributes: row })
    }

    #[must_use]
    pub fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.insert(name.into(), text(value));
        self
    }

    #[must_use]
    pub fn number(mut self, name: &str, value: impl ToString) -> Self {
        self.attributes.insert(name.into(), number(value));
        self
    }

    /// An instant as epoch seconds, the form that TTL requires.
    #[must_use]
    pub fn seconds(self, name: &str, value: Timestamp) -> Self {
        self.number(name, value.as_second())
    }

    /// Due at this instant, as an index finds it: with the instant and its shard.
    #[must_use]
    pub fn due(self, index: DueIndex, at: Timestamp) -> Self {
        let class = self.class.clone();
        self.due_among(index, &class, at)
    }

    /// The same among others than those of its class.
    #[must_use]
    pub fn due_among(self, index: DueIndex, others: &str, at: Timestamp) -> Self {
        let shard = shard_of(others, &self.key);
        self.text(index.shard, shard).seconds(index.instant, at)
    }

    /// With a map of numbers.
    #[must_use]
    pub fn numbers(mut self, name: &str, values: impl IntoIterator<Item = (String, f64)>) -> Self {
        let map = values.into_iter().map(|(key, value)| (key, number(value))).collect();
        self.attributes.insert(name.into(), AttributeValue::M(map));
        self
    }

    /// With a string, if there is one.
    #[must_use]
    pub fn maybe_text(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// A list of strings; an empty one is left out.
    #[must_use]
    pub fn maybe_texts(mut self, name: &str, values: impl Iterator<Item = String>) -> Self {
        let values: Vec<_> = values.map(text).collect();
        if !values.is_empty() {
            self.attributes.insert(name.into(), AttributeValue::L(values));
        }
        self
    }

    #[must_use]
    pub fn attributes(self) -> Attributes {
        self.attributes
    }

    /// An unconditional put.
    #[must_use]
    pub fn put(self, table: &str) -> Write {
        Write::new(table, Kind::Put(self.attributes))
    }

    /// A put on the condition that the key is unused.
    #[must_use]
    pub fn put_new(self, table: &str) -> Write {
        self.put(table).if_absent()
    }
}

#[must_use]
pub fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

#[must_use]
pub fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A set of strings, which is not empty.
#[must_use]
pub fn texts(values: impl Iterator<Item = String>) -> AttributeValue {
    AttributeValue::Ss(values.collect())
}

/// Reads items. What must be there and is not, or is unreadable, is [`Failure::Broken`].
pub trait Read {
    /// A string; absent is `None`.
    fn maybe_text(&self, name: &str) -> Option<&str>;

    /// A list or a set of strings; absent is empty.
    fn texts(&self, name: &str) -> Vec<&str>;

    /// A parsed number; absent or unreadable is `None`.
    fn maybe_number<T: FromStr>(&self, name: &str) -> Option<T>;

    /// A map of numbers; absent is empty.
    fn numbers(&self, name: &str) -> std::collections::BTreeMap<String, f64>;

    fn required_text(&self, name: &'static str) -> Result<&str, Failure> {
        self.maybe_text(name).ok_or_else(|| missing(name))
    }

    fn required_number<T: FromStr>(&self, name: &'static str) -> Result<T, Failure> {
        self.maybe_number(name).ok_or_else(|| missing(name))
    }

    fn parsed<T: FromStr>(&self, name: &'static str) -> Result<T, Failure> {
        self.required_text(name)?.parse().map_err(|_| missing(name))
    }

    /// A required enum of kebab-case names.
    fn named<T: serde::de::DeserializeOwned>(&self, name: &'static str) -> Result<T, Failure> {
        parse_name(self.required_text(name)?)
    }

    /// Whether the row has not expired at `now`: TTL deletes late, so an expired row is read as absent.
    fn is_alive(&self, now: Timestamp) -> bool {
        self.maybe_number::<i64>("expires_at").is_none_or(|expires_at| expires_at > now.as_second())
    }
}

impl Read for Attributes {
    fn numbers(&self, name: &str) -> std::collections::BTreeMap<String, f64> {
        let Some(AttributeValue::M(map)) = self.get(name) else { return Default::default() };
        map.iter().filter_map(|(key, value)| Some((key.clone(), value.as_n().ok()?.parse().ok()?))).collect()
    }

    fn maybe_text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_s().ok().map(String::as_str)
    }

    fn texts(&self, name: &str) -> Vec<&str> {
        match self.get(name) {
            Some(AttributeValue::L(values)) => values.iter().filter_map(|value| value.as_s().ok()).map(String::as_str).collect(),
            Some(AttributeValue::Ss(values)) => values.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    fn maybe_number<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.as_n().ok()?.parse().ok()
    }
}

#[must_use]
pub fn name_of(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

pub fn parse_name<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, Failure> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).map_err(Failure::broken)
}

fn missing(name: &'static str) -> Failure {
    Failure::broken(format!("a stored item lacks a readable attribute {name}"))
}
