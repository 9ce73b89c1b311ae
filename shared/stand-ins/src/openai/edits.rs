//! `POST /v1/images/edits`.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::errors::{invalid, moderation_blocked, refuse};
use super::{IMAGE_MODELS, Scenario};
use crate::picture::{Sitter, padded, png, signed};
use crate::{Answer, Piece, Request, Sent};

/// The fields of a form.
const FIELDS: &[&str] = &[
    "image",
    "image[]",
    "prompt",
    "model",
    "mask",
    "n",
    "size",
    "quality",
    "background",
    "output_format",
    "output_compression",
    "user",
    "stream",
    "partial_images",
];

/// Sizes of a dripped stream's pieces: cuts fall inside lines, inside `data:` and inside characters.
const DRIPS: &[usize] = &[1, 2, 3, 1, 5, 11, 1, 64, 7, 4096, 3, 50_000, 1, 2];

/// A valid request.
struct DrawingJob {
    sitter: Sitter,
    width: u32,
    height: u32,
    quality: String,
    background: String,
    stream: bool,
    sketches: u8,
}

pub(super) fn answer(request: &Request, scenario: Option<&Scenario>, turn: u64) -> Answer {
    match read(request) {
        Ok(job) if job.stream => streamed(&job, scenario, turn),
        Ok(job) => whole(&job, scenario, turn),
        Err(refusal) => refusal,
    }
}

fn read(request: &Request) -> Result<DrawingJob, Answer> {
    let Sent::Parts(parts) = &request.sent else {
        let message = "Invalid Content-Type header. Expected multipart/form-data.";
        return Err(refuse(400, "invalid_request_error", Some("unsupported_content_type"), None, message));
    };
    for part in parts {
        if !FIELDS.contains(&part.name.as_str()) {
            return Err(invalid(&part.name, "unknown_parameter", &format!("Unknown parameter: '{}'.", part.name)));
        }
    }
    let field = |name: &str, default: &'static str| request.field(name).unwrap_or(default).to_owned();
    let model = model(&field("model", "gpt-image-2"))?;
    let prompt = field("prompt", "");
    if !(1..=32_000).contains(&prompt.chars().count()) {
        return Err(invalid("prompt", "invalid_value", "Invalid 'prompt': a text of 1 to 32000 characters is expected."));
    }
    number(request, "n", 1, 10)?;
    let sketches = number(request, "partial_images", 0, 3)?;
    let (width, height) = size(&field("size", "auto"))?;
    let stream = one_of(request, "stream", &["false", "true"])? == "true";
    one_of(request, "output_format", &["png", "jpeg", "webp"])?;
    let background = one_of(request, "background", &["auto", "opaque", "transparent"])?;
    if background == "transparent" && model == "gpt-image-2" {
        return Err(invalid("background", "invalid_value", "Transparent background is not supported for this model."));
    }
    let newer = !["gpt-image-2", "gpt-image-1.5"].contains(&model.as_str());
    let qualities: &[&str] = if newer { &["auto", "low", "medium", "high", "xhigh", "max"] } else { &["auto", "low", "medium", "high"] };
    let quality = one_of(request, "quality", qualities)?;
    let sitter = sitter(request)?;
    Ok(DrawingJob { sitter, width, height, quality, background, stream, sketches: u8::try_from(sketches).unwrap_or_default() })
}

fn model(id: &str) -> Result<String, Answer> {
    if IMAGE_MODELS.iter().any(|(known, _)| *known == id) {
        return Ok(id.to_owned());
    }
    let message = format!("The model '{id}' does not exist or you do not have access to it.");
    Err(refuse(404, "invalid_request_error", Some("model_not_found"), Some("model"), &message))
}

fn number(request: &Request, name: &str, least: u64, most: u64) -> Result<u64, Answer> {
    let Some(text) = request.field(name) else { return Ok(least) };
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| invalid(name, "invalid_value", &format!("Invalid '{name}': expected a value between {least} and {most}.")))
}

/// The value of a field, one of these; by default the first.
fn one_of(request: &Request, name: &str, values: &[&str]) -> Result<String, Answer> {
    let value = request.field(name).unwrap_or(values[0]);
    if values.contains(&value) {
        return Ok(value.to_owned());
    }
    let message = format!("Invalid value: '{value}'. Supported values are: {}.", values.join(", "));
    Err(invalid(name, "invalid_value", &message))
}

/// Multiples of 16, at most three to one, no edge beyond 3840, 655,360 to 8,294,400 pixels.
fn size(text: &str) -> Result<(u32, u32), Answer> {
    if text == "auto" {
        return Ok((1024, 1024));
    }
    let sides = text.split_once('x').and_then(|(width, height)| Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?)));
    let fits = |(width, height): &(u32, u32)| {
        let (long, short) = (*width.max(height), *width.min(height));
        let whole = width.is_multiple_of(16) && height.is_multiple_of(16);
        whole && long <= 3840 && long <= short * 3 && (655_360..=8_294_400).contains(&(width * height))
    };
    sides.filter(fits).ok_or_else(|| invalid("size", "invalid_value", &format!("Invalid size '{text}'.")))
}

/// One to sixteen files whose content matches their type.
fn sitter(request: &Request) -> Result<Sitter, Answer> {
    let images: Vec<_> = request.parts().iter().filter(|part| part.name == "image[]" || part.name == "image").collect();
    if !(1..=16).contains(&images.len()) {
        return Err(invalid("image", "missing_required_parameter", "Missing required parameter: 'image'."));
    }
    for image in &images {
        let said = image.content_type.as_deref().unwrap_or_default();
        let is = image::guess_format(&image.bytes).map(|format| format.to_mime_type()).unwrap_or_default();
        if image.file_name.is_none() || said != is {
            let message = format!("Invalid file 'image': unsupported mimetype ('{said}'). Supported file formats are PNG, JPEG and WebP.");
            return Err(invalid("image", "unsupported_file_mimetype", &message));
        }
    }
    Sitter::read(&images[0].bytes).ok_or_else(|| invalid("image", "invalid_image_file", "Invalid image file or mode for image 1."))
}

fn picture(job: &DrawingJob, scenario: Option<&Scenario>, turn: u64) -> Vec<u8> {
    let drawing = png(&job.sitter.drawn(job.width, job.height, turn, 1));
    match scenario {
        Some(Scenario::Padded(bytes)) => padded(drawing, *bytes),
        Some(Scenario::Signed) => signed(&drawing).unwrap_or_default(),
        Some(Scenario::TruncatedPicture) => drawing[..drawing.len() / 2].to_vec(),
        Some(Scenario::NoImage) => b"this is no picture".to_vec(),
        _ => drawing,
    }
}

/// The picture as text, damaged by the scenario.
fn encoded(job: &DrawingJob, scenario: Option<&Scenario>, turn: u64) -> String {
    let mut text = BASE64_STANDARD.encode(picture(job, scenario, turn));
    match scenario {
        Some(Scenario::TruncatedBase64 | Scenario::StreamTruncatedBase64) => text.truncate(text.len() / 2 / 4 * 4 + 1),
        Some(Scenario::InvalidBase64) => text.replace_range(100..101, "!"),
        _ => {}
    }
    text
}

fn usage(job: &DrawingJob) -> Value {
    let drawn = 1056 + if job.stream { 100 * u64::from(job.sketches) } else { 0 };
    json!({
        "input_tokens": 388,
        "input_tokens_details": { "text_tokens": 65, "image_tokens": 323 },
        "output_tokens": drawn,
        "output_tokens_details": { "image_tokens": drawn, "text_tokens": 0 },
        "total_tokens": 388 + drawn,
    })
}

fn whole(job: &DrawingJob, scenario: Option<&Scenario>, turn: u64) -> Answer {
    let mut body = json!({
        "created": 1_795_262_400, "background": job.background, "output_format": "png", "quality": job.quality,
        "size": format!("{}x{}", job.width, job.height), "data": [{ "b64_json": encoded(job, scenario, turn) }], "usage": usage(job),
    });
    match scenario {
        Some(Scenario::NoData) => body["data"] = json!([]),
        Some(Scenario::NoUsage) => drop(body.as_object_mut().and_then(|fields| fields.remove("usage"))),
        _ => {}
    }
    let answer = Answer::json(200, &body);
    midway(answer, scenario)
}

fn midway(answer: Answer, scenario: Option<&Scenario>) -> Answer {
    match scenario {
        Some(Scenario::HangMidway) => answer.broken_off(5000, Piece::Hang),
        Some(Scenario::CutMidway) => answer.broken_off(5000, Piece::Cut),
        _ => answer,
    }
}

fn streamed(job: &DrawingJob, scenario: Option<&Scenario>, turn: u64) -> Answer {
    let fields = json!({
        "created_at": 1_795_262_401, "size": format!("{}x{}", job.width, job.height), "quality": job.quality, "background": job.background,
        "output_format": "png",
    });
    let mut text = String::new();
    let mut tell = |kind: &str, more: Value| {
        let mut data = fields.clone();
        data["type"] = kind.into();
        for (name, value) in more.as_object().into_iter().flatten() {
            data[name] = value.clone();
        }
        // Writing to a string cannot fail.
        let _written = write!(text, "event: {kind}\ndata: {data}\n\n");
    };
    if matches!(scenario, Some(Scenario::Dripped | Scenario::DrippedCrLf)) {
        tell("image_edit.thinking", json!({ "note": "Blick, 視線, взгляд, 👀 — nobody knows this event" }));
    }
    let sketches = match scenario {
        Some(Scenario::NoSketches) => 0,
        Some(Scenario::FewerSketches) => job.sketches.saturating_sub(1),
        _ => job.sketches,
    };
    for index in 0..sketches {
        let sketch = BASE64_STANDARD.encode(png(&job.sitter.drawn(job.width, job.height, turn, 32 >> index)));
        tell("image_edit.partial_image", json!({ "b64_json": sketch, "partial_image_index": index }));
    }
    let completed = |usage: Value| json!({ "b64_json": encoded(job, scenario, turn), "usage": usage });
    match scenario {
        Some(Scenario::StreamEnds | Scenario::NoData) => {}
        Some(Scenario::StreamServerError) => {
            fail(&mut text, &json!({ "message": "it broke", "type": "server_error", "code": "server_error" }))
        }
        Some(Scenario::StreamFault) => fail(&mut text, &json!({ "message": "it broke", "type": null, "code": null })),
        Some(Scenario::StreamRateLimited) => {
            fail(&mut text, &json!({ "message": "slow down", "type": "rate_limit_exceeded", "code": "rate_limit_exceeded" }));
        }
        Some(Scenario::StreamBlocked) => fail(&mut text, &blocked()),
        Some(Scenario::NoUsage) => tell("image_edit.completed", completed(Value::Null)),
        _ => tell("image_edit.completed", completed(usage(job))),
    }
    sent(text, scenario)
}

fn fail(text: &mut String, error: &Value) {
    // Writing to a string cannot fail.
    let _written = write!(text, "event: error\ndata: {}\n\n", json!({ "error": error }));
}

/// The error object of a refusal.
fn blocked() -> Value {
    let answer = moderation_blocked("output", &["sexual"], true);
    let Some(Piece::Bytes(body)) = answer.body.first() else { return Value::Null };
    let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
    body["error"].take()
}

fn sent(text: String, scenario: Option<&Scenario>) -> Answer {
    let stream = |text: String| Answer::of(200, "text/event-stream; charset=utf-8", text);
    match scenario {
        Some(Scenario::Dripped) => stream(format!("\u{feff}: Grüße 挨拶\n\n{text}data: [DONE]\n\n")).dripped(DRIPS),
        Some(Scenario::DrippedCrLf) => stream(format!(": Grüße 挨拶\r\n\r\n{}", text.replace('\n', "\r\n"))).dripped(DRIPS),
        // In the pieces of a TCP stream.
        _ => midway(stream(text).dripped(&[16 * 1024]), scenario),
    }
}
