//! Items as JSON, for whoever wants a copy of what is stored.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Value};

use crate::item::Attributes;

/// An item as an object of JSON. A set is an array, in its order; bytes are hexadecimal digits.
#[must_use]
pub fn json(item: &Attributes) -> Map<String, Value> {
    item.iter().map(|(name, value)| (name.clone(), value_of(value))).collect()
}

fn value_of(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => text.clone().into(),
        AttributeValue::N(number) => number_of(number),
        AttributeValue::Bool(truth) => (*truth).into(),
        AttributeValue::M(map) => Value::Object(json(map)),
        AttributeValue::L(values) => values.iter().map(value_of).collect(),
        AttributeValue::Ss(texts) => texts.iter().map(String::as_str).map(Value::from).collect(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|number| number_of(number)).collect(),
        AttributeValue::B(bytes) => hexadecimal(bytes.as_ref()).into(),
        AttributeValue::Bs(all) => all.iter().map(|bytes| Value::from(hexadecimal(bytes.as_ref()))).collect(),
        _ => Value::Null,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A number as it is written; one that no reader of JSON would keep exact is a text.
fn number_of(number: &str) -> Value {
    let exact = serde_json::from_str::<Value>(number).ok().filter(|value| {
        let written = value.to_string();
        written == number
    });
    exact.unwrap_or_else(|| number.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::item::{number, text, texts};

    #[test]
    fn an_item_is_the_same_in_json() {
        let item = Attributes::from([
            ("text".to_owned(), text("a")),
            ("number".to_owned(), number(7)),
            ("fraction".to_owned(), number("0.25")),
            ("exact".to_owned(), number("12345678901234567890123")),
            ("set".to_owned(), texts(["b".to_owned()].into_iter())),
            ("map".to_owned(), AttributeValue::M(Attributes::from([("list".to_owned(), AttributeValue::L(vec![number(-1)]))]))),
        ]);
        let expected = json!({ "text": "a", "number": 7, "fraction": 0.25, "exact": "12345678901234567890123", "set": ["b"], "map": { "list": [-1] } });
        assert_eq!(Value::Object(super::json(&item)), expected);
    }
}
