//! Errors of the vendor, reduced to their identifiers for the log.

use egress::header::HeaderMap;
use serde_json::Value;

/// Maximum characters of a code or an id.
const LONGEST: usize = 64;

/// An answer without a drawing, and without the vendor's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("openai: {what}, status {status}, code {code}, parameter {param}, request {request_id}")]
pub struct ApiError {
    /// The error in our words.
    pub what: &'static str,
    pub status: u16,
    /// The vendor's code, or its type of error; `none` when it gave neither, or one that is no identifier.
    pub code: String,
    /// The parameter that the error names, in the same form.
    pub param: String,
    /// The vendor's id of the request, in the same form.
    pub request_id: String,
}

impl ApiError {
    pub(crate) fn plain(what: &'static str, status: u16, request_id: Option<&str>) -> Self {
        Self { what, status, code: named(None), param: named(None), request_id: named(request_id) }
    }

    pub(crate) fn error(error: &VendorError, status: u16, request_id: Option<&str>) -> Self {
        let code = error.code.as_deref().or(error.kind.as_deref());
        Self { what: "an error", status, code: named(code), param: named(error.param.as_deref()), request_id: named(request_id) }
    }
}

fn named(text: Option<&str>) -> String {
    text.unwrap_or("none").to_owned()
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    identifier(headers.get("x-request-id")?.to_str().ok()?)
}

/// The text, if it is an identifier: text that could be a sentence is not.
pub(crate) fn identifier(text: &str) -> Option<String> {
    let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./[]".contains(&byte));
    fits.then(|| text.to_owned())
}

/// `{"message", "type", "param", "code", "moderation_details"}`; each may be absent or of another type.
#[derive(Debug, Default)]
pub(crate) struct VendorError {
    pub(crate) code: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) param: Option<String>,
    /// The stage at which the safety system refused.
    pub(crate) stage: Option<String>,
    /// The vendor's names of the refused categories.
    pub(crate) categories: Vec<String>,
}

impl VendorError {
    /// Reads the object below `error`.
    pub(crate) fn read(error: &Value) -> Self {
        let field = |name: &str| error[name].as_str().and_then(identifier);
        let details = &error["moderation_details"];
        let detailed = details["categories"].as_array().map(|names| names.iter().filter_map(|name| identifier(name.as_str()?)).collect());
        let categories = detailed.unwrap_or_else(|| in_message(error["message"].as_str().unwrap_or_default()));
        let stage = details["moderation_stage"].as_str().and_then(identifier);
        Self { code: field("code"), kind: field("type"), param: field("param"), stage, categories }
    }

    pub(crate) fn is_any(&self, names: &[&str]) -> bool {
        [&self.code, &self.kind].into_iter().flatten().any(|name| names.contains(&name.as_str()))
    }
}

/// The categories that a message ends with: `safety_violations=[violence, sexual].`
fn in_message(message: &str) -> Vec<String> {
    let list = message.split_once("safety_violations=[").and_then(|(_, rest)| rest.split_once(']'));
    let names = list.map(|(names, _)| names.split(',').filter_map(|name| identifier(name.trim())));
    names.into_iter().flatten().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_could_be_a_sentence_is_no_identifier() {
        assert_eq!(identifier("moderation_blocked").as_deref(), Some("moderation_blocked"));
        for text in ["", "somebody@example.org", "two words", "é", &"x".repeat(65)] {
            assert_eq!(identifier(text), None, "{text}");
        }
    }

    #[test]
    fn an_error_of_any_shape_is_read() {
        for error in
            [json!(null), json!("text"), json!([1]), json!({ "code": 17, "type": {}, "moderation_details": { "categories": "no" } })]
        {
            let error = VendorError::read(&error);
            assert!(error.code.is_none() && error.kind.is_none() && error.categories.is_empty());
        }
        let error = VendorError::read(&json!({ "message": "… safety_violations=[self-harm, violence/graphic, of a person]." }));
        assert_eq!(error.categories, ["self-harm", "violence/graphic"]);
    }
}
