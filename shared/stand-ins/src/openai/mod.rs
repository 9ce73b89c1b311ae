//! OpenAI: `images/edits`, `moderations`, `models`.
//!
//! Sources: the OpenAPI description of the API (`CreateImageEditRequest`, `ImageEditStreamEvent`, `CreateModerationRequest`), its guides on rate
//! limits, and published refusals.

mod edits;
mod errors;
mod moderations;
mod scenario;

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

pub use scenario::Scenario;

use super::request::Request;
use super::server::{StandIn, Vendor};
use crate::answer::{Answer, Piece};
use errors::refuse;

/// The image models of the stand-in, with their end dates.
pub const IMAGE_MODELS: &[(&str, Option<&str>)] = &[
    ("gpt-image-1.5", Some("2026-12-01")),
    ("gpt-image-2", None),
    ("gpt-image-2.5-flare", None),
    ("gpt-image-2.5-sunburst", None),
    ("gpt-image-2.6-flare", None),
    ("gpt-image-2.6-flare-2026-11-04", None),
    ("gpt-image-2.6-sunburst", None),
];

/// The moderation models of the stand-in.
pub const MODERATION_MODELS: &[&str] = &["omni-moderation-latest", "omni-moderation-2024-09-26"];

/// The vendor of the stand-in.
#[derive(Debug, Default)]
pub struct OpenAi {
    requests: AtomicU64,
}

pub type OpenAiStandIn = StandIn<OpenAi>;

impl OpenAiStandIn {
    /// 0 means a free port.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(port: u16) -> std::io::Result<Self> {
        Self::serve(OpenAi::default(), port).await
    }

    /// The value of `OPENAI_BASE_URL`, ending in `/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.origin())
    }
}

impl Vendor for OpenAi {
    type Scenario = Scenario;

    fn suits(&self, scenario: &Scenario, request: &Request) -> bool {
        request.path.ends_with(scenario.path())
    }

    fn answer(&self, request: &Request, scenario: Option<&Scenario>) -> Answer {
        let turn = self.requests.fetch_add(1, Ordering::Relaxed);
        let asked = request.header("x-client-request-id").map(str::to_owned);
        let request_id = asked.unwrap_or_else(|| format!("req_{:032x}", turn + 1));
        let answer = respond(request, scenario, turn);
        answer.with("x-request-id", &request_id).with("openai-processing-ms", "17")
    }
}

fn respond(request: &Request, scenario: Option<&Scenario>, turn: u64) -> Answer {
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    if bearer.is_none_or(|key| key.trim().is_empty() || key.contains(' ')) {
        return refuse(401, "invalid_request_error", Some("invalid_api_key"), None, "Incorrect API key provided.");
    }
    if let Some(answer) = scenario.and_then(Scenario::instead) {
        return answer;
    }
    let answer = match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/v1/images/edits") => edits::answer(request, scenario, turn),
        ("POST", "/v1/moderations") => moderations::answer(request, scenario),
        ("GET", "/v1/models") => models(),
        (_, path) => {
            let message = format!("Invalid URL ({} {path})", request.method);
            refuse(404, "invalid_request_error", None, None, &message)
        }
    };
    match scenario {
        Some(Scenario::Delayed(duration)) => answer.after(Piece::Wait(*duration)),
        _ => answer,
    }
}

fn models() -> Answer {
    let image = IMAGE_MODELS.iter().copied();
    let all = image.chain(MODERATION_MODELS.iter().map(|id| (*id, None)));
    let data: Vec<_> = all
        .map(|(id, ends)| json!({ "id": id, "object": "model", "created": 1_795_262_400, "owned_by": "system", "shutdown_date": ends }))
        .collect();
    Answer::json(200, &json!({ "object": "list", "data": data }))
}
