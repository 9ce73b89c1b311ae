//! EventBridge rules that start functions, and the SES configuration sets that produce the events.

use super::stack::{Stack, text};
use anyhow::{Result, bail, ensure};
use serde_json::Value;

/// A rule of the default bus with a function as its target.
#[derive(Debug, Clone)]
pub struct EventRule {
    /// The function's name.
    pub function: String,
    /// The matching events: fields with the list of their allowed values.
    pub pattern: Value,
    /// The path to the part of the event that the function gets; empty for the whole.
    pub input_path: Vec<String>,
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
        for unknown in ["Input", "InputTransformer"] {
            ensure!(target.get(unknown).is_none(), "{unknown} is not supported by the local cloud");
        }
        check_pattern(&pattern)?;
        let path = target.get("InputPath").map_or_else(|| "$".to_owned(), text);
        Ok(Self { function, pattern, input_path: read_path(&path)? })
    }

    /// Whether an event starts the function.
    pub fn matches(&self, event: &Value) -> bool {
        matches(&self.pattern, event)
    }

    /// The function's input from an event.
    pub fn input(&self, event: &Value) -> Value {
        self.input_path.iter().try_fold(event, |value, name| value.get(name)).cloned().unwrap_or_default()
    }
}

fn check_pattern(pattern: &Value) -> Result<()> {
    match pattern {
        Value::Object(fields) if !fields.is_empty() => fields.values().try_for_each(check_pattern),
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
        (Value::Object(fields), Value::Object(_)) => {
            fields.iter().all(|(name, pattern)| event.get(name).is_some_and(|value| matches(pattern, value)))
        }
        (Value::Array(allowed), Value::Array(values)) => values.iter().any(|value| allowed.contains(value)),
        (Value::Array(allowed), value) => allowed.contains(value),
        _ => false,
    }
}

/// The configuration set whose mails SES announces because of this `AWS::SES::ConfigurationSetEventDestination`.
///
/// # Errors
/// When it sends other events or sends them elsewhere.
pub(super) fn announced(stack: &Stack, id: &str) -> Result<Option<String>> {
    let properties = stack.properties(id)?;
    let destination = &properties["EventDestination"];
    let types = destination["MatchingEventTypes"].as_array().map(Vec::as_slice).unwrap_or_default();
    if types != ["send"] || destination["EventBridgeDestination"]["EventBusArn"].is_null() {
        bail!("the local cloud makes `send` events for EventBridge and no others");
    }
    Ok((destination["Enabled"] == true).then(|| text(&properties["ConfigurationSetName"])))
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
