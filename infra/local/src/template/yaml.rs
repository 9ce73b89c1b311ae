//! CloudFormation YAML as plain JSON: every short tag (`!Ref x`) becomes its long form (`{"Ref": "x"}`).

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;

/// Reads a template's text.
///
/// # Errors
/// When the text is no YAML, or uses a tag that CloudFormation does not know.
pub fn read(text: &str) -> Result<Value> {
    let yaml: Yaml = serde_yaml_ng::from_str(text).context("not YAML")?;
    to_json(yaml)
}

fn to_json(yaml: Yaml) -> Result<Value> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(flag),
        Yaml::Number(number) => number_to_json(&number)?,
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(to_json).collect::<Result<_>>()?),
        Yaml::Mapping(pairs) => {
            Value::Object(pairs.into_iter().map(|(key, value)| Ok((key_text(key)?, to_json(value)?))).collect::<Result<Map<_, _>>>()?)
        }
        Yaml::Tagged(tagged) => long_form(&tagged.tag.to_string(), to_json(tagged.value)?)?,
    })
}

fn number_to_json(number: &serde_yaml_ng::Number) -> Result<Value> {
    serde_json::to_value(number).context("a number that JSON cannot hold")
}

fn key_text(key: Yaml) -> Result<String> {
    match key {
        Yaml::String(text) => Ok(text),
        Yaml::Number(number) => Ok(number.to_string()),
        Yaml::Bool(flag) => Ok(flag.to_string()),
        other => bail!("a key must be text, not {other:?}"),
    }
}

fn long_form(tag: &str, value: Value) -> Result<Value> {
    let name = tag.trim_start_matches('!');
    let (key, value) = match name {
        "Ref" | "Condition" => (name.to_owned(), value),
        "GetAtt" => ("Fn::GetAtt".to_owned(), split_attribute(value)),
        "Sub" | "If" | "Equals" | "And" | "Or" | "Not" => (format!("Fn::{name}"), value),
        _ => bail!("unknown tag !{name}"),
    };
    Ok(Value::Object(Map::from_iter([(key, value)])))
}

/// `Table.Arn` names a resource and its attribute; nested outputs keep their own dot (`Data.Outputs.Table`).
fn split_attribute(value: Value) -> Value {
    match &value {
        Value::String(text) => match text.split_once('.') {
            Some((resource, attribute)) => serde_json::json!([resource, attribute]),
            None => value,
        },
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_tags_become_long_forms() {
        let value = read("a: !Ref B\nc: !GetAtt D.Outputs.E\nf: !Sub '${G}-h'\ni: !If [J, !Ref K, 1]").unwrap();
        assert_eq!(
            value,
            json!({
                "a": {"Ref": "B"},
                "c": {"Fn::GetAtt": ["D", "Outputs.E"]},
                "f": {"Fn::Sub": "${G}-h"},
                "i": {"Fn::If": ["J", {"Ref": "K"}, 1]}
            })
        );
    }

    #[test]
    fn an_unknown_tag_is_an_error() {
        assert!(read("a: !Nope b").unwrap_err().to_string().contains("!Nope"));
    }
}
