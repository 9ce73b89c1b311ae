//! The failures of Gemini.

use std::str::FromStr;
use std::time::Duration;

use serde_json::{Value, json};

use super::errors::{bad_key, info, quota, refuse};
use crate::{Answer, Piece};

/// The answer to the next request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scenario {
    /// 200: the prompt is blocked, for this reason.
    BlockedPrompt(String),
    /// 200: the candidate ends with this reason and has no content.
    Finish(String),
    /// 200: the model refuses in words.
    TextOnly,
    /// 200: a normal end without any part.
    NoParts,
    /// 200: no candidates.
    NoCandidates,
    /// 200: thoughts, a thought picture and a sentence before the picture.
    ThoughtsFirst,
    /// 429 of the minute's quota, with `RetryInfo` of 55 s.
    RateLimited,
    /// The same with `retry-after: 9` instead.
    RateLimitedByHeader,
    /// 429 without a hint.
    RateLimitedSilent,
    /// 429 of the day's quota, with a misleading hint of 30 s.
    QuotaOfTheDay,
    /// 429 of a quota that is zero.
    QuotaNone,
    /// 403 because billing is disabled.
    BillingDisabled,
    /// 400 `API_KEY_INVALID`.
    BadKey,
    /// 403.
    Forbidden,
    /// 404: no such model.
    NoSuchModel,
    /// 400 `FAILED_PRECONDITION`.
    FailedPrecondition,
    /// 400 for a field.
    BadArgument,
    /// 500 `INTERNAL`.
    ServerError,
    /// 502 of an intermediary: no JSON.
    BadGateway,
    /// 503 `UNAVAILABLE`.
    Overloaded,
    /// 503 of an intermediary: no JSON.
    Unavailable,
    /// 504 `DEADLINE_EXCEEDED`.
    DeadlineExceeded,
    /// A redirect to another host.
    Redirect,
    /// No answer.
    Hang,
    /// The head and half the body, then nothing.
    HangMidway,
    /// The connection ends without an answer.
    Cut,
    /// The connection ends after the head and half the body.
    CutMidway,
    /// 200 whose picture's text is cut off.
    TruncatedBase64,
    /// 200 whose picture's text is not valid base64.
    InvalidBase64,
    /// 200 whose base64 is escaped as JSON allows.
    EscapedBase64,
    /// 200 whose picture ends early.
    TruncatedPicture,
    /// 200 whose picture is not a picture.
    NotAPicture,
    /// 200 with a JPEG.
    Jpeg,
    /// 200 with a WebP.
    WebP,
    /// 200 whose body is no JSON.
    NotJson,
    /// 200 without usage.
    NoUsage,
    /// A good answer in tiny pieces.
    Dripped,
    /// A picture of about this many bytes.
    Padded(usize),
    /// A good answer after this time.
    Delayed(Duration),
}

/// Scenarios without a value, by name.
const NAMED: &[(&str, Scenario)] = &[
    ("text-only", Scenario::TextOnly),
    ("no-parts", Scenario::NoParts),
    ("no-candidates", Scenario::NoCandidates),
    ("thoughts-first", Scenario::ThoughtsFirst),
    ("rate-limited", Scenario::RateLimited),
    ("rate-limited-by-header", Scenario::RateLimitedByHeader),
    ("rate-limited-silent", Scenario::RateLimitedSilent),
    ("quota-of-the-day", Scenario::QuotaOfTheDay),
    ("quota-none", Scenario::QuotaNone),
    ("billing-disabled", Scenario::BillingDisabled),
    ("bad-key", Scenario::BadKey),
    ("forbidden", Scenario::Forbidden),
    ("no-such-model", Scenario::NoSuchModel),
    ("failed-precondition", Scenario::FailedPrecondition),
    ("bad-argument", Scenario::BadArgument),
    ("server-error", Scenario::ServerError),
    ("bad-gateway", Scenario::BadGateway),
    ("overloaded", Scenario::Overloaded),
    ("unavailable", Scenario::Unavailable),
    ("deadline-exceeded", Scenario::DeadlineExceeded),
    ("redirect", Scenario::Redirect),
    ("hang", Scenario::Hang),
    ("hang-midway", Scenario::HangMidway),
    ("cut", Scenario::Cut),
    ("cut-midway", Scenario::CutMidway),
    ("truncated-base64", Scenario::TruncatedBase64),
    ("invalid-base64", Scenario::InvalidBase64),
    ("escaped-base64", Scenario::EscapedBase64),
    ("truncated-picture", Scenario::TruncatedPicture),
    ("not-a-picture", Scenario::NotAPicture),
    ("jpeg", Scenario::Jpeg),
    ("webp", Scenario::WebP),
    ("not-json", Scenario::NotJson),
    ("no-usage", Scenario::NoUsage),
    ("dripped", Scenario::Dripped),
];

/// Reasons of blocked prompts (`GenerateContentResponse.PromptFeedback.BlockReason`).
pub(super) const BLOCK_REASONS: &[&str] = &["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY"];

/// Finish reasons without a picture (`Candidate.FinishReason`).
pub(super) const FINISH_REASONS: &[&str] = &[
    "SAFETY",
    "RECITATION",
    "PROHIBITED_CONTENT",
    "SPII",
    "BLOCKLIST",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "IMAGE_OTHER",
    "NO_IMAGE",
    "OTHER",
    "MAX_TOKENS",
];

impl FromStr for Scenario {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, scenario)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(scenario.clone());
        }
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        let number = || value.parse::<u64>().map_err(|_| format!("`{name}:` needs a whole number"));
        match name {
            "blocked-prompt" if BLOCK_REASONS.contains(&value) => Ok(Self::BlockedPrompt(value.to_owned())),
            "finish" if FINISH_REASONS.contains(&value) => Ok(Self::Finish(value.to_owned())),
            "padded" => Ok(Self::Padded(usize::try_from(number()?).unwrap_or_default())),
            "delayed" => Ok(Self::Delayed(Duration::from_millis(number()?))),
            _ => {
                let known: Vec<_> = NAMED.iter().map(|(name, _)| *name).collect();
                let (blocks, ends) = (BLOCK_REASONS.join("|"), FINISH_REASONS.join("|"));
                Err(format!("known are blocked-prompt:{blocks}, finish:{ends}, padded:<bytes>, delayed:<ms>, {}", known.join(", ")))
            }
        }
    }
}

impl Scenario {
    /// The answer that replaces the normal one.
    pub(super) fn instead(&self) -> Option<Answer> {
        let unused = || Answer::json(200, &json!({}));
        let minute = "GenerateRequestsPerMinutePerProjectPerModel";
        let answer = match self {
            Self::RateLimited => quota(minute, "10", Some("55s")),
            Self::RateLimitedByHeader => quota(minute, "10", None).with("retry-after", "9"),
            Self::RateLimitedSilent => refuse(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", json!([])),
            Self::QuotaOfTheDay => quota("GenerateRequestsPerDayPerProjectPerModel", "250", Some("30s")),
            Self::QuotaNone => quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "0", Some("30s")),
            Self::BillingDisabled => {
                refuse(403, "PERMISSION_DENIED", "This API method requires billing to be enabled.", info("BILLING_DISABLED"))
            }
            Self::BadKey => bad_key(),
            Self::Forbidden => refuse(403, "PERMISSION_DENIED", "The caller does not have permission.", json!([])),
            Self::NoSuchModel => refuse(404, "NOT_FOUND", "models/gemini-gone is not found for API version v1beta.", json!([])),
            Self::FailedPrecondition => refuse(400, "FAILED_PRECONDITION", "User location is not supported for the API use.", json!([])),
            Self::BadArgument => refuse(400, "INVALID_ARGUMENT", "Request contains an invalid argument.", json!([])),
            Self::ServerError => refuse(500, "INTERNAL", "An internal error has occurred. Please retry.", json!([])),
            Self::BadGateway => Answer::of(502, "text/html", "<html>Bad gateway</html>"),
            Self::Overloaded => refuse(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", json!([])),
            Self::Unavailable => Answer::of(503, "text/html", "<html>Unavailable</html>"),
            Self::DeadlineExceeded => refuse(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete.", json!([])),
            Self::Redirect => Answer::of(307, "text/plain", "").with("location", "http://127.0.0.1:9/v1beta/models/x:generateContent"),
            Self::Hang => unused().after(Piece::Hang),
            Self::Cut => unused().after(Piece::Cut),
            Self::NotJson => Answer::of(200, "application/json", "<html>all is well</html>"),
            _ => return None,
        };
        Some(answer)
    }

    /// The block reason of the prompt.
    pub(super) fn prompt_feedback(&self) -> Option<Value> {
        let Self::BlockedPrompt(reason) = self else { return None };
        Some(json!({ "blockReason": reason, "safetyRatings": [
            { "category": "HARM_CATEGORY_SEXUALLY_EXPLICIT", "probability": "HIGH", "blocked": true },
            { "category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE" },
        ] }))
    }

    /// The candidate without a picture.
    pub(super) fn candidate(&self) -> Option<Value> {
        let text = "I can't create that image.";
        match self {
            Self::Finish(reason) => {
                Some(json!({ "finishReason": reason, "index": 0, "finishMessage": "Unable to show the generated image." }))
            }
            Self::TextOnly => {
                Some(json!({ "content": { "role": "model", "parts": [{ "text": text }] }, "finishReason": "STOP", "index": 0 }))
            }
            Self::NoParts => Some(json!({ "content": { "role": "model" }, "finishReason": "STOP", "index": 0 })),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_has_a_name() {
        for (name, scenario) in NAMED {
            assert_eq!(name.parse().as_ref(), Ok(scenario));
        }
        assert_eq!("finish:NO_IMAGE".parse(), Ok(Scenario::Finish("NO_IMAGE".to_owned())));
        assert_eq!("blocked-prompt:SAFETY".parse(), Ok(Scenario::BlockedPrompt("SAFETY".to_owned())));
        assert_eq!("delayed:15".parse(), Ok(Scenario::Delayed(Duration::from_millis(15))));
        assert!("finish:WELL".parse::<Scenario>().is_err());
        assert!("nonsense".parse::<Scenario>().unwrap_err().contains("quota-of-the-day"));
    }
}
