//! The first input of a new function, made from the one of another, and its reply.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use stacks::{Route, Trigger};

/// A name for the case, the event and the reply.
pub(crate) fn case(root: &Path, name: &str, trigger: &Trigger) -> Result<(&'static str, String, String)> {
    let read = |path: &str| -> Result<Value> {
        let text = std::fs::read_to_string(root.join("events").join(path)).with_context(|| format!("cannot read events/{path}"))?;
        Ok(serde_json::from_str(&text)?)
    };
    let (case, event, reply) = match trigger {
        Trigger::Route(route) | Trigger::Url(route) => {
            let reply = json!({ "statusCode": 204, "headers": { "cache-control": "no-store" } });
            ("signed-in", request(read("me-get/signed-in.json")?, route), reply)
        }
        Trigger::Queue(queue) => {
            let mut event = read("on-generation-queued/one-message.json")?;
            event["Records"][0]["eventSourceARN"] = json!(format!("arn:aws:sqs:ap-northeast-1:123456789012:{queue}"));
            ("one-message", event, json!({ "batchItemFailures": [] }))
        }
        Trigger::Rate(_) | Trigger::Event(_) => {
            let mut event = read("every-hour-delete-expired/on-time.json")?;
            event["resources"] = json!([format!("arn:aws:scheduler:ap-northeast-1:123456789012:schedule/default/nigao-{name}")]);
            ("on-time", event, Value::Null)
        }
    };
    let text = |value: &Value| serde_json::to_string_pretty(value).map(|text| text + "\n");
    Ok((case, text(&event)?, text(&reply)?))
}

/// The input of another endpoint, as this one would get it.
fn request(mut event: Value, route: &Route) -> Value {
    const ID: &str = "gen_019aa6104c507e32b5d69fa012345678";
    let parameters = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameters: serde_json::Map<String, Value> = parameters.map(|name| (name.to_owned(), json!(ID))).collect();
    let path = parameters.keys().fold(route.path.clone(), |path, name| path.replace(&format!("{{{name}}}"), ID));
    event["routeKey"] = json!(route.to_string());
    event["requestContext"]["routeKey"] = json!(route.to_string());
    event["rawPath"] = json!(path);
    event["requestContext"]["http"]["path"] = json!(path);
    event["requestContext"]["http"]["method"] = json!(route.method);
    if !parameters.is_empty() {
        event["pathParameters"] = Value::Object(parameters);
    }
    if route.method != "GET" {
        for (header, value) in [("origin", "http://localhost:8080"), ("sec-fetch-mode", "cors"), ("sec-fetch-site", "same-site")] {
            event["headers"][header] = json!(value);
        }
    }
    if !["GET", "DELETE"].contains(&route.method.as_str()) {
        event["headers"]["content-type"] = json!("application/json");
        event["headers"]["content-length"] = json!("2");
        event["body"] = json!("{}");
    }
    event
}
