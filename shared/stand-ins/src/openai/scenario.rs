//! The failures of OpenAI.

use std::str::FromStr;
use std::time::Duration;

use serde_json::json;

use super::errors::{moderation_blocked, refuse};
use crate::{Answer, Piece};

/// The answer to the next suitable request, grouped by `images/edits`, `moderations` and `models`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scenario {
    /// The safety system refuses the input.
    BlockedInput,
    /// The safety system refuses the drawing.
    BlockedOutput,
    /// The safety system refuses without naming the stage.
    BlockedUnknown,
    /// It refuses and names the categories in the message alone.
    BlockedWithoutDetails,
    /// 429 with `retry-after: 7`.
    RateLimited,
    /// 429 with `retry-after-ms: 1500`, and a coarser `retry-after`.
    RateLimitedMs,
    /// 429 with the `x-ratelimit-…` headers as its only hint: requests are left, tokens come back in 6 min 0 s.
    RateLimitedResetOnly,
    /// 429 without a hint.
    RateLimitedSilent,
    /// 429 because the account is unpaid.
    QuotaUsedUp,
    /// 400 because the hard limit of the bill is reached.
    BillingLimit,
    /// 401.
    WrongKey,
    /// 403: the organisation must be verified.
    Unverified,
    /// 400 for a parameter.
    BadParameter,
    /// 500.
    ServerError,
    /// 502 of an intermediary: no JSON.
    BadGateway,
    /// 503 without a hint.
    Overloaded,
    /// 503 with `retry-after: 3`.
    OverloadedFor3s,
    /// 504 of an intermediary.
    GatewayTimeout,
    /// 409 with `x-should-retry: true`.
    ConflictRetry,
    /// 500 with `x-should-retry: false`.
    ServerErrorFinal,
    /// A redirect to another host.
    Redirect,
    /// No answer.
    Hang,
    /// The head and a part of the body, then nothing.
    HangMidway,
    /// The connection ends without an answer.
    Cut,
    /// The connection ends after the head and a part of the body.
    CutMidway,
    /// 200 whose picture's text is cut off.
    TruncatedBase64,
    /// 200 whose picture's text is not valid base64.
    InvalidBase64,
    /// 200 whose picture ends early.
    TruncatedPicture,
    /// 200 whose picture is not a picture.
    NoImage,
    /// 200 without any data.
    NoData,
    /// 200 whose body is no JSON.
    NotJson,
    /// 200 without usage.
    NoUsage,
    /// One sketch fewer than requested.
    FewerSketches,
    /// No sketch at all.
    NoSketches,
    /// A stream that brings an error with a code instead of the picture.
    StreamServerError,
    /// A stream that brings an error without a code.
    StreamFault,
    /// A stream that brings a refusal of the safety system.
    StreamBlocked,
    /// A stream that brings a rate limit.
    StreamRateLimited,
    /// A stream that ends without the picture.
    StreamEnds,
    /// A stream whose picture's text is cut off.
    StreamTruncatedBase64,
    /// A stream in tiny pieces, cut inside characters and lines, with comments and unknown events.
    Dripped,
    /// The same with CR LF line ends.
    DrippedCrLf,
    /// A picture with Content Credentials by an untrusted signer.
    Signed,
    /// A picture of about this many bytes.
    Padded(usize),
    /// A good answer after this time.
    Delayed(Duration),
    /// Scores of a category, flagged.
    ModerationFlagged(String),
    /// `flagged` without a score that explains it.
    ModerationFlaggedLow,
    /// 429 with `retry-after: 2`.
    ModerationRateLimited,
    /// 500.
    ModerationServerError,
    /// No answer.
    ModerationHang,
    /// The connection ends without an answer.
    ModerationCut,
    /// 200 without results.
    ModerationNoResults,
    /// 200 with a result that has no scores.
    ModerationNoScores,
    /// 200 with scores that are `null`.
    ModerationNulls,
    /// 200 whose body is no JSON.
    ModerationNotJson,
    /// Two results, of which the second is flagged for violence.
    ModerationTwoResults,
    /// 500.
    ModelsServerError,
}

/// Scenarios without a value, by name.
const NAMED: &[(&str, Scenario)] = &[
    ("blocked-input", Scenario::BlockedInput),
    ("blocked-output", Scenario::BlockedOutput),
    ("blocked-unknown", Scenario::BlockedUnknown),
    ("blocked-without-details", Scenario::BlockedWithoutDetails),
    ("rate-limited", Scenario::RateLimited),
    ("rate-limited-ms", Scenario::RateLimitedMs),
    ("rate-limited-reset-only", Scenario::RateLimitedResetOnly),
    ("rate-limited-silent", Scenario::RateLimitedSilent),
    ("quota-used-up", Scenario::QuotaUsedUp),
    ("billing-limit", Scenario::BillingLimit),
    ("wrong-key", Scenario::WrongKey),
    ("unverified", Scenario::Unverified),
    ("bad-parameter", Scenario::BadParameter),
    ("server-error", Scenario::ServerError),
    ("bad-gateway", Scenario::BadGateway),
    ("overloaded", Scenario::Overloaded),
    ("overloaded-3s", Scenario::OverloadedFor3s),
    ("gateway-timeout", Scenario::GatewayTimeout),
    ("conflict-retry", Scenario::ConflictRetry),
    ("server-error-final", Scenario::ServerErrorFinal),
    ("redirect", Scenario::Redirect),
    ("hang", Scenario::Hang),
    ("hang-midway", Scenario::HangMidway),
    ("cut", Scenario::Cut),
    ("cut-midway", Scenario::CutMidway),
    ("truncated-base64", Scenario::TruncatedBase64),
    ("invalid-base64", Scenario::InvalidBase64),
    ("truncated-picture", Scenario::TruncatedPicture),
    ("no-image", Scenario::NoImage),
    ("no-data", Scenario::NoData),
    ("not-json", Scenario::NotJson),
    ("no-usage", Scenario::NoUsage),
    ("fewer-sketches", Scenario::FewerSketches),
    ("no-sketches", Scenario::NoSketches),
    ("stream-server-error", Scenario::StreamServerError),
    ("stream-fault", Scenario::StreamFault),
    ("stream-blocked", Scenario::StreamBlocked),
    ("stream-rate-limited", Scenario::StreamRateLimited),
    ("stream-ends", Scenario::StreamEnds),
    ("stream-truncated-base64", Scenario::StreamTruncatedBase64),
    ("dripped", Scenario::Dripped),
    ("dripped-crlf", Scenario::DrippedCrLf),
    ("signed", Scenario::Signed),
    ("moderation-flagged-low", Scenario::ModerationFlaggedLow),
    ("moderation-rate-limited", Scenario::ModerationRateLimited),
    ("moderation-server-error", Scenario::ModerationServerError),
    ("moderation-hang", Scenario::ModerationHang),
    ("moderation-cut", Scenario::ModerationCut),
    ("moderation-no-results", Scenario::ModerationNoResults),
    ("moderation-no-scores", Scenario::ModerationNoScores),
    ("moderation-nulls", Scenario::ModerationNulls),
    ("moderation-not-json", Scenario::ModerationNotJson),
    ("moderation-two-results", Scenario::ModerationTwoResults),
    ("models-server-error", Scenario::ModelsServerError),
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
            "padded" => Ok(Self::Padded(usize::try_from(number()?).unwrap_or_default())),
            "delayed" => Ok(Self::Delayed(Duration::from_millis(number()?))),
            "moderation-flagged" => Ok(Self::ModerationFlagged(value.to_owned())),
            _ => {
                let known: Vec<_> = NAMED.iter().map(|(name, _)| *name).collect();
                Err(format!("known are padded:<bytes>, delayed:<ms>, moderation-flagged:<category>, {}", known.join(", ")))
            }
        }
    }
}

impl Scenario {
    /// The end of the path it applies to.
    pub(super) fn path(&self) -> &'static str {
        let name = NAMED.iter().find(|(_, scenario)| scenario == self).map_or("", |(name, _)| *name);
        match self {
            Self::ModerationFlagged(_) => "/moderations",
            _ if name.starts_with("moderation-") => "/moderations",
            _ if name.starts_with("models-") => "/models",
            _ => "/images/edits",
        }
    }

    /// The answer that replaces the normal one.
    pub(super) fn instead(&self) -> Option<Answer> {
        let limited = || {
            let message = "Rate limit reached for gpt-image in organization org-stand-in on images per minute. Please try again in 7s.";
            refuse(429, "rate_limit_exceeded", Some("rate_limit_exceeded"), None, message)
        };
        let fault =
            |status| refuse(status, "server_error", Some("server_error"), None, "The server had an error while processing your request.");
        let unused = || Answer::json(200, &json!({}));
        let answer = match self {
            Self::BlockedInput => moderation_blocked("input", &["sexual"], true),
            Self::BlockedOutput => moderation_blocked("output", &["violence"], true),
            Self::BlockedUnknown => moderation_blocked("unknown", &[], true),
            Self::BlockedWithoutDetails => moderation_blocked("", &["self-harm", "violence"], false),
            Self::RateLimited => limited().with("retry-after", "7"),
            Self::RateLimitedMs => limited().with("retry-after-ms", "1500").with("retry-after", "2"),
            Self::RateLimitedResetOnly => limited()
                .with("x-ratelimit-limit-requests", "20")
                .with("x-ratelimit-remaining-requests", "3")
                .with("x-ratelimit-reset-requests", "20ms")
                .with("x-ratelimit-limit-tokens", "10000")
                .with("x-ratelimit-remaining-tokens", "0")
                .with("x-ratelimit-reset-tokens", "6m0s"),
            Self::RateLimitedSilent => limited(),
            Self::ModerationRateLimited => limited().with("retry-after", "2"),
            Self::QuotaUsedUp => refuse(
                429,
                "insufficient_quota",
                Some("insufficient_quota"),
                None,
                "You exceeded your current quota, please check your plan.",
            ),
            Self::BillingLimit => {
                refuse(400, "billing_limit_user_error", Some("billing_hard_limit_reached"), None, "Billing hard limit has been reached.")
            }
            Self::WrongKey => refuse(401, "invalid_request_error", Some("invalid_api_key"), None, "Incorrect API key provided: sk-t***."),
            Self::Unverified => refuse(
                403,
                "invalid_request_error",
                None,
                None,
                "Your organization must be verified to use the model `gpt-image-2.6-flare`.",
            ),
            Self::BadParameter => refuse(400, "invalid_request_error", Some("invalid_value"), Some("quality"), "Invalid value: 'best'."),
            Self::ServerError | Self::ModerationServerError | Self::ModelsServerError => fault(500),
            Self::ServerErrorFinal => fault(500).with("x-should-retry", "false"),
            Self::ConflictRetry => fault(409).with("x-should-retry", "true"),
            Self::BadGateway => Answer::of(502, "text/html", "<html>Bad gateway</html>"),
            Self::GatewayTimeout => Answer::of(504, "text/html", "<html>Gateway time-out</html>"),
            Self::Overloaded => fault(503),
            Self::OverloadedFor3s => fault(503).with("retry-after", "3"),
            Self::Redirect => Answer::of(307, "text/plain", "").with("location", "http://127.0.0.1:9/v1/images/edits"),
            Self::Hang | Self::ModerationHang => unused().after(Piece::Hang),
            Self::Cut | Self::ModerationCut => unused().after(Piece::Cut),
            Self::NotJson | Self::ModerationNotJson => Answer::of(200, "application/json", "<html>all is well</html>"),
            _ => return None,
        };
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_has_a_name_and_a_path() {
        for (name, scenario) in NAMED {
            assert_eq!(name.parse().as_ref(), Ok(scenario));
        }
        assert_eq!(Scenario::ModerationHang.path(), "/moderations");
        assert_eq!(Scenario::Hang.path(), "/images/edits");
        assert_eq!(Scenario::ModelsServerError.path(), "/models");
        assert_eq!("delayed:15".parse(), Ok(Scenario::Delayed(Duration::from_millis(15))));
        assert!("nonsense".parse::<Scenario>().unwrap_err().contains("blocked-input"));
    }
}
