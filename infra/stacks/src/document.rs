//! Templates as values, and their YAML.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;
use serde_yaml_ng::value::{Tag, TaggedValue};

/// `!Ref`
pub(crate) fn reference(name: &str) -> Value {
    json!({ "Ref": name })
}

/// `!GetAtt`
pub(crate) fn attribute(id: &str, name: &str) -> Value {
    json!({ "Fn::GetAtt": format!("{id}.{name}") })
}

pub(crate) fn sub(text: impl Into<String>) -> Value {
    json!({ "Fn::Sub": text.into() })
}

/// An ARN of this account and region.
pub(crate) fn arn(service: &str, resource: &str) -> Value {
    sub(format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"))
}

/// The names that a value refers to: resources and parameters, pseudo parameters left out.
pub(crate) fn references(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    found.retain(|name| !name.starts_with("AWS::"));
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value.as_str()) {
                    ("Ref", Some(name)) => drop(found.insert(name.to_owned())),
                    ("Fn::GetAtt", Some(name)) => drop(found.insert(first_part(name))),
                    ("Fn::Sub", Some(text)) => {
                        found.extend(text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| first_part(name)));
                    }
                    _ => collect(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

fn first_part(name: &str) -> String {
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The YAML of a template, with the short forms of CloudFormation's functions.
pub(crate) fn yaml(comment: &str, template: Value) -> Result<String> {
    let text = serde_yaml_ng::to_string(&short_forms(template))?;
    let lines: Vec<String> = text.lines().map(with_quotes).collect();
    Ok(format!("{comment}\n{}\n", lines.join("\n")))
}

/// AWS reads YAML 1.1, where words such as `OFF` are booleans; our output is YAML 1.2, where they are texts.
fn with_quotes(line: &str) -> String {
    let is_boolean = |word: &str| ["y", "n", "yes", "no", "on", "off"].contains(&word.to_lowercase().as_str());
    match line.rsplit_once(' ') {
        Some((before, word)) if before.ends_with([':', '-']) && is_boolean(word) => format!("{before} '{word}'"),
        _ => line.to_owned(),
    }
}

fn short_forms(value: Value) -> Yaml {
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(flag) => Yaml::Bool(flag),
        Value::Number(number) => serde_yaml_ng::to_value(number).unwrap_or_default(),
        Value::String(text) => Yaml::String(text),
        Value::Array(items) => Yaml::Sequence(items.into_iter().map(short_forms).collect()),
        Value::Object(map) => match short_tag(&map) {
            Some(tag) => {
                let value = map.into_iter().next().map(|(_, value)| value).unwrap_or_default();
                Yaml::Tagged(Box::new(TaggedValue { tag: Tag::new(tag), value: short_forms(value) }))
            }
            None => Yaml::Mapping(in_order(map).into_iter().map(|(key, value)| (Yaml::String(key), short_forms(value))).collect()),
        },
    }
}

fn short_tag(map: &Map<String, Value>) -> Option<String> {
    let (key, _) = map.iter().next().filter(|_| map.len() == 1)?;
    if key == "Ref" { Some(key.clone()) } else { key.strip_prefix("Fn::").map(str::to_owned) }
}

/// By name, with the type of a resource first.
fn in_order(map: Map<String, Value>) -> Vec<(String, Value)> {
    let mut pairs: Vec<_> = map.into_iter().collect();
    pairs.sort_by(|(one, _), (other, _)| (one != "Type", one).cmp(&(other != "Type", other)));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_forms_are_written_and_words_stay_texts() {
        let value = json!({ "b": [reference("A"), "on"], "a": sub("${A}-x"), "Type": "T", "c": { "Mode": "OFF" }, "d": attribute("A", "Arn"), "e": true });
        let text = yaml("# c", value).unwrap();
        assert_eq!(text, "# c\nType: T\na: !Sub ${A}-x\nb:\n- !Ref A\n- 'on'\nc:\n  Mode: 'OFF'\nd: !GetAtt A.Arn\ne: true\n");
    }

    #[test]
    fn references_are_found_in_every_form() {
        let value = json!([reference("A"), { "x": attribute("B", "Arn") }, sub("${C}/${D.Arn}/${AWS::Region}")]);
        assert_eq!(references(&value), ["A", "B", "C", "D"].map(str::to_owned).into());
    }
}
