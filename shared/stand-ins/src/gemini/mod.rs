//! Google's Gemini API: `generateContent` with pictures.
//!
//! Sources: the API's protocol buffers (`google/ai/generativelanguage/v1beta`: `generative_service.proto`, `safety.proto`), its JavaScript SDK, and
//! published errors.

mod check;
mod errors;
mod scenario;

use std::io::Cursor;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};

pub use scenario::Scenario;

use super::picture::{padded, png};
use super::request::Request;
use super::server::{StandIn, Vendor};
use crate::answer::{Answer, Piece};
use check::DrawingJob;
use errors::refuse;

/// The image models of the stand-in.
pub const MODELS: &[&str] = &["gemini-nano-banana-2.1"];

/// The vendor of the stand-in.
#[derive(Debug, Default)]
pub struct Gemini {
    requests: AtomicU64,
}

pub type GeminiStandIn = StandIn<Gemini>;

impl GeminiStandIn {
    /// 0 means a free port.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(port: u16) -> std::io::Result<Self> {
        Self::serve(Gemini::default(), port).await
    }

    /// The value of `GEMINI_BASE_URL`, without a version.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.origin().to_owned()
    }
}

impl Vendor for Gemini {
    type Scenario = Scenario;

    fn suits(&self, _: &Scenario, request: &Request) -> bool {
        request.path.ends_with(":generateContent")
    }

    fn answer(&self, request: &Request, scenario: Option<&Scenario>) -> Answer {
        let turn = self.requests.fetch_add(1, Ordering::Relaxed);
        respond(request, scenario, turn).with("server-timing", "gfet4t7; dur=17")
    }
}

fn respond(request: &Request, scenario: Option<&Scenario>, turn: u64) -> Answer {
    match request.header("x-goog-api-key") {
        None => {
            let message = "Method doesn't allow unregistered callers (callers without established identity).";
            return refuse(403, "PERMISSION_DENIED", message, json!([]));
        }
        Some(key) if key.trim().is_empty() || key.contains(' ') => return errors::bad_key(),
        Some(_) => {}
    }
    if let Some(answer) = scenario.and_then(Scenario::instead) {
        return answer;
    }
    match check::read(request) {
        Ok(job) => content(&job, scenario, turn),
        Err(refusal) => refusal,
    }
}

fn content(job: &DrawingJob, scenario: Option<&Scenario>, turn: u64) -> Answer {
    if let Some(feedback) = scenario.and_then(Scenario::prompt_feedback) {
        return Answer::json(200, &answer(job, turn, 0, json!({ "promptFeedback": feedback })));
    }
    if let Some(candidate) = scenario.and_then(Scenario::candidate) {
        return Answer::json(200, &answer(job, turn, 0, json!({ "candidates": [candidate] })));
    }
    if scenario == Some(&Scenario::NoCandidates) {
        return Answer::json(200, &answer(job, turn, 0, json!({})));
    }
    let drawn = job.sitter.drawn(job.width, job.height, turn, 8);
    let (media_type, bytes) = encoded(&drawn, scenario);
    let data = BASE64_STANDARD.encode(bytes);
    let picture = json!({ "inlineData": { "mimeType": media_type, "data": spoilt(data, scenario) } });
    let thoughts = [
        json!({ "text": "The person looks to the left.", "thought": true }),
        json!({ "inlineData": { "mimeType": "image/png", "data": BASE64_STANDARD.encode(png(&RgbImage::new(300, 300))) }, "thought": true }),
        json!({ "text": "Here is your avatar." }),
    ];
    let parts: Vec<Value> = match scenario {
        Some(Scenario::ThoughtsFirst) => thoughts.into_iter().chain([picture]).collect(),
        _ => vec![picture],
    };
    let finished = json!({ "content": { "role": "model", "parts": parts }, "finishReason": "STOP", "index": 0, "safetyRatings": [] });
    let mut whole = answer(job, turn, 1120, json!({ "candidates": [finished] }));
    if let (Some(Scenario::NoUsage), Some(fields)) = (scenario, whole.as_object_mut()) {
        fields.remove("usageMetadata");
    }
    let text = match scenario {
        // As Google's own encoder writes it.
        Some(Scenario::EscapedBase64) => whole.to_string().replace('=', "\\u003d"),
        _ => whole.to_string(),
    };
    let half = text.len() / 2;
    let answer = Answer::of(200, "application/json; charset=UTF-8", text);
    match scenario {
        Some(Scenario::HangMidway) => answer.broken_off(half, Piece::Hang),
        Some(Scenario::CutMidway) => answer.broken_off(half, Piece::Cut),
        Some(Scenario::Dripped) => answer.dripped(&[1, 7, 4096, 3, 50_000]),
        Some(Scenario::Delayed(duration)) => answer.after(Piece::Wait(*duration)),
        _ => answer,
    }
}

/// The picture in the format of the scenario.
fn encoded(drawn: &RgbImage, scenario: Option<&Scenario>) -> (&'static str, Vec<u8>) {
    let written = |format| {
        let mut bytes = Cursor::new(Vec::new());
        // Writing to memory cannot fail, and each of the formats takes eight bits of three colours.
        drawn.write_to(&mut bytes, format).unwrap_or_default();
        bytes.into_inner()
    };
    match scenario {
        Some(Scenario::Jpeg) => ("image/jpeg", written(ImageFormat::Jpeg)),
        Some(Scenario::WebP) => ("image/webp", written(ImageFormat::WebP)),
        Some(Scenario::Padded(bytes)) => ("image/png", padded(png(drawn), *bytes)),
        Some(Scenario::TruncatedPicture) => {
            let whole = png(drawn);
            ("image/png", whole[..whole.len() / 2].to_vec())
        }
        Some(Scenario::NotAPicture) => ("image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
        _ => ("image/png", png(drawn)),
    }
}

/// The text of the picture, damaged by the scenario.
fn spoilt(data: String, scenario: Option<&Scenario>) -> String {
    match scenario {
        Some(Scenario::TruncatedBase64) => data[..data.len() / 2 - 1].to_owned(),
        Some(Scenario::InvalidBase64) => data.replacen(char::is_alphanumeric, "?", 3),
        _ => data,
    }
}

/// The envelope of every answer with status 200.
fn answer(job: &DrawingJob, turn: u64, output: u64, mut with: Value) -> Value {
    let input = 258 + job.prompt.chars().count() as u64 / 4;
    with["usageMetadata"] = json!({
        "promptTokenCount": input,
        "candidatesTokenCount": output,
        "totalTokenCount": input + output,
        "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": input - 258 }, { "modality": "IMAGE", "tokenCount": 258 }],
        "candidatesTokensDetails": [{ "modality": "IMAGE", "tokenCount": output }],
    });
    with["modelVersion"] = job.model.as_str().into();
    with["responseId"] = format!("stand-in-{turn}").into();
    with
}
