//! What things of the policy are called: in English as the version says, in Japanese by `names.ja.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::Thing;
use crate::published::{Cookie, Entry, OnDevice, Processor, Received};

/// Japanese names by what they are the names of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    /// By class.
    pub(super) data: BTreeMap<String, String>,
    /// By the English text.
    pub(super) received: BTreeMap<String, String>,
    /// Of processors, by id.
    pub(super) roles: BTreeMap<String, String>,
    /// By the English text.
    pub(super) regions: BTreeMap<String, String>,
    /// By name.
    pub(super) cookies: BTreeMap<String, String>,
    /// By place.
    pub(super) on_device: BTreeMap<String, String>,
}

pub(super) fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    // It is part of the binary, and a test reads it.
    #[allow(clippy::expect_used)]
    NAMES.get_or_init(|| serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/names.ja.json"))).expect("the names are sound"))
}

/// With its Japanese name, or the English one where something is no more and so has none.
fn thing(en: &str, names: &BTreeMap<String, String>, key: &str) -> Thing {
    Thing { en: en.to_owned(), ja: names.get(key).map_or(en, String::as_str).to_owned() }
}

impl From<&Entry> for Thing {
    fn from(entry: &Entry) -> Self {
        thing(&entry.what, &names().data, &entry.id)
    }
}

impl From<&Received> for Thing {
    fn from(received: &Received) -> Self {
        thing(&received.what, &names().received, &received.what)
    }
}

impl From<&Cookie> for Thing {
    fn from(cookie: &Cookie) -> Self {
        let what = cookie.what.split(". ").next().unwrap_or_default();
        thing(&format!("{}, which {what}", cookie.name), &names().cookies, &cookie.name)
    }
}

impl From<&OnDevice> for Thing {
    fn from(kept: &OnDevice) -> Self {
        thing(&kept.what, &names().on_device, &kept.place)
    }
}

impl From<&Processor> for Thing {
    fn from(processor: &Processor) -> Self {
        Self { en: processor.name.clone(), ja: processor.name.clone() }
    }
}

/// The Japanese name of a class, or the English one where it has none.
pub(super) fn data(class: &str, english: &str) -> String {
    thing(english, &names().data, class).ja
}

/// The same of what a processor does.
pub(super) fn role_of(processor: &str, english: &str) -> String {
    thing(english, &names().roles, processor).ja
}

pub(super) fn role(processor: &Processor) -> Thing {
    thing(&processor.role, &names().roles, &processor.id)
}

pub(super) fn screening() -> Thing {
    Thing { en: "What is looked for in pictures and words".to_owned(), ja: "画像と言葉の審査で確認する内容".to_owned() }
}

/// A region that is not named in words is an AWS region, which has one name.
pub(super) fn region(region: &str) -> Thing {
    thing(region, &names().regions, region)
}
