//! The templates as plain values: `!Ref X` becomes the text `${X}`, `!GetAtt A.B` becomes `${A.B}`, and `!Sub` keeps its text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;
use stacks::Manifest;

/// The templates written by hand, the root first.
const BY_HAND: [&str; 7] = [
    "template.yaml",
    "infra/environment.yaml",
    "infra/data.yaml",
    "infra/mail.yaml",
    "infra/ephemeral.yaml",
    "infra/signing.yaml",
    "infra/site.yaml",
];

/// Every template of a deployment, the root first.
pub(crate) fn templates() -> Vec<String> {
    let generated = std::fs::read_dir(root().join("infra/stacks")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let generated = generated.filter(|name| name.ends_with(".yaml")).map(|name| format!("infra/stacks/{name}"));
    BY_HAND.map(str::to_owned).into_iter().chain(generated).collect()
}

/// The manifests of the functions, by name.
pub(crate) fn manifests() -> BTreeMap<String, Manifest> {
    stacks::functions(&root()).unwrap().into_iter().map(|function| (function.name, function.manifest)).collect()
}

/// A resource of any of the templates.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) body: Value,
}

impl Resource {
    pub(crate) fn property(&self, name: &str) -> &Value {
        &self.body["Properties"][name]
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the repository.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn template(path: &str) -> Value {
    static READ: LazyLock<Mutex<BTreeMap<String, Value>>> = LazyLock::new(Mutex::default);
    let parse = || plain(serde_yaml_ng::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}")));
    READ.lock().unwrap().entry(path.to_owned()).or_insert_with(parse).clone()
}

/// Every resource of every template.
pub(crate) fn resources() -> &'static [Resource] {
    static ALL: LazyLock<Vec<Resource>> = LazyLock::new(|| {
        let mut all = Vec::new();
        for path in templates() {
            for (id, body) in template(&path)["Resources"].as_object().unwrap() {
                all.push(Resource { id: id.clone(), kind: body["Type"].as_str().unwrap().to_owned(), body: body.clone() });
            }
        }
        all
    });
    &ALL
}

/// The resources of one type.
pub(crate) fn of_kind(kind: &str) -> Vec<Resource> {
    resources().iter().filter(|resource| resource.kind == kind).cloned().collect()
}

/// The one resource of this name.
pub(crate) fn named(id: &str) -> Resource {
    resources().iter().find(|resource| resource.id == id).cloned().unwrap_or_else(|| panic!("there is no resource {id}"))
}

/// `rate-keys` → `RateKeys`.
pub(crate) fn pascal(kebab: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    kebab.split('-').map(word).collect()
}

/// `GenerationsCreate` → `generations-create`.
pub(crate) fn kebab(pascal: &str) -> String {
    let mut name = String::new();
    for letter in pascal.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// The texts of a value that may be one or a list.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        other => vec![text(other)],
    }
}

/// The text of a scalar.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn plain(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => json!(flag),
        Yaml::Number(number) => number.as_i64().map_or_else(|| json!(number.as_f64()), |whole| json!(whole)),
        Yaml::String(text) => json!(text),
        Yaml::Sequence(items) => items.into_iter().map(plain).collect(),
        Yaml::Mapping(map) => Value::Object(map.into_iter().map(|(key, value)| (text(&plain(key)), plain(value))).collect()),
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let value = plain(tagged.value);
            match tag.as_str() {
                "!Ref" | "!GetAtt" => json!(format!("${{{}}}", text(&value))),
                "!Sub" => value,
                "!Condition" => json!({ "Condition": value }),
                "!If" | "!Not" | "!And" | "!Or" | "!Equals" => Value::Object(Map::from_iter([(format!("Fn::{}", &tag[1..]), value)])),
                other => panic!("the local cloud does not know {other}"),
            }
        }
    }
}

#[test]
fn names_in_kebab_case() {
    assert_eq!(kebab("OnGenerationQueued"), "on-generation-queued");
    assert_eq!((kebab("StylesList"), pascal("rate-keys")), ("styles-list".to_owned(), "RateKeys".to_owned()));
}
