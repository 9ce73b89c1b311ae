//! The merchant's answers: a value, a refusal, or a reason to ask again later.

use std::time::Duration;

use egress::{RequestBuilder, Response, SendError};
use kernel::Failure;
use serde_json::Value;

use crate::read::{identifier, list};

/// Maximum bytes of an answer; a hundred orders have four hundred thousand.
const LARGEST: usize = 4_000_000;

/// Maximum bytes of an error.
const LARGEST_ERROR: usize = 64_000;

/// The wait when the merchant names none.
const DEFAULT_WAIT: Duration = Duration::from_secs(10);

/// Items asked for at once: the merchant's maximum.
pub(crate) const PAGE: usize = 100;

/// An error of the merchant, without its words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("polar: status {status}, error {error}")]
pub struct ApiError {
    pub status: u16,
    /// The class of the error; `none` when it gave none, or one that is no identifier.
    pub error: String,
}

/// An answer that will not change when the same is asked again.
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// The class of the error, such as `RefundedAlready`.
    pub(crate) error: Option<String>,
    /// The names of the fields that a 422 is about.
    pub(crate) fields: Vec<String>,
}

impl Refusal {
    async fn read(answer: Response) -> Self {
        let status = answer.status().as_u16();
        let body = egress::receive(answer, LARGEST_ERROR).await.unwrap_or_default();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let names = |detail: &Value| list(&detail["loc"]).iter().filter_map(|name| identifier(name.as_str()?)).collect::<Vec<_>>();
        let fields = list(&body["detail"]).iter().take(PAGE).flat_map(names).collect();
        Self { status, error: body["error"].as_str().and_then(identifier), fields }
    }

    pub(crate) fn is(&self, status: u16, error: &str) -> bool {
        self.status == status && self.error.as_deref() == Some(error)
    }

    pub(crate) fn is_about(&self, field: &str) -> bool {
        self.status == 422 && self.fields.iter().any(|name| name == field)
    }
}

impl From<Refusal> for Failure {
    /// A fault of ours or of the configuration.
    fn from(refusal: Refusal) -> Self {
        Self::broken(ApiError { status: refusal.status, error: refusal.error.unwrap_or_else(|| "none".into()) })
    }
}

/// Sends a call. `Ok(Ok(None))` is an answer of 202: what was asked for is being made.
///
/// # Errors
/// [`Failure::Busy`] when the merchant did not answer, cannot answer now, or what it said is no JSON; whether it carried out the call is then unknown.
pub(crate) async fn ask(call: RequestBuilder) -> Result<Result<Option<Value>, Refusal>, Failure> {
    let answer = egress::send(call).await.map_err(lost)?;
    match answer.status().as_u16() {
        202 => Ok(Ok(None)),
        200 | 201 => {
            let body = egress::receive(answer, LARGEST).await.map_err(lost)?;
            serde_json::from_slice(&body).map(|value| Ok(Some(value))).map_err(|_| unreadable("no JSON"))
        }
        408 | 429 | 500.. => Err(Failure::unavailable(egress::retry_after(answer.headers()).unwrap_or(DEFAULT_WAIT))),
        _ => Ok(Err(Refusal::read(answer).await)),
    }
}

/// The same for a call that is always answered by a value.
///
/// # Errors
/// As [`ask`], and [`Failure::Broken`] for a refusal.
pub(crate) async fn value(call: RequestBuilder) -> Result<Value, Failure> {
    ask(call).await??.ok_or_else(|| unreadable("nothing yet"))
}

fn lost(why: SendError) -> Failure {
    tracing::warn!(failure = &why as &dyn std::error::Error, "the merchant gave no answer");
    Failure::unavailable(DEFAULT_WAIT)
}

/// Something else than the merchant's API seems to answer in its place: an intermediary, as with 502.
pub(crate) fn unreadable(what: &'static str) -> Failure {
    tracing::warn!(reason = what, "the merchant's answer cannot be read");
    Failure::unavailable(DEFAULT_WAIT)
}

/// Whether a list goes on after this page; `count` is the number of items on it.
pub(crate) fn goes_on(answer: &Value, page: u32, count: usize) -> bool {
    match answer["pagination"]["max_page"].as_u64() {
        Some(last) => u64::from(page) < last,
        None => count >= PAGE,
    }
}
