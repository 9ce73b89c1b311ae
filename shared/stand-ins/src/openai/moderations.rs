//! `POST /v1/moderations`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use super::errors::{invalid, refuse};
use super::{MODERATION_MODELS, Scenario};
use crate::{Answer, Request};

/// Maximum bytes of a picture.
const PICTURE_BYTES: usize = 20 * 1024 * 1024;

/// Every category, and whether pictures are scored in it.
const CATEGORIES: &[(&str, bool)] = &[
    ("harassment", false),
    ("harassment/threatening", false),
    ("hate", false),
    ("hate/threatening", false),
    ("illicit", false),
    ("illicit/violent", false),
    ("self-harm", true),
    ("self-harm/intent", true),
    ("self-harm/instructions", true),
    ("sexual", true),
    ("sexual/minors", false),
    ("violence", true),
    ("violence/graphic", true),
];

pub(super) fn answer(request: &Request, scenario: Option<&Scenario>) -> Answer {
    match read(request.json()) {
        Ok(input) => judge(input, scenario),
        Err(refusal) => refusal,
    }
}

/// The content of the input.
#[derive(Clone, Copy, Default)]
struct Input {
    words: bool,
    picture: bool,
}

fn read(body: &Value) -> Result<Input, Answer> {
    let Some(fields) = body.as_object() else {
        return Err(refuse(400, "invalid_request_error", None, None, "We could not parse the JSON body of your request."));
    };
    if let Some(stray) = fields.keys().find(|name| !["input", "model"].contains(&name.as_str())) {
        return Err(invalid(stray, "unknown_parameter", &format!("Unknown parameter: '{stray}'.")));
    }
    if let Some(model) = fields.get("model").filter(|model| !MODERATION_MODELS.iter().any(|known| *model == known)) {
        return Err(invalid("model", "model_not_found", &format!("Invalid value for 'model' = {model}.")));
    }
    match fields.get("input") {
        Some(Value::String(text)) if !text.is_empty() => Ok(Input { words: true, picture: false }),
        Some(Value::Array(items)) if !items.is_empty() => items_of(items),
        _ => Err(invalid("input", "invalid_value", "'input' must be a string, an array of strings, or an array of multi-modal inputs.")),
    }
}

fn items_of(items: &[Value]) -> Result<Input, Answer> {
    let pictures = items.iter().filter(|item| item["type"] == "image_url").count();
    if pictures > 1 {
        return Err(invalid("input", "too_many_images", &format!("Number of images ({pictures}) exceeds maximum of 1")));
    }
    let mut input = Input::default();
    for item in items {
        match item["type"].as_str() {
            Some("text") if item["text"].is_string() => input.words = true,
            Some("image_url") => {
                picture(item["image_url"]["url"].as_str().unwrap_or_default())?;
                input.picture = true;
            }
            _ => return Err(invalid("input", "invalid_type", "Invalid type for 'input'.")),
        }
    }
    Ok(input)
}

/// A data URL of a real picture of the declared type. (The vendor accepts https URLs too, but nothing here is on the web.)
fn picture(url: &str) -> Result<(), Answer> {
    let bytes = url.strip_prefix("data:image/").and_then(|rest| rest.split_once(";base64,"));
    let decoded = bytes.and_then(|(kind, text)| Some((kind, BASE64_STANDARD.decode(text).ok()?)));
    let Some((kind, bytes)) = decoded else {
        return Err(invalid("input", "invalid_image_url", "Invalid image URL."));
    };
    if bytes.len() > PICTURE_BYTES {
        return Err(invalid("input", "image_too_large", "The image is larger than 20 MB."));
    }
    let format = image::guess_format(&bytes).ok().map(|format| format.to_mime_type());
    let readable = format == Some(&format!("image/{kind}")) && image::load_from_memory(&bytes).is_ok();
    if readable { Ok(()) } else { Err(invalid("input", "invalid_image", "The image could not be read.")) }
}

fn judge(input: Input, scenario: Option<&Scenario>) -> Answer {
    let calm = result(input, None);
    let results = match scenario {
        Some(Scenario::ModerationFlagged(category)) => json!([result(input, Some(category))]),
        Some(Scenario::ModerationFlaggedLow) => json!([with(calm, "flagged", json!(true))]),
        Some(Scenario::ModerationNoResults) => json!([]),
        Some(Scenario::ModerationNoScores) => json!([with(calm, "category_scores", Value::Null)]),
        Some(Scenario::ModerationNulls) => {
            let mut nulls = calm;
            nulls["category_scores"]["illicit"] = Value::Null;
            nulls["category_scores"]["illicit/violent"] = Value::Null;
            json!([nulls])
        }
        Some(Scenario::ModerationTwoResults) => json!([calm, result(input, Some("violence"))]),
        _ => json!([calm]),
    };
    Answer::json(200, &json!({ "id": "modr-5c1f", "model": "omni-moderation-2024-09-26", "results": results }))
}

fn with(mut value: Value, name: &str, field: Value) -> Value {
    value[name] = field;
    value
}

fn result(input: Input, hit: Option<&str>) -> Value {
    let (mut categories, mut scores, mut applied) = (Map::new(), Map::new(), Map::new());
    for (name, pictures) in CATEGORIES {
        let is_hit = hit == Some(name);
        let seen = [("text", input.words), ("image", input.picture && *pictures)];
        let seen: Vec<_> = seen.iter().filter(|(_, there)| *there).map(|(kind, _)| *kind).collect();
        categories.insert((*name).to_owned(), is_hit.into());
        scores.insert(
            (*name).to_owned(),
            if is_hit {
                json!(0.97)
            } else if seen.is_empty() {
                json!(0)
            } else {
                json!(1.3e-5)
            },
        );
        applied.insert((*name).to_owned(), seen.into());
    }
    json!({ "flagged": hit.is_some(), "categories": categories, "category_scores": scores, "category_applied_input_types": applied })
}
