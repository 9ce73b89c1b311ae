//! `infra/openapi.yaml` is what the types say, and its routes are those of the functions.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use stacks::Function;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn functions() -> Vec<Function> {
    stacks::functions(&root()).unwrap()
}

fn document() -> Value {
    serde_json::to_value(api::openapi::document(&functions()).unwrap()).unwrap()
}

/// Invariant: Documented and deployed routes are the same.
#[test]
fn the_file_is_up_to_date() {
    let remedy = "cargo run -p api --features openapi --example openapi";
    assert!(
        std::fs::read_to_string(root().join("infra/openapi.yaml")).unwrap() == api::openapi::yaml(&functions()).unwrap(),
        "infra/openapi.yaml is not what types and manifests say: `make openapi` ({remedy})"
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
    functions()
        .into_iter()
        .filter_map(|function| Some((function.manifest.on.route()?.to_string().replace("+}", "}"), function.name)))
        .collect()
}

/// Invariant: Documented and deployed routes are the same.
#[test]
fn every_route_is_documented_and_every_documented_one_is_deployed() {
    assert_eq!(documented(), deployed());
}

#[test]
fn a_route_that_is_not_described_is_named_and_so_is_a_description_without_a_route() {
    let refused = |functions: &[Function]| api::openapi::yaml(functions).unwrap_err().to_string();
    let mut functions = functions();
    let mut stranger = functions.iter().find(|function| function.name == "me-get").unwrap().clone();
    stranger.name = "things-list".into();
    functions.push(stranger);
    assert!(refused(&functions).starts_with("things-list has a route"));

    functions.retain(|function| !["styles-list", "things-list"].contains(&function.name.as_str()));
    assert!(refused(&functions).contains("describes styles-list, but"));
}

/// Invariant: A private route wants a session, and refuses other sites and other owners.
#[test]
fn a_route_needs_a_session_where_its_manifest_says_so() {
    let document = document();
    for function in functions() {
        let Some(route) = function.manifest.on.route() else { continue };
        let operation = &document["paths"][&route.path][route.method.to_lowercase()];
        let private = matches!(function.manifest.caller, Some(stacks::Caller::Session | stacks::Caller::Trial | stacks::Caller::Operator));
        // Whoever is at the desk may have another role than a route needs.
        let has_roles = function.manifest.caller == Some(stacks::Caller::Operator);
        assert_eq!(operation["security"].as_array().is_some_and(|security| !security.is_empty()), private, "{route}");
        assert!(!private || operation["responses"]["401"].is_object(), "{route}");
        assert!(!private || operation["responses"]["403"].is_object() == (has_roles || route.method != "GET"), "{route}");
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

/// Scripts of the site read no other header of an answer (Fetch, 3.2.6) than those that are exposed and those that need not be.
#[test]
fn every_documented_header_is_exposed_to_the_site() {
    let document = document();
    let exposed = |path: &str, resource: &str, cors: &str| -> BTreeSet<String> {
        let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&std::fs::read_to_string(root().join(path)).unwrap()).unwrap();
        let names = template["Resources"][resource]["Properties"][cors]["ExposeHeaders"].as_sequence().unwrap();
        names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let (api, url) =
        (exposed("template.yaml", "Api", "CorsConfiguration"), exposed("infra/stacks/instant.yaml", "InstantCreateUrl", "Cors"));
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            for response in operation["responses"].as_object().unwrap().values() {
                let response = response["$ref"].as_str().map_or(response, |at| document.pointer(at.trim_start_matches('#')).unwrap());
                let headers = response["headers"].as_object().into_iter().flatten().map(|(name, _)| name.to_lowercase());
                for header in headers.filter(|name| !["cache-control", "set-cookie"].contains(&name.as_str())) {
                    let exposed = if operation["operationId"] == "instant-create" { &url } else { &api };
                    assert!(exposed.contains(&header), "{path}: {header}");
                }
            }
        }
    }
}

/// A derived type would take a list of its fields: each object within a body is read by code that does not.
#[test]
fn a_list_stands_for_no_object_of_a_body() {
    let document = document();
    let mut nested = BTreeSet::new();
    for operation in document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values()) {
        let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema/$ref").and_then(Value::as_str) else {
            continue;
        };
        for (name, property) in document.pointer(schema.trim_start_matches('#')).unwrap()["properties"].as_object().unwrap() {
            if !references(property).is_empty() || property["type"] == "object" {
                nested.insert(format!("{} {name}", operation["operationId"].as_str().unwrap()));
            }
        }
    }
    let read = [
        "desk-decisions-create assertion",
        "desk-passkeys-create assertion",
        "desk-sessions-create passkey",
        "desk-views-create assertion",
        "events-create actions",
        "generations-create bubble",
    ];
    let read = read.map(str::to_owned);
    assert_eq!(nested, BTreeSet::from(read), "another object needs a reader as the bubble has one");
    let listed = serde_json::json!({ "at": "2026-11-30T18:00:00Z", "assertion": ["AA", "AA", "AA", "AA"] });
    assert!(serde_json::from_value::<api_desk::SignedAt>(listed.clone()).is_err());
    let body =
        serde_json::json!({ "email": "ada@example.org", "code": "012345", "passkey": ["2026-11-30T18:00:00Z", listed["assertion"]] });
    assert!(serde_json::from_value::<api_desk::DeskSignIn>(body).is_err());
    let device = format!("dev_{:032x}", 1);
    let body = serde_json::json!({ "device_id": device, "actions": [["page-viewed", "home"]] });
    assert!(serde_json::from_value::<api_insights::EventsRequest>(body).is_err());
    let body = serde_json::json!({ "upload_id": format!("upl_{:032x}", 1), "style": "pixel", "count": 1, "bubble": ["Hi", "left"] });
    assert!(serde_json::from_value::<api_studio::GenerationRequest>(body).is_err());
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
