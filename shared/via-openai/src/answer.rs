//! Answers that may hold a picture: one JSON object, or a stream of them.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use egress::Response;
use serde::Deserialize;
use serde_json::Value;
use studio::{NotDrawn, Sketches, Usage};

use crate::api_error::{ApiError, VendorError};
use crate::refusal;
use crate::sse::Events;

/// Maximum bytes of an answer, all sketches of a stream together: a picture of 1024 × 1024 has 1 to 4 MB, and a third more as Base64.
pub(crate) const LARGEST: usize = 40_000_000;

/// The vendor's maximum of sketches.
pub(crate) const SKETCHES: u8 = 3;

/// A picture and its usage.
pub(crate) struct Drawn {
    pub(crate) picture: Vec<u8>,
    pub(crate) tokens: Option<Tokens>,
}

/// `usage`, of which everything may be absent.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Tokens {
    pub(crate) input_tokens: Option<u64>,
    pub(crate) output_tokens: Option<u64>,
    pub(crate) input_tokens_details: Option<Details>,
}

/// `input_tokens_details`.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Details {
    pub(crate) text_tokens: Option<u64>,
    pub(crate) image_tokens: Option<u64>,
}

/// Text borrowed from the body, unless it has escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// An answer that is no stream.
#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow, default)]
    data: Option<Vec<Item<'a>>>,
    /// Read leniently: usage of an unknown form must not cost a picture that was paid for.
    usage: Option<Value>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    b64_json: Option<Text<'a>>,
}

/// An event of a stream.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    b64_json: Option<Text<'a>>,
    partial_image_index: Option<u64>,
    usage: Option<Value>,
    error: Option<Value>,
    /// For errors at the top level: `{"type": "error", "code": …}`.
    code: Option<Value>,
}

fn tokens(usage: Option<Value>) -> Option<Tokens> {
    serde_json::from_value(usage?).ok()
}

/// The usage of a drawing, by the vendor's count.
pub(crate) fn usage(model: &str, tokens: Option<Tokens>, request_id: Option<String>) -> Usage {
    let micro_dollars = tokens.and_then(|tokens| crate::price::of(model, &tokens));
    let tokens = tokens.unwrap_or_default();
    Usage { request_id, input_tokens: tokens.input_tokens, output_tokens: tokens.output_tokens, micro_dollars }
}

/// A damaged answer: the vendor has drawn, and will bill it.
fn damaged(what: &'static str, request_id: Option<&str>) -> NotDrawn {
    NotDrawn::Unclear(ApiError::plain(what, 200, request_id).into())
}

/// The decoded bytes, if they are a complete picture.
fn picture(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64_STANDARD.decode(text).ok()?;
    picture_files::is_whole_picture(&bytes).then_some(bytes)
}

/// Reads an answer that is no stream.
pub(crate) async fn whole(answer: Response, request_id: Option<&str>) -> Result<Drawn, NotDrawn> {
    let body = egress::receive(answer, LARGEST).await.map_err(refusal::lost)?;
    let Ok(whole) = serde_json::from_slice::<Whole<'_>>(&body) else { return Err(damaged("no JSON", request_id)) };
    if let Some(error) = whole.error.filter(|error| !error.is_null()) {
        return Err(refusal::midway(&VendorError::read(&error), request_id));
    }
    let text = whole.data.into_iter().flatten().find_map(|item| item.b64_json).ok_or(NotDrawn::NoPicture)?;
    let picture = picture(&text.0).ok_or_else(|| damaged("a damaged picture", request_id))?;
    Ok(Drawn { picture, tokens: tokens(whole.usage) })
}

/// Reads a stream, and passes its sketches on as they arrive.
pub(crate) async fn streamed(mut answer: Response, sketches: &dyn Sketches, request_id: Option<&str>) -> Result<Drawn, NotDrawn> {
    let mut events = Events::of_at_most(LARGEST);
    let mut drawing = StreamedDrawing { sketches, wanted: sketches.wanted().min(SKETCHES), next: 0, request_id };
    let mut received = 0;
    while let Some(mut chunk) = answer.chunk().await.map_err(|error| refusal::lost(error.into()))? {
        received += chunk.len();
        if received > LARGEST {
            return Err(refusal::lost(egress::SendError::TooLarge));
        }
        while let Some(data) = events.next_in(&mut chunk).map_err(|_| refusal::lost(egress::SendError::TooLarge))? {
            if let Some(drawn) = drawing.handle(&data).await? {
                return Ok(drawn);
            }
        }
    }
    // Some servers end without the last blank line: a complete last event still counts.
    let last = match events.rest() {
        Some(data) => drawing.handle(&data).await?,
        None => None,
    };
    last.ok_or_else(|| damaged("a stream that ended before its picture", request_id))
}

/// The state of a streamed drawing.
struct StreamedDrawing<'a> {
    sketches: &'a dyn Sketches,
    wanted: u8,
    next: u8,
    request_id: Option<&'a str>,
}

impl StreamedDrawing<'_> {
    /// Takes one event; the last one brings the picture.
    async fn handle(&mut self, data: &[u8]) -> Result<Option<Drawn>, NotDrawn> {
        if data == b"[DONE]" {
            return Err(damaged("a stream that ended before its picture", self.request_id));
        }
        let Ok(event) = serde_json::from_slice::<Event<'_>>(data) else { return Err(damaged("an event that is no JSON", self.request_id)) };
        let kind = event.kind.as_ref().map_or("", |kind| kind.0.as_ref());
        if let Some(error) = event.error.filter(|error| !error.is_null()) {
            return Err(refusal::midway(&VendorError::read(&error), self.request_id));
        }
        if kind == "error" {
            let error = serde_json::json!({ "code": event.code });
            return Err(refusal::midway(&VendorError::read(&error), self.request_id));
        }
        // Edits say `image_edit.`, generations `image_generation.`; other prefixes do not matter.
        if kind.ends_with(".partial_image") {
            self.sketch(event.partial_image_index, event.b64_json).await;
            return Ok(None);
        }
        if !kind.ends_with(".completed") {
            return Ok(None);
        }
        let text = event.b64_json.ok_or(NotDrawn::NoPicture)?;
        let picture = picture(&text.0).ok_or_else(|| damaged("a damaged picture", self.request_id))?;
        Ok(Some(Drawn { picture, tokens: tokens(event.usage) }))
    }

    /// A sketch that is damaged, superfluous or late is left out: it is not worth an error.
    async fn sketch(&mut self, index: Option<u64>, text: Option<Text<'_>>) {
        let index = index.and_then(|index| u8::try_from(index).ok()).filter(|index| (self.next..self.wanted).contains(index));
        let (Some(index), Some(picture)) = (index, text.and_then(|text| picture(&text.0))) else { return };
        self.next = index + 1;
        self.sketches.arrived(index, &picture).await;
    }
}
