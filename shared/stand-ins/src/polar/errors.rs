//! Errors in the merchant's forms.

use serde_json::{Value, json};

use crate::Answer;

/// `{"error", "detail"}`.
pub(super) fn refuse(status: u16, class: &str, detail: &str) -> Answer {
    Answer::json(status, &json!({ "error": class, "detail": detail }))
}

/// The 404 of a path, a method or a version: it names no class.
pub(super) fn nowhere() -> Answer {
    Answer::json(404, &json!({ "detail": "Not Found" }))
}

pub(super) fn absent() -> Answer {
    refuse(404, "ResourceNotFound", "Not found")
}

/// The 422 of the form of a request.
pub(super) fn malformed(place: &[&str], kind: &str, message: &str, input: &Value) -> Answer {
    invalid("RequestValidationError", place, kind, message, input)
}

/// The 422 of what a request asks for.
pub(super) fn unfit(place: &[&str], message: &str, input: &Value) -> Answer {
    invalid("PolarRequestValidationError", place, "value_error", message, input)
}

fn invalid(class: &str, place: &[&str], kind: &str, message: &str, input: &Value) -> Answer {
    let place: Vec<Value> = place.iter().map(|part| part.parse::<u64>().map_or_else(|_| json!(part), Value::from)).collect();
    Answer::json(422, &json!({ "error": class, "detail": [{ "loc": place, "msg": message, "type": kind, "input": input }] }))
}
