//! The attributes that the expressions of a DynamoDB request name.

use super::Unknown;
use serde_json::Value;
use std::collections::BTreeSet;

/// The words of the expression language; it does not heed their case.
const WORDS: [&str; 17] = [
    "SET",
    "ADD",
    "REMOVE",
    "DELETE",
    "AND",
    "OR",
    "NOT",
    "BETWEEN",
    "IN",
    "ATTRIBUTE_EXISTS",
    "ATTRIBUTE_NOT_EXISTS",
    "ATTRIBUTE_TYPE",
    "BEGINS_WITH",
    "CONTAINS",
    "SIZE",
    "IF_NOT_EXISTS",
    "LIST_APPEND",
];

const EXPRESSIONS: [&str; 5] =
    ["ProjectionExpression", "KeyConditionExpression", "FilterExpression", "ConditionExpression", "UpdateExpression"];

/// What requests said before there were expressions.
const LEGACY: [&str; 8] =
    ["AttributesToGet", "AttributeUpdates", "ConditionalOperator", "Conditions", "Expected", "KeyConditions", "QueryFilter", "ScanFilter"];

/// The top-level attributes that the expressions of this request, or of this part of one, name.
pub(super) fn attributes(request: &Value) -> Result<BTreeSet<String>, Unknown> {
    if let Some(name) = LEGACY.iter().find(|name| !request[**name].is_null()) {
        return Err(Unknown::because(format!("the legacy parameter {name}")));
    }
    let mut found = BTreeSet::new();
    for expression in EXPRESSIONS.iter().filter_map(|name| request[*name].as_str()) {
        for token in tokens(expression) {
            found.extend(attribute(token, request)?);
        }
    }
    Ok(found)
}

/// The value that the key condition of a query gives this attribute.
pub(super) fn equal_to<'a>(attribute_name: &str, request: &'a Value) -> Result<&'a Value, Unknown> {
    let expression =
        request["KeyConditionExpression"].as_str().ok_or_else(|| Unknown::because("a query without a KeyConditionExpression"))?;
    let tokens: Vec<&str> = tokens(expression).collect();
    for parts in tokens.windows(3) {
        if parts[1] == "=" && attribute(parts[0], request)?.as_deref() == Some(attribute_name) {
            let value = &request["ExpressionAttributeValues"][parts[2]];
            return if value.is_null() { Err(Unknown::because(format!("no value {}", parts[2]))) } else { Ok(value) };
        }
    }
    Err(Unknown::because(format!("a key condition without {attribute_name}")))
}

/// Names, placeholders, values and `=`; everything else parts them.
fn tokens(expression: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-.#:[]".contains(letter);
    let mut rest = expression;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|letter: char| !is_part(letter) && letter != '=');
            let first = rest.chars().next()?;
            let end = if first == '=' { 1 } else { rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()) };
            let (token, after) = rest.split_at(end);
            rest = after;
            if !token.is_empty() {
                return Some(token);
            }
        }
    })
}

/// The top-level attribute of a path; `None` for words of the language, values and numbers.
fn attribute(token: &str, request: &Value) -> Result<Option<String>, Unknown> {
    let top = token.split(['.', '[']).next().unwrap_or_default();
    let upper = top.to_ascii_uppercase();
    if top.is_empty() || top == "=" || top.starts_with(':') || WORDS.contains(&upper.as_str()) {
        return Ok(None);
    }
    if !top.starts_with('#') {
        return Ok(Some(top.to_owned()));
    }
    let name = request["ExpressionAttributeNames"][top].as_str();
    name.map(|name| Some(name.to_owned())).ok_or_else(|| Unknown::because(format!("no name {top}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_are_named_in_every_expression_and_words_are_none() {
        let request = json!({
            "UpdateExpression": "SET #s = :s, list[1].deep = if_not_exists(counted,:zero) ADD held :held REMOVE #old",
            "ConditionExpression": "attribute_not_exists(pk) OR (expires_at<=:now AND NOT begins_with(sk, :x))",
            "ProjectionExpression": "a, b.c",
            "ExpressionAttributeNames": { "#s": "state", "#old": "caption" },
        });
        let names: Vec<String> = attributes(&request).unwrap().into_iter().collect();
        assert_eq!(names, ["a", "b", "caption", "counted", "expires_at", "held", "list", "pk", "sk", "state"]);
    }

    #[test]
    fn a_query_gives_its_partition_a_value() {
        let request = json!({
            "KeyConditionExpression": "#c = :class AND expires_at BETWEEN :a AND :b",
            "ExpressionAttributeNames": { "#c": "class" },
            "ExpressionAttributeValues": { ":class": { "S": "upload" } },
        });
        assert_eq!(equal_to("class", &request).unwrap(), &json!({ "S": "upload" }));
        assert!(equal_to("pk", &request).is_err());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(attributes(&json!({ "Expected": {} })).is_err());
        assert!(attributes(&json!({ "UpdateExpression": "SET #x = :y" })).is_err());
    }
}
