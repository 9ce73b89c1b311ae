//! Failures as RFC 9457 problem documents.

use kernel::{Failure, Problem, Reason};
use lambda_http::http::StatusCode;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use lambda_http::{Body, Response};
use serde::Serialize;

use super::{RATELIMIT, RATELIMIT_POLICY};

/// What a 401 asks for (RFC 9110, 11.6.1): the cookie of a session, which a sign-in sets. No browser answers this scheme with a window of its own.
const CHALLENGE: &str = "Cookie realm=\"nigao\"";

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    request_id: &'a str,
}

/// The document of a failure, and its status. Messages of vendors and of our own faults stay in the log.
pub(super) fn document(failure: &Failure, request_id: &str) -> (StatusCode, String) {
    let (status, detail) = match problem(failure) {
        Some(problem) => (status(problem.reason), problem.detail.as_ref()),
        None => (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side. Please try again."),
    };
    let document = Document {
        kind: format!("urn:nigao:problem:{}", slug(failure)),
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        detail,
        request_id,
    };
    (status, serde_json::to_string(&document).unwrap_or_default())
}

pub(super) fn response(failure: &Failure, request_id: &str) -> Response<Body> {
    let (status, body) = document(failure, request_id);
    let mut response =
        Response::builder().status(status).header(CONTENT_TYPE, "application/problem+json").header(CACHE_CONTROL, "no-store");
    if status == StatusCode::UNAUTHORIZED {
        response = response.header(WWW_AUTHENTICATE, CHALLENGE);
    }
    if let Failure::Busy { retry_after, quota, .. } = failure {
        response = response.header(RETRY_AFTER, retry_after.as_secs().max(1));
        if let Some(quota) = quota {
            response = response.header(RATELIMIT, quota.exhausted(*retry_after)).header(RATELIMIT_POLICY, quota.policy());
        }
    } else if problem(failure).is_some_and(|problem| problem.reason == Reason::IdempotencyKeyInUse) {
        response = response.header(RETRY_AFTER, 1);
    }
    response.body(Body::from(body)).unwrap_or_default()
}

pub(super) fn slug(failure: &Failure) -> &'static str {
    problem(failure).map_or("internal", |problem| problem.reason.slug())
}

fn problem(failure: &Failure) -> Option<&Problem> {
    match failure {
        Failure::Invalid(problem) | Failure::Denied(problem) | Failure::Missing(problem) | Failure::Conflict(problem) => Some(problem),
        Failure::Busy { problem, .. } => Some(problem),
        Failure::Broken(_) => None,
    }
}

fn status(reason: Reason) -> StatusCode {
    match reason {
        Reason::BodyMalformed | Reason::FieldInvalid | Reason::IdempotencyKeyInvalid => StatusCode::BAD_REQUEST,
        Reason::SignedOut | Reason::CodeRefused => StatusCode::UNAUTHORIZED,
        Reason::WalletShort => StatusCode::PAYMENT_REQUIRED,
        Reason::CrossSite | Reason::ChallengeRefused | Reason::SignatureRefused | Reason::ProcessingRestricted => StatusCode::FORBIDDEN,
        Reason::PasskeyRefused | Reason::RoleInsufficient | Reason::AnotherMustDecide => StatusCode::FORBIDDEN,
        Reason::CaseDecided | Reason::AppealRefused => StatusCode::CONFLICT,
        Reason::PhotoGone => StatusCode::GONE,
        Reason::NotFound => StatusCode::NOT_FOUND,
        Reason::IdempotencyKeyInUse | Reason::UploadNotReceived | Reason::UploadRefused => StatusCode::CONFLICT,
        Reason::TrialUsed | Reason::TrialUnfinished => StatusCode::CONFLICT,
        Reason::AccountClosing | Reason::ErasureBegun => StatusCode::CONFLICT,
        Reason::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Reason::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Reason::MediaTypeUnsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Reason::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        Reason::PictureUnreadable | Reason::PictureBlank => StatusCode::UNPROCESSABLE_ENTITY,
        Reason::PictureRefused | Reason::DrawingRefused => StatusCode::UNPROCESSABLE_ENTITY,
        Reason::ConsentRequired | Reason::AgeAttestationRequired => StatusCode::PRECONDITION_REQUIRED,
        Reason::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Reason::Unavailable | Reason::BudgetSpent | Reason::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        Reason::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        Reason::RefundRefused | Reason::AddressTaken => StatusCode::CONFLICT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn json(failure: &Failure) -> serde_json::Value {
        let Body::Text(text) = response(failure, "r-1").into_body() else { panic!("a problem is text") };
        serde_json::from_str(&text).unwrap()
    }

    /// Invariant: A fault of ours tells the caller nothing.
    #[test]
    fn a_fault_of_ours_tells_the_caller_nothing() {
        let document = json(&Failure::broken("table NigaoAccounts: AccessDenied"));
        assert_eq!(document["status"], 500);
        assert_eq!(document["type"], "urn:nigao:problem:internal");
        assert_eq!(document["request_id"], "r-1");
        assert!(!document.to_string().contains("AccessDenied"));
    }

    #[test]
    fn busy_says_when_to_come_back() {
        let reply = response(&Failure::unavailable(Duration::from_millis(200)), "r");
        assert_eq!((reply.status().as_u16(), reply.headers()[RETRY_AFTER].to_str().unwrap()), (503, "1"));
    }

    #[test]
    fn an_69_a_refusal_above_a_limit_says_which_and_until_when() {
        let reply = response(&kernel::limits::UPLOADS_PER_HOUR.refusal("2026-11-26T10:59:00Z".parse().unwrap()), "r");
        let header = |name: &str| reply.headers()[name].to_str().unwrap();
        assert_eq!((reply.status().as_u16(), header("retry-after")), (429, "60"));
        assert_eq!(header("ratelimit"), r#""uploads-account-hour";r=0;t=60"#);
        assert_eq!(header("ratelimit-policy"), r#""uploads-account-hour";q=120;w=3600"#);
        let busy = response(&Failure::unavailable(Duration::from_secs(1)), "r");
        assert!(busy.headers().get("ratelimit").is_none(), "a dependency that is busy is no limit of the caller");
    }

    #[test]
    fn who_is_not_signed_in_is_told_how_one_is() {
        for failure in [Failure::signed_out(), Failure::denied(Reason::CodeRefused, "No.")] {
            let reply = response(&failure, "r");
            assert_eq!((reply.status().as_u16(), reply.headers()[WWW_AUTHENTICATE].to_str().unwrap()), (401, CHALLENGE));
        }
        assert!(response(&Failure::denied(Reason::CrossSite, "No."), "r").headers().get(WWW_AUTHENTICATE).is_none());
    }

    #[test]
    fn every_reason_has_a_status_of_its_family() {
        for reason in Reason::ALL {
            let ours = matches!(reason, Reason::Unavailable | Reason::Overloaded | Reason::TimedOut | Reason::BudgetSpent);
            assert!(status(*reason).is_client_error() != ours, "{reason:?}");
        }
    }
}
