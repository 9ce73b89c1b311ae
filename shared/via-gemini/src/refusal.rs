//! The answers with any status but 200.

use std::time::Duration;

use serde::Deserialize;
use studio::NotDrawn;

/// An error of the API by its own names, without its text, which may quote the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Gemini answered {status} {name} {}", .reason.as_deref().unwrap_or_default())]
pub(crate) struct Refusal {
    status: u16,
    name: String,
    reason: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Envelope {
    error: ErrorBody,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ErrorBody {
    status: String,
    details: Vec<Detail>,
}

/// `google.rpc.ErrorInfo`, `QuotaFailure`, `RetryInfo` and others, told apart by their fields.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Detail {
    reason: Option<String>,
    violations: Vec<Violation>,
    retry_delay: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Violation {
    quota_id: String,
    quota_metric: String,
    quota_value: Option<serde_json::Value>,
}

/// The longest believable wait: a day, after which quotas begin anew.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The meaning of an error. `retry_after` is the header of that name, in seconds.
pub(crate) fn meaning(status: u16, retry_after: Option<&str>, body: &[u8]) -> NotDrawn {
    let error = serde_json::from_slice::<Envelope>(body).unwrap_or_default().error;
    let reason = error.details.iter().find_map(|detail| detail.reason.as_deref());
    let refusal = Refusal { status, name: enum_name(&error.status), reason: reason.map(enum_name) };
    let wait = error.details.iter().find_map(|detail| seconds(detail.retry_delay.as_deref()?)).or_else(|| seconds(retry_after?));
    match status {
        402 => NotDrawn::Exhausted,
        403 | 429 if reason.is_some_and(|reason| reason.contains("BILLING")) => NotDrawn::Exhausted,
        429 if error.details.iter().flat_map(|detail| &detail.violations).any(Violation::outlasts_the_day) => NotDrawn::Exhausted,
        429 => NotDrawn::Busy { retry_after: wait },
        // Only the API itself writes UNAVAILABLE for "not accepted"; a proxy may send 503 without knowing.
        503 if error.status == "UNAVAILABLE" => NotDrawn::Busy { retry_after: wait },
        503 => NotDrawn::Down(refusal.into()),
        300..=407 | 409..=428 | 430..=498 => NotDrawn::Misconfigured(refusal.into()),
        // INTERNAL, DEADLINE_EXCEEDED, CANCELLED, and unknown names: the picture may have been made.
        _ => NotDrawn::Unclear(refusal.into()),
    }
}

impl Violation {
    /// Whether waiting for minutes is of no use: the day's quota is used up, or there is none at all.
    fn outlasts_the_day(&self) -> bool {
        let names = [&self.quota_id, &self.quota_metric].map(|name| name.to_ascii_lowercase().replace(['_', '-'], ""));
        let none = self.quota_value.as_ref().is_some_and(|value| *value == 0 || *value == "0");
        none || names.iter().any(|name| name.contains("perday"))
    }
}

/// `55s`, `1.5s` or `55`.
fn seconds(text: &str) -> Option<Duration> {
    let number: f64 = text.trim().trim_end_matches('s').parse().ok()?;
    Duration::try_from_secs_f64(number).ok().map(|wait| wait.min(LONGEST_WAIT))
}

/// The name of an enumeration value: at most 64 letters, digits and `_`; other text becomes empty.
pub(crate) fn enum_name(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_in_every_form_and_never_longer_than_a_day() {
        for (text, expected) in [("55s", 55.0), ("1.5s", 1.5), (" 7 ", 7.0)] {
            assert_eq!(seconds(text).map(|wait| wait.as_secs_f64()), Some(expected), "{text}");
        }
        assert_eq!(seconds("999999s"), Some(LONGEST_WAIT));
        for text in ["", "s", "-1s", "1e30s", "NaN", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn an_error_says_nothing_that_the_vendor_wrote_in_prose() {
        let body = br#"{"error":{"code":400,"message":"prompt was: a secret","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#;
        let NotDrawn::Misconfigured(source) = meaning(400, None, body) else { panic!("misconfigured") };
        assert_eq!(source.to_string(), "Gemini answered 400 INVALID_ARGUMENT API_KEY_INVALID");
        let NotDrawn::Misconfigured(source) = meaning(404, None, b"<html>") else { panic!("misconfigured") };
        assert_eq!(source.to_string(), "Gemini answered 404  ");
    }
}
