//! The failures of the merchant's API.

use std::str::FromStr;
use std::time::Duration;

use serde_json::json;

use super::errors::{nowhere, refuse};
use crate::{Answer, Piece};

/// The answer to the next request of the API, or to the next below one of its paths: `server-error@checkouts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    pub failure: Failure,
    /// The first segment after `/v1/`.
    pub below: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// 429 with `retry-after: 7`.
    RateLimited,
    /// 429 without a hint.
    RateLimitedSilent,
    /// 500.
    ServerError,
    /// 500 after what was asked for was done.
    ServerErrorAfter,
    /// 502 of an intermediary: no JSON.
    BadGateway,
    /// 503 with `retry-after: 3`.
    Unavailable,
    /// 504 of an intermediary, after what was asked for was done.
    GatewayTimeoutAfter,
    /// 401.
    WrongToken,
    /// 403: the token has not the scope.
    NotPermitted,
    /// 404: the version of the API has ended.
    VersionEnded,
    /// A redirect to another host.
    Redirect,
    /// No answer.
    Hang,
    /// The connection ends without an answer, and nothing was done.
    Cut,
    /// The connection ends without an answer, after what was asked for was done.
    CutAfter,
    /// 200 with a page of an intermediary.
    NotJson,
    /// 200 with JSON that is something else.
    OtherJson,
    /// A refund that is not final yet.
    RefundPending,
    /// 409: a refund of this order is being made.
    RefundPendingCreation,
    /// 403: the organisation may not refund.
    RefundsBlocked,
    /// The normal answer, so much later.
    Delayed(Duration),
    /// The normal answer, with so many bytes of nothing before it.
    Padded(usize),
}

/// Each failure and its name.
const NAMED: &[(&str, Failure)] = &[
    ("rate-limited", Failure::RateLimited),
    ("rate-limited-silent", Failure::RateLimitedSilent),
    ("server-error", Failure::ServerError),
    ("server-error-after", Failure::ServerErrorAfter),
    ("bad-gateway", Failure::BadGateway),
    ("unavailable", Failure::Unavailable),
    ("gateway-timeout-after", Failure::GatewayTimeoutAfter),
    ("wrong-token", Failure::WrongToken),
    ("not-permitted", Failure::NotPermitted),
    ("version-ended", Failure::VersionEnded),
    ("redirect", Failure::Redirect),
    ("hang", Failure::Hang),
    ("cut", Failure::Cut),
    ("cut-after", Failure::CutAfter),
    ("not-json", Failure::NotJson),
    ("other-json", Failure::OtherJson),
    ("refund-pending", Failure::RefundPending),
    ("refund-pending-creation", Failure::RefundPendingCreation),
    ("refunds-blocked", Failure::RefundsBlocked),
];

impl From<Failure> for Scenario {
    fn from(failure: Failure) -> Self {
        Self { failure, below: None }
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (failure, below) = text.split_once('@').map_or((text, None), |(failure, below)| (failure, Some(below.to_owned())));
        Ok(Self { failure: failure.parse()?, below })
    }
}

impl FromStr for Failure {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, failure)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(failure.clone());
        }
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        let number = || value.parse::<u64>().map_err(|_| format!("`{name}:` needs a whole number"));
        match name {
            "delayed" => Ok(Self::Delayed(Duration::from_millis(number()?))),
            "padded" => Ok(Self::Padded(usize::try_from(number()?).unwrap_or_default())),
            _ => {
                let known: Vec<_> = NAMED.iter().map(|(name, _)| *name).collect();
                Err(format!("known are delayed:<ms>, padded:<bytes>, {}, each also as <failure>@<path>", known.join(", ")))
            }
        }
    }
}

impl Scenario {
    pub(super) fn suits(&self, path: &str) -> bool {
        path.strip_prefix("/v1/").is_some_and(|rest| self.below.as_ref().is_none_or(|below| rest.split('/').next() == Some(below)))
    }
}

impl Failure {
    /// The answer in place of the normal one; nothing is done.
    pub(super) fn instead(&self) -> Option<Answer> {
        let limited = || refuse(429, "TooManyRequests", "Too many requests");
        Some(match self {
            Self::RateLimited => limited().with("retry-after", "7"),
            Self::RateLimitedSilent => limited(),
            Self::ServerError => refuse(500, "InternalServerError", "Internal Server Error"),
            Self::BadGateway => Answer::of(502, "text/html", "<html>Bad gateway</html>"),
            Self::Unavailable => Answer::of(503, "text/html", "<html>Back soon</html>").with("retry-after", "3"),
            Self::WrongToken => unauthorized(),
            Self::NotPermitted => refuse(403, "NotPermitted", "You don't have the scope to do this."),
            Self::VersionEnded => nowhere(),
            Self::Redirect => Answer::of(307, "text/plain", "").with("location", "http://127.0.0.1:9/v1/orders/"),
            Self::Hang => Answer::json(200, &json!({})).after(Piece::Hang),
            Self::Cut => Answer::json(200, &json!({})).after(Piece::Cut),
            Self::NotJson => Answer::of(200, "text/html", "<html>all is well</html>"),
            Self::OtherJson => Answer::json(200, &json!({ "hello": "world" })),
            Self::RefundPendingCreation => refuse(409, "RefundPendingCreation", "Refund is pending creation."),
            Self::RefundsBlocked => refuse(403, "RefundsBlocked", "Refunds are blocked for this order."),
            _ => return None,
        })
    }

    /// The normal answer, as it arrives.
    pub(super) fn after(&self, answer: Answer) -> Answer {
        match self {
            Self::ServerErrorAfter => refuse(500, "InternalServerError", "Internal Server Error"),
            Self::GatewayTimeoutAfter => Answer::of(504, "text/html", "<html>Gateway time-out</html>"),
            Self::CutAfter => answer.after(Piece::Cut),
            Self::Delayed(duration) => answer.after(Piece::Wait(*duration)),
            Self::Padded(bytes) => Answer { body: [vec![Piece::Bytes(vec![b' '; *bytes].into())], answer.body].concat(), ..answer },
            _ => answer,
        }
    }
}

pub(super) fn unauthorized() -> Answer {
    refuse(401, "Unauthorized", "Unauthorized").with("www-authenticate", "Bearer realm=\"polar\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_a_name_and_may_be_of_one_path() {
        for (name, failure) in NAMED {
            assert_eq!(name.parse().as_ref(), Ok(failure));
        }
        let of_refunds: Scenario = "cut-after@refunds".parse().unwrap();
        assert!(of_refunds.suits("/v1/refunds/") && !of_refunds.suits("/v1/orders/") && !of_refunds.suits("/_polar/refunds"));
        assert!(Scenario::from(Failure::Cut).suits("/v1/orders/x"));
        assert_eq!("delayed:15".parse(), Ok(Failure::Delayed(Duration::from_millis(15))));
        assert!("nonsense".parse::<Scenario>().unwrap_err().contains("rate-limited"));
    }
}
