//! The meaning of the vendor's errors.

use egress::header::HeaderMap;
use egress::{Response, SendError};
use serde_json::Value;
use studio::NotDrawn;

use crate::api_error::{ApiError, VendorError, request_id};
use crate::waits::retry_after;

/// Maximum bytes of an error.
const LARGEST: usize = 64_000;

/// Refusals of the safety system: `moderation_blocked` of the image models, `content_policy_violation` of earlier ones, and the name in streams.
const UNSAFE: &[&str] = &["moderation_blocked", "content_policy_violation", "image_content_policy_violation"];

/// The account has no money left.
const UNPAID: &[&str] = &["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"];

/// An answer of any status but 200, read to its end.
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) error: VendorError,
}

impl Refusal {
    /// Reads the error. An unreadable one still has its status.
    pub(crate) async fn read(answer: Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = egress::receive(answer, LARGEST).await.unwrap_or_default();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        Self { status, headers, error: VendorError::read(&body["error"]) }
    }

    /// Whether the account has no money or quota left.
    pub(crate) fn is_unpaid(&self) -> bool {
        self.status == 402 || self.error.is_any(UNPAID)
    }

    /// For the log.
    pub(crate) fn api_error(&self) -> ApiError {
        ApiError::error(&self.error, self.status, request_id(&self.headers).as_deref())
    }

    pub(crate) fn not_drawn(&self) -> NotDrawn {
        let source = || self.api_error().into();
        let retry_after = retry_after(&self.headers);
        match (self.status, self.should_retry()) {
            _ if self.error.is_any(UNSAFE) => refused(&self.error),
            _ if self.is_unpaid() => NotDrawn::Exhausted,
            // The vendor does not want to be asked again: another vendor might draw.
            (429 | 503, Some(false)) => NotDrawn::Down(source()),
            (429, _) | (408 | 409, Some(true)) => NotDrawn::Busy { retry_after },
            (503, _) if retry_after.is_some() => NotDrawn::Busy { retry_after },
            (503, _) => NotDrawn::Down(source()),
            // The vendor did not get the whole request in time, or a similar one is running; and 5xx may come after the work was done and billed.
            (408 | 409 | 500.., _) => NotDrawn::Unclear(source()),
            _ => NotDrawn::Misconfigured(source()),
        }
    }

    /// The hint for the vendor's own clients.
    fn should_retry(&self) -> Option<bool> {
        match self.headers.get("x-should-retry")?.as_bytes() {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }
    }
}

/// An error after a status of 200: the vendor had begun.
pub(crate) fn midway(error: &VendorError, request_id: Option<&str>) -> NotDrawn {
    let source = || ApiError::error(error, 200, request_id).into();
    match error {
        error if error.is_any(UNSAFE) => refused(error),
        error if error.is_any(UNPAID) => NotDrawn::Exhausted,
        error if error.is_any(&["rate_limit_exceeded"]) => NotDrawn::Busy { retry_after: None },
        error if error.is_any(&["invalid_request_error"]) => NotDrawn::Misconfigured(source()),
        _ => NotDrawn::Unclear(source()),
    }
}

/// A refusal with its stage, such as `stage:output`, and the categories that the vendor names.
fn refused(error: &VendorError) -> NotDrawn {
    let stage = error.stage.as_deref().unwrap_or("unknown");
    let stage = if ["input", "output"].contains(&stage) { stage } else { "unknown" };
    let mut reasons = vec![format!("stage:{stage}")];
    reasons.extend(error.categories.iter().take(16).cloned());
    NotDrawn::Refused(reasons)
}

pub(crate) fn lost(lost: SendError) -> NotDrawn {
    if lost.may_have_arrived() { NotDrawn::Unclear(lost.into()) } else { NotDrawn::Down(lost.into()) }
}
