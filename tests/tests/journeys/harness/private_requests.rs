//! A request of every route for whoever is signed in. Manifests say which they are, the document says where they name a thing, and the recorded
//! inputs say the rest: a new route is in every test that asks these, or fails it by the name of its function.

use std::path::{Path, PathBuf};

use http::Method;
use local_cloud::Reply;
use serde_json::Value;
use stacks::{Caller, Function};

use super::Person;

/// A request that is answered well where its things are the caller's.
pub(crate) struct PrivateRequest {
    function: String,
    pub(crate) method: Method,
    path: String,
    body: Option<Value>,
    /// What its path, its query and its body name.
    names: Vec<Name>,
}

/// A place for the id of a thing.
struct Name {
    place: Place,
    /// The parameter, or the field of the body.
    field: String,
    /// `gen_`
    prefix: String,
}

#[derive(PartialEq, Eq)]
enum Place {
    Path,
    Query,
    Body,
}

/// Ids of nothing.
pub(crate) const ANY: [&str; 6] = [
    "gen_019aa6104c507e32b5d69fa012345678",
    "upl_019aa6104c507e32b5d69fa012345678",
    "ord_019aa6104c507e32b5d69fa012345678",
    "tri_019aa6104c507e32b5d69fa012345678",
    "ech_019aa6104c507e32b5d69fa012345678",
    "exp_019aa6104c507e32b5d69fa012345678",
];

/// Every such request, with these things in it.
pub(crate) fn private_requests(things: &[&str]) -> Vec<PrivateRequest> {
    let document = std::fs::read_to_string(root().join("infra/openapi.yaml")).unwrap();
    let document: Value = serde_yaml_ng::from_str(&document).unwrap();
    let functions = stacks::functions(&root()).unwrap().into_iter();
    let private = functions.filter(|function| function.manifest.caller == Some(Caller::Session));
    private.map(|function| PrivateRequest::of(function, &document, things)).collect()
}

impl PrivateRequest {
    fn of(function: Function, document: &Value, things: &[&str]) -> Self {
        let route = function.manifest.on.route().unwrap_or_else(|| panic!("{} has no route", function.name));
        let operation = &document["paths"][&route.path][route.method.to_lowercase()];
        let names = parameters(operation).chain(fields(document, operation)).collect();
        let recorded = recorded(&function.name);
        let body = recorded["body"].as_str().map(|body| serde_json::from_str(body).unwrap());
        // What a path names that is no id is named as it was recorded.
        let named = recorded["pathParameters"].as_object().into_iter().flatten().filter(|(_, value)| is_word(value));
        let fill = |path: String, (name, value): (&String, &Value)| path.replace(&format!("{{{name}}}"), value.as_str().unwrap());
        let (method, path) = (route.method.parse().unwrap(), named.fold(route.path.clone(), fill));
        let mut request = Self { function: function.name, method, path, body, names };
        request.name(things);
        request
    }

    /// Whether it is about a thing, which must be there. A query narrows a list, and finds less of what is the caller's.
    pub(crate) fn is_about_a_thing(&self) -> bool {
        self.names.iter().any(|name| name.place != Place::Query)
    }

    pub(crate) fn ends_the_session(&self) -> bool {
        self.function == "auth-sessions-delete"
    }

    pub(crate) async fn send(&self, person: &Person<'_>, more: &[(&str, &str)]) -> Reply {
        let headers = [&[("idempotency-key", "k")], more].concat();
        person.call(self.method.clone(), &self.path, self.body.as_ref(), &headers).await
    }

    fn name(&mut self, things: &[&str]) {
        for Name { place, field, prefix } in &self.names {
            let thing = things.iter().find(|thing| thing.starts_with(prefix.as_str()));
            let thing = thing.unwrap_or_else(|| panic!("{} is about a {prefix}…, and this test has none", self.function));
            match place {
                Place::Path => self.path = self.path.replace(&format!("{{{field}}}"), thing),
                Place::Query => self.path += &format!("{}{field}={thing}", if self.path.contains('?') { '&' } else { '?' }),
                Place::Body => self.body.as_mut().unwrap()[field] = Value::from(*thing),
            }
        }
        assert!(!self.path.contains('{'), "{}: the document does not say of what kind the id in {} is", self.function, self.path);
    }
}

fn parameters(operation: &Value) -> impl Iterator<Item = Name> {
    let named = |parameter: &Value| {
        let place = match parameter["in"].as_str().unwrap() {
            "path" => Place::Path,
            "query" => Place::Query,
            _ => return None,
        };
        let prefix = prefix(&parameter["schema"])?;
        Some(Name { place, field: parameter["name"].as_str().unwrap().to_owned(), prefix })
    };
    operation["parameters"].as_array().into_iter().flatten().filter_map(named)
}

fn fields(document: &Value, operation: &Value) -> Vec<Name> {
    let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else { return Vec::new() };
    let schema = document.pointer(schema["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
    let named = |(field, schema): (&String, &Value)| {
        let prefix = prefix(schema);
        assert!(prefix.is_some() || !field.ends_with("_id"), "the document does not say what kind of id {field} is");
        Some(Name { place: Place::Body, field: field.clone(), prefix: prefix? })
    };
    schema["properties"].as_object().unwrap().iter().filter_map(named).collect()
}

/// The prefix of the ids that a schema allows; `None` where it is not one of ids.
fn prefix(schema: &Value) -> Option<String> {
    let pattern = schema["pattern"].as_str()?.trim_start_matches(['^', '(']);
    let prefix = pattern.split_once("[0-9a-f]{32}")?.0;
    // What has more in its pattern is a cursor of a list, and no id.
    prefix.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_').then(|| prefix.to_owned())
}

/// Whether a value of a path is a word, and no id and no place for one.
fn is_word(value: &Value) -> bool {
    value.as_str().is_some_and(|value| value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'))
}

/// The first recorded request of a function that was answered well.
fn recorded(function: &str) -> Value {
    let entries = std::fs::read_dir(root().join("events").join(function)).into_iter().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &Path| -> Value { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
    let well = |path: &&PathBuf| {
        path.with_extension("").extension().is_none()
            && read(&path.with_extension("reply.json"))["statusCode"].as_u64().is_some_and(|status| status < 300)
    };
    read(paths.iter().find(well).unwrap_or_else(|| panic!("no recorded request of {function} is answered well")))
}

fn root() -> PathBuf {
    local_cloud::repository().unwrap()
}
