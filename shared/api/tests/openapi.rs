//! `infra/openapi.yaml` is what the types say, and its routes are those of the functions.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

fn document() -> Value {
    serde_json::to_value(api::openapi::document()).unwrap()
}

/// Invariant: Documented and deployed routes are the same.
#[test]
fn the_file_is_up_to_date() {
    let remedy = "cargo run -p api --features openapi --example openapi";
    assert!(
        read("infra/openapi.yaml") == api::openapi::yaml().unwrap(),
        "infra/openapi.yaml is not what the types say: `make openapi` ({remedy})"
    );
}

/// The operations of the document: `GET /v1/styles` and the function that answers it.
fn documented() -> BTreeMap<String, String> {
    let document = document();
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.insert(format!("{} {path}", method.to_uppercase()), operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    operations
}

/// The routes of the functions' manifests in the same form.
fn deployed() -> BTreeMap<String, String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let functions = stacks::functions(&root).unwrap().into_iter();
    let routes = functions.filter_map(|function| Some((function.manifest.on.route()?.to_string(), function.name)));
    routes.collect()
}

/// Invariant: Documented and deployed routes are the same.
#[test]
fn every_route_is_documented_and_every_documented_one_is_deployed() {
    assert_eq!(documented(), deployed());
}

/// Invariant: A private route wants a session, and refuses other sites and other owners.
#[test]
fn a_route_needs_a_session_where_its_manifest_says_so() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let document = document();
    for function in stacks::functions(&root).unwrap() {
        let Some(route) = function.manifest.on.route() else { continue };
        let operation = &document["paths"][&route.path][route.method.to_lowercase()];
        let documented = operation["security"].as_array().is_some_and(|security| !security.is_empty());
        assert_eq!(documented, function.manifest.caller == Some(stacks::Caller::Session), "{route}");
    }
}

#[test]
fn every_path_parameter_is_declared() {
    let document = document();
    for (path, item) in document["paths"].as_object().unwrap() {
        let in_path: Vec<&str> = path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
        for operation in item.as_object().unwrap().values() {
            let declared = operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "path");
            assert_eq!(declared.map(|parameter| parameter["name"].as_str().unwrap()).collect::<Vec<_>>(), in_path, "{path}");
        }
    }
}

/// Every `$ref` below a value.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_reference_leads_somewhere_and_nothing_is_left_over() {
    let document = document();
    let references = references(&document);
    for reference in &references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    for kind in ["schemas", "responses"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            assert!(references.contains(&format!("#/components/{kind}/{name}")), "nothing uses {kind} {name}");
        }
    }
}

#[test]
fn every_reason_is_documented() {
    let responses = document()["components"]["responses"].to_string();
    for reason in kernel::Reason::ALL {
        let kind = format!("\"urn:nigao:problem:{}\"", reason.slug());
        assert!(responses.contains(&kind), "no route is refused for {kind}");
    }
}

#[test]
fn what_is_answered_fits_its_schema() {
    let catalogue = serde_json::to_value(api_studio::StylesReply::catalogue()).unwrap();
    let schemas = document()["components"]["schemas"].clone();
    let declared = |schema: &str| schemas[schema]["properties"].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let answered = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(declared("StylesReply"), answered(&catalogue));
    assert_eq!(declared("StyleReply"), answered(&catalogue["styles"][0]));
}
