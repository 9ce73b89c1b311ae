//! Errors in the vendor's format.

use serde_json::json;

use crate::Answer;

/// `{"error": {"message", "type", "param", "code"}}`.
pub(super) fn refuse(status: u16, kind: &str, code: Option<&str>, param: Option<&str>, message: &str) -> Answer {
    Answer::json(status, &json!({ "error": { "message": message, "type": kind, "param": param, "code": code } }))
}

/// The 400 of a field.
pub(super) fn invalid(param: &str, code: &str, message: &str) -> Answer {
    refuse(400, "invalid_request_error", Some(code), Some(param), message)
}

/// A refusal by the safety system, as observed live: the message quotes the request, so no log may hold it.
pub(super) fn moderation_blocked(stage: &str, categories: &[&str], details: bool) -> Answer {
    let message = format!(
        "Your request was rejected by the safety system. If you believe this is an error, contact us at help.example.com and include the request ID \
         063f1c0e. safety_violations=[{}].",
        categories.join(", ")
    );
    let mut error = json!({ "message": message, "type": "image_generation_user_error", "param": null, "code": "moderation_blocked" });
    if details {
        error["moderation_details"] = json!({ "moderation_stage": stage, "categories": categories });
    }
    Answer::json(400, &json!({ "error": error }))
}
