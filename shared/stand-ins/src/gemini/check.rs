//! The requests that the vendor accepts, field by field.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::MODELS;
use super::errors::{invalid, refuse};
use crate::picture::Sitter;
use crate::{Answer, Request, Sent};

/// Maximum bytes of a request.
const LARGEST: usize = 20_971_520;

const RATIOS: &[(&str, u32, u32)] = &[
    ("1:1", 1024, 1024),
    ("2:3", 848, 1264),
    ("3:2", 1264, 848),
    ("3:4", 896, 1200),
    ("4:3", 1200, 896),
    ("4:5", 928, 1152),
    ("5:4", 1152, 928),
    ("9:16", 768, 1376),
    ("16:9", 1376, 768),
    ("21:9", 1584, 672),
];

const CATEGORIES: &[&str] = &["HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT", "CIVIC_INTEGRITY"];

const THRESHOLDS: &[&str] = &["BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"];

/// Fields of another product of the vendor, which this one refuses by name.
const ELSEWHERE: &[&str] = &["outputMimeType", "outputCompressionQuality", "personGeneration", "addWatermark", "imageOutputOptions"];

/// A valid request.
pub(super) struct DrawingJob {
    pub(super) model: String,
    pub(super) prompt: String,
    pub(super) sitter: Sitter,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Checks a request as the vendor does.
pub(super) fn read(request: &Request) -> Result<DrawingJob, Answer> {
    let model = model(request)?;
    if request.raw.len() > LARGEST {
        return Err(invalid(&format!("Request payload size exceeds the limit: {LARGEST} bytes.")));
    }
    let Sent::Json(body) = &request.sent else {
        return Err(invalid("Invalid JSON payload received. Unexpected token."));
    };
    let body = object(body, "", &["contents", "generationConfig", "safetySettings", "systemInstruction", "store"])?;
    if body.get("store").is_some_and(|store| !store.is_boolean()) {
        return Err(invalid("Invalid value at 'store' (TYPE_BOOL)"));
    }
    safety(body.get("safetySettings"))?;
    let (width, height) = generation(body.get("generationConfig"))?;
    let (prompt, sitter) = contents(body.get("contents"))?;
    Ok(DrawingJob { model, prompt, sitter, width, height })
}

fn model(request: &Request) -> Result<String, Answer> {
    let called = request.path.strip_prefix("/v1beta/models/").and_then(|rest| rest.strip_suffix(":generateContent"));
    match called {
        Some(id) if request.method == "POST" && MODELS.contains(&id) => Ok(id.to_owned()),
        Some(id) => {
            let message = format!("models/{id} is not found for API version v1beta, or is not supported for generateContent.");
            Err(refuse(404, "NOT_FOUND", &message, json!([])))
        }
        None => Err(Answer::of(404, "text/html", "<html>Not Found</html>")),
    }
}

/// An object with these fields alone.
fn object<'a>(value: &'a Value, at: &str, fields: &[&str]) -> Result<&'a Map<String, Value>, Answer> {
    let Some(object) = value.as_object() else {
        return Err(invalid(&format!("Invalid value at '{at}': an object is expected")));
    };
    for name in object.keys() {
        if ELSEWHERE.contains(&name.as_str()) {
            return Err(invalid(&format!("{name} parameter is not supported in Gemini API.")));
        }
        if !fields.contains(&name.as_str()) {
            return Err(invalid(&format!("Invalid JSON payload received. Unknown name \"{name}\" at '{at}': Cannot find field.")));
        }
    }
    Ok(object)
}

/// The elements of a required array.
fn array<'a>(value: Option<&'a Value>, at: &str) -> Result<&'a [Value], Answer> {
    match value.and_then(Value::as_array) {
        Some(items) if !items.is_empty() => Ok(items),
        _ => Err(invalid(&format!("* {at}: {at} is not specified"))),
    }
}

fn safety(value: Option<&Value>) -> Result<(), Answer> {
    let Some(value) = value else { return Ok(()) };
    let mut seen = Vec::new();
    for setting in array(Some(value), "safety_settings")? {
        let setting = object(setting, "safety_settings", &["category", "threshold"])?;
        let text = |name: &str| setting.get(name).and_then(Value::as_str).unwrap_or_default();
        let category = text("category").strip_prefix("HARM_CATEGORY_").unwrap_or_default();
        if !CATEGORIES.contains(&category) || seen.contains(&category) {
            return Err(invalid("* GenerateContentRequest.safety_settings: element predicate failed"));
        }
        if !THRESHOLDS.contains(&text("threshold")) {
            return Err(invalid(&format!("Invalid value at 'safety_settings.threshold': \"{}\"", text("threshold"))));
        }
        seen.push(category);
    }
    Ok(())
}

/// Width and height of the requested picture.
fn generation(value: Option<&Value>) -> Result<(u32, u32), Answer> {
    let empty = json!({});
    let fields =
        ["responseModalities", "imageConfig", "temperature", "topP", "topK", "candidateCount", "maxOutputTokens", "stopSequences", "seed"];
    let config = object(value.unwrap_or(&empty), "generation_config", &fields)?;
    for modality in config.get("responseModalities").and_then(Value::as_array).into_iter().flatten() {
        if !["TEXT", "IMAGE"].contains(&modality.as_str().unwrap_or_default()) {
            return Err(invalid("Invalid value at 'generation_config.response_modalities'"));
        }
    }
    let image = object(config.get("imageConfig").unwrap_or(&empty), "generation_config.image_config", &["aspectRatio", "imageSize"])?;
    let text = |name: &str, absent: &'static str| image.get(name).map_or(Some(absent), Value::as_str).unwrap_or_default();
    let ratio = RATIOS.iter().find(|(name, ..)| *name == text("aspectRatio", "1:1"));
    let (_, width, height) = ratio.ok_or_else(|| invalid("aspect_ratio is not one of the supported values"))?;
    match text("imageSize", "1K") {
        "1K" => Ok((*width, *height)),
        "2K" => Ok((2 * width, 2 * height)),
        "4K" => Ok((4 * width, 4 * height)),
        _ => Err(invalid("image_size is not one of the supported values")),
    }
}

/// The words and the last picture.
fn contents(value: Option<&Value>) -> Result<(String, Sitter), Answer> {
    let (mut prompt, mut sitter) = (String::new(), None);
    for content in array(value, "GenerateContentRequest.contents")? {
        let content = object(content, "contents", &["role", "parts"])?;
        let role = content.get("role").and_then(Value::as_str).unwrap_or("user");
        if !["user", "model"].contains(&role) {
            return Err(invalid("Please use a valid role: user, model."));
        }
        for part in array(content.get("parts"), "GenerateContentRequest.contents.parts")? {
            let part = object(part, "contents.parts", &["text", "inlineData"])?;
            match (part.get("text"), part.get("inlineData")) {
                (Some(Value::String(text)), None) => prompt.push_str(text),
                (None, Some(blob)) => sitter = Some(picture(blob)?),
                _ => return Err(invalid("contents.parts must not have more than, or less than, one data field")),
            }
        }
    }
    let sitter = sitter.ok_or_else(|| invalid("this stand-in draws from a picture, and there is none"))?;
    Ok((prompt, sitter))
}

fn picture(blob: &Value) -> Result<Sitter, Answer> {
    let blob = object(blob, "contents.parts.inline_data", &["mimeType", "data"])?;
    let text = |name: &str| blob.get(name).and_then(Value::as_str).unwrap_or_default();
    if !["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"].contains(&text("mimeType")) {
        return Err(invalid("Unsupported MIME type"));
    }
    let bytes = BASE64_STANDARD.decode(text("data"));
    let bytes = bytes.map_err(|_| invalid("Invalid value at 'contents.parts.inline_data.data' (TYPE_BYTES), Base64 decoding failed"))?;
    Sitter::read(&bytes).ok_or_else(|| invalid("Unable to process input image. Please retry or report in the developer forum."))
}
