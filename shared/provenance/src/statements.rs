//! What manifests say of the origin of a picture and of its sources.

use std::collections::{HashMap, HashSet};

use c2pa::{Manifest, ManifestAssertion, Reader};
use serde_json::Value;

use crate::report::{Action, Ingredient};
use crate::source_type::{is_of_ai, telling};

/// Maximum entries of a list in a report
pub(crate) const MOST_ENTRIES: usize = 20;
/// Maximum characters of a text in a report
const MOST_CHARACTERS: usize = 200;

/// The name and version of the software that made a manifest
pub(crate) fn generator(manifest: &Manifest) -> Option<String> {
    let info = manifest.claim_generator_info.as_ref().and_then(|infos| infos.first());
    let named = info.map(|info| [Some(info.name.as_str()), info.version.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "));
    named.or_else(|| manifest.claim_generator().map(str::to_owned)).as_deref().and_then(text)
}

/// The source type of the picture, by all assertions of its manifest
pub(crate) fn source_type(manifest: &Manifest) -> Option<String> {
    let values = manifest.assertions().iter().filter_map(|assertion| assertion.value().ok());
    telling(values.flat_map(source_types))
}

/// All source types in `value`, in order. An action has one, and so has the template of an action, and metadata by the name of a property of XMP.
fn source_types(value: &Value) -> Vec<String> {
    let within = |inner: &Value| source_types(inner);
    match value {
        Value::Array(list) => list.iter().flat_map(within).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                let is_named = name.rsplit([':', '/']).next().is_some_and(|local| local.eq_ignore_ascii_case("digitalSourceType"));
                match value {
                    Value::String(uri) if is_named => text(uri).into_iter().collect(),
                    // A list, or an object of JSON-LD
                    Value::Array(uris) if is_named => uris.iter().filter_map(Value::as_str).filter_map(text).collect(),
                    Value::Object(node) if is_named => node.get("@id").and_then(Value::as_str).and_then(text).into_iter().collect(),
                    _ => source_types(value),
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The actions of all assertions of either version
pub(crate) fn actions(manifest: &Manifest) -> Vec<Action> {
    let is_of_actions = |assertion: &&ManifestAssertion| matches!(assertion.label(), "c2pa.actions" | "c2pa.actions.v2");
    let values = manifest.assertions().iter().filter(is_of_actions).filter_map(|assertion| assertion.value().ok());
    let listed = values.filter_map(|value| value.get("actions").and_then(Value::as_array)).flatten();
    let field = |action: &Value, key: &str| action.get(key).and_then(Value::as_str).and_then(text);
    let read =
        |action| Action { action: field(action, "action").unwrap_or_default(), digital_source_type: field(action, "digitalSourceType") };
    cut(listed.map(read).collect(), |action| &action.digital_source_type)
}

/// The direct sources of the picture. What a source says of itself includes what it says of its own sources.
pub(crate) fn ingredients(manifest: &Manifest, reader: &Reader) -> Vec<Ingredient> {
    let said: HashMap<&str, String> =
        reader.manifests().iter().filter_map(|(label, own)| Some((label.as_str(), source_type(own)?))).collect();
    let read = |given: &c2pa::Ingredient| {
        let label = given.active_manifest();
        let relationship = serde_json::to_value(given.relationship()).unwrap_or_default();
        Ingredient {
            relationship: relationship.as_str().map(short).unwrap_or_default(),
            title: given.title().map(short),
            generator: label.and_then(|label| reader.get_manifest(label)).and_then(generator),
            digital_source_type: label.and_then(|label| said_with_sources(label, reader, &said)),
        }
    };
    cut(manifest.ingredients().iter().map(read).collect(), |ingredient| &ingredient.digital_source_type)
}

/// What the manifest `label` said; if it does not speak of AI and one of its sources, near or far, does, what that said
fn said_with_sources(label: &str, reader: &Reader, said: &HashMap<&str, String>) -> Option<String> {
    let (mut seen, mut open, mut found) = (HashSet::from([label]), vec![label], Vec::new());
    while let Some(next) = open.pop() {
        found.extend(said.get(next));
        let sources = reader.get_manifest(next).map(Manifest::ingredients).unwrap_or_default();
        open.extend(sources.iter().filter_map(c2pa::Ingredient::active_manifest).filter(|label| seen.insert(label)));
    }
    // The manifest's own word was found first, and counts most.
    telling(found.into_iter().rev()).cloned()
}

/// At most [`MOST_ENTRIES`], in order: those that speak of AI before others
fn cut<T>(mut entries: Vec<T>, source_type: impl Fn(&T) -> &Option<String>) -> Vec<T> {
    let speaks_of_ai = |entry: &T| source_type(entry).as_deref().is_some_and(is_of_ai);
    let mut room = MOST_ENTRIES.saturating_sub(entries.iter().filter(|entry| speaks_of_ai(entry)).count());
    entries.retain(|entry| {
        let stays = speaks_of_ai(entry) || room > 0;
        room -= usize::from(stays && !speaks_of_ai(entry));
        stays
    });
    entries.truncate(MOST_ENTRIES);
    entries
}

/// [`short`], unless nothing is left
fn text(text: &str) -> Option<String> {
    Some(short(text.trim())).filter(|text| !text.is_empty())
}

/// An untrusted text, cut, without control characters
pub(crate) fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MOST_CHARACTERS).collect()
}
