//! Errors in the vendor's format.

use serde_json::{Value, json};

use crate::Answer;

/// `{"error": {"code", "message", "status", "details"}}`, as `google.rpc.Status` in JSON.
pub(super) fn refuse(code: u16, status: &str, message: &str, details: Value) -> Answer {
    Answer::json(code, &json!({ "error": { "code": code, "message": message, "status": status, "details": details } }))
}

/// The 400 of a field.
pub(super) fn invalid(message: &str) -> Answer {
    refuse(400, "INVALID_ARGUMENT", message, json!([]))
}

/// The 400 of an unknown key.
pub(super) fn bad_key() -> Answer {
    refuse(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", info("API_KEY_INVALID"))
}

/// The details of a reason.
pub(super) fn info(reason: &str) -> Value {
    json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com" }])
}

/// The 429 of a quota, with the quota's id and size.
pub(super) fn quota(id: &str, value: &str, retry: Option<&str>) -> Answer {
    let mut details = vec![json!({
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests",
            "quotaId": id,
            "quotaDimensions": { "location": "global", "model": "gemini-nano-banana-2.1" },
            "quotaValue": value,
        }],
    })];
    details.extend(retry.map(|delay| json!({ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay })));
    // The same sentence for every quota: it carries no information.
    let message = "You exceeded your current quota, please check your plan and billing details.";
    refuse(429, "RESOURCE_EXHAUSTED", message, details.into())
}
