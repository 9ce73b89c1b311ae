//! EventBridge rules that start functions, and the SES configuration sets that produce the events.

use super::stack::{Stack, text};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::collections::BTreeMap;

/// A rule of the default bus with a function as its target.
#[derive(Debug, Clone)]
pub struct EventRule {
    /// The function's name.
    pub function: String,
    /// The matching events: fields with the list of their allowed values.
    pub pattern: Value,
    input: Input,
}

/// What the function gets of an event.
#[derive(Debug, Clone)]
enum Input {
    /// The part under this path; the whole where it is empty.
    Part(Vec<String>),
    /// An object of the parts under these paths.
    Parts(BTreeMap<String, Vec<String>>),
}

impl EventRule {
    /// Reads the resolved properties of an `AWS::Events::Rule` with one target.
    ///
    /// # Errors
    /// When it uses an unsupported feature: another bus, content filters, inputs other than a plain path.
    pub(super) fn read(stack: &Stack, properties: &Value) -> Result<Self> {
        ensure!(properties.get("EventBusName").is_none(), "the local cloud knows the default bus alone");
        let targets = properties["Targets"].as_array().map(Vec::as_slice).unwrap_or_default();
        let [target] = targets else { bail!("a rule has one target here, not {}", targets.len()) };
        let function = stack.function(&text(&target["Arn"]))?;
        Self::new(function, properties["EventPattern"].clone(), target)
    }

    fn new(function: String, pattern: Value, target: &Value) -> Result<Self> {
        ensure!(target.get("Input").is_none(), "Input is not supported by the local cloud");
        check_pattern(&pattern)?;
        let input = match target.get("InputTransformer") {
            Some(transformer) => Input::Parts(read_transformer(transformer)?),
            None => Input::Part(read_path(&target.get("InputPath").map_or_else(|| "$".to_owned(), text))?),
        };
        Ok(Self { function, pattern, input })
    }

    /// Whether an event starts the function.
    pub fn matches(&self, event: &Value) -> bool {
        matches(&self.pattern, event)
    }

    /// The function's input from an event.
    pub fn input(&self, event: &Value) -> Value {
        let part = |path: &Vec<String>| path.iter().try_fold(event, |value, name| value.get(name)).cloned().unwrap_or_default();
        match &self.input {
            Input::Part(path) => part(path),
            Input::Parts(paths) => paths.iter().map(|(name, path)| (name.clone(), part(path))).collect(),
        }
    }
}

/// A transformer that makes an object of its parts, each under its own name, and no other.
fn read_transformer(transformer: &Value) -> Result<BTreeMap<String, Vec<String>>> {
    let paths = transformer["InputPathsMap"].as_object().context("a transformer has paths")?;
    let paths: BTreeMap<_, _> = paths.iter().map(|(name, path)| Ok((name.clone(), read_path(&text(path))?))).collect::<Result<_>>()?;
    let fields: Vec<String> = paths.keys().map(|name| format!("\"{name}\": <{name}>")).collect();
    let (expected, template) = (format!("{{{}}}", fields.join(", ")), text(&transformer["InputTemplate"]));
    ensure!(template == expected, "the template {template} is not supported by the local cloud; {expected} is");
    Ok(paths)
}

/// One of these patterns is to match what the others beside it match.
const OR: &str = "$or";

fn check_pattern(pattern: &Value) -> Result<()> {
    match pattern {
        Value::Object(fields) if !fields.is_empty() => fields.iter().try_for_each(|(name, pattern)| match pattern {
            Value::Array(either) if name == OR => either.iter().try_for_each(check_pattern),
            _ => check_pattern(pattern),
        }),
        Value::Array(allowed) if !allowed.is_empty() && allowed.iter().all(|value| !value.is_object() && !value.is_array()) => Ok(()),
        other => bail!("a pattern is made of fields and lists of plain values; {other} is not supported by the local cloud"),
    }
}

fn read_path(path: &str) -> Result<Vec<String>> {
    let plain = path.strip_prefix('$').filter(|rest| !rest.contains(['[', '*', '\'', '"']) && !rest.contains(".."));
    let Some(rest) = plain.filter(|rest| rest.is_empty() || rest.starts_with('.')) else {
        bail!("the path {path} is not supported by the local cloud");
    };
    Ok(rest.split('.').skip(1).map(str::to_owned).collect())
}

/// A field of the pattern allows the value, or one of the values when the event has a list.
fn matches(pattern: &Value, event: &Value) -> bool {
    match (pattern, event) {
        (Value::Object(fields), Value::Object(_)) => fields.iter().all(|(name, pattern)| match pattern {
            Value::Array(either) if name == OR => either.iter().any(|pattern| matches(pattern, event)),
            _ => event.get(name).is_some_and(|value| matches(pattern, value)),
        }),
        (Value::Array(allowed), Value::Array(values)) => values.iter().any(|value| allowed.contains(value)),
        (Value::Array(allowed), value) => allowed.contains(value),
        _ => false,
    }
}

/// A configuration set, and the events of its mails that SES tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Its name.
    pub set: String,
    /// Of `send`, `bounce` and `complaint`.
    pub types: Vec<String>,
}

/// What SES announces because of this `AWS::SES::ConfigurationSetEventDestination`.
///
/// # Errors
/// When it sends other events or sends them elsewhere.
pub(super) fn announced(stack: &Stack, id: &str) -> Result<Option<Announced>> {
    let properties = stack.properties(id)?;
    let destination = &properties["EventDestination"];
    let types: Vec<String> = destination["MatchingEventTypes"].as_array().into_iter().flatten().map(text).collect();
    let known = types.iter().all(|kind| ["send", "bounce", "complaint"].contains(&kind.as_str()));
    if !known || types.is_empty() || destination["EventBridgeDestination"]["EventBusArn"].is_null() {
        bail!("the local cloud makes `send`, `bounce` and `complaint` events for EventBridge and no others");
    }
    Ok((destination["Enabled"] == true).then(|| Announced { set: text(&properties["ConfigurationSetName"]), types }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rule(pattern: Value, path: &str) -> Result<EventRule> {
        EventRule::new("f".to_owned(), pattern, &json!({ "InputPath": path }))
    }

    #[test]
    fn a_pattern_matches_values_and_members_of_lists() {
        let rule = rule(json!({ "source": ["aws.ses"], "detail": { "tags": { "kind": ["ready", "late"] } } }), "$").unwrap();
        let event = |source: &str, tags: Value| json!({ "source": source, "more": 1, "detail": { "tags": tags } });
        assert!(rule.matches(&event("aws.ses", json!({ "kind": ["other", "ready"], "id": ["x"] }))));
        assert!(rule.matches(&event("aws.ses", json!({ "kind": "late" }))));
        for (source, tags) in [
            ("aws.s3", json!({ "kind": ["ready"] })),
            ("aws.ses", json!({ "kind": ["code"] })),
            ("aws.ses", json!({ "kind": [] })),
            ("aws.ses", json!({})),
            ("aws.ses", json!("ready")),
        ] {
            assert!(!rule.matches(&event(source, tags.clone())), "{source} {tags}");
        }
    }

    #[test]
    fn a_function_gets_what_its_path_leads_to() {
        let event = json!({ "detail": { "mail": { "tags": { "a": ["1"] } } } });
        let input = |path| rule(json!({ "source": ["x"] }), path).unwrap().input(&event);
        assert_eq!(input("$"), event);
        assert_eq!(input("$.detail.mail.tags"), json!({ "a": ["1"] }));
        assert_eq!(input("$.detail.nothing"), Value::Null);
    }

    #[test]
    fn one_of_several_patterns_is_enough_beside_others() {
        let either = json!([{ "bounce": { "type": ["Permanent"] } }, { "kind": ["Complaint"] }]);
        let rule = rule(json!({ "detail": { "set": ["ours"], "$or": either } }), "$").unwrap();
        for (detail, is) in [
            (json!({ "set": "ours", "bounce": { "type": "Permanent" } }), true),
            (json!({ "set": "ours", "kind": "Complaint" }), true),
            (json!({ "set": "ours", "bounce": { "type": "Transient" } }), false),
            (json!({ "set": "theirs", "kind": "Complaint" }), false),
        ] {
            assert_eq!(rule.matches(&json!({ "detail": detail })), is, "{detail}");
        }
    }

    #[test]
    fn a_transformer_makes_an_object_of_parts() {
        let new = |transformer| EventRule::new("f".to_owned(), json!({ "source": ["x"] }), &json!({ "InputTransformer": transformer }));
        let paths = json!({ "kind": "$.detail.kind", "tags": "$.detail.tags" });
        let rule = new(json!({ "InputPathsMap": paths, "InputTemplate": "{\"kind\": <kind>, \"tags\": <tags>}" })).unwrap();
        let event = json!({ "detail": { "kind": "Bounce", "tags": { "a": ["1"] }, "address": "ada@example.org" } });
        assert_eq!(rule.input(&event), json!({ "kind": "Bounce", "tags": { "a": ["1"] } }));
        assert!(new(json!({ "InputPathsMap": paths, "InputTemplate": "<tags>" })).is_err());
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert!(rule(json!({ "source": [{ "prefix": "aws." }] }), "$").is_err());
        assert!(rule(json!({ "source": [] }), "$").is_err());
        assert!(rule(json!({}), "$").is_err());
        for path in ["detail", "$.a[0]", "$..a", "$['a']", "$a"] {
            assert!(rule(json!({ "source": ["x"] }), path).is_err(), "{path}");
        }
        assert!(EventRule::new("f".to_owned(), json!({ "source": ["x"] }), &json!({ "Input": "{}" })).is_err());
    }
}
