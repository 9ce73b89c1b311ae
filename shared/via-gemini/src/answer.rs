//! The answers with status 200: a picture, or one of several forms of a refusal.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use studio::prices::Tokens;
use studio::{NotDrawn, Usage};

use crate::price;
use crate::refusal::enum_name;

/// The answer. Every field may be absent, and enumerations are open. Its strings are those of the body: a picture is not copied before it is decoded.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Answer<'a> {
    #[serde(borrow)]
    candidates: Option<Vec<Candidate<'a>>>,
    #[serde(borrow)]
    prompt_feedback: Option<PromptFeedback<'a>>,
    usage_metadata: Option<UsageMetadata>,
    #[serde(borrow)]
    response_id: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct PromptFeedback<'a> {
    #[serde(borrow)]
    block_reason: Option<Cow<'a, str>>,
    #[serde(borrow)]
    safety_ratings: Option<Vec<SafetyRating<'a>>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Candidate<'a> {
    #[serde(borrow)]
    content: Option<Content<'a>>,
    #[serde(borrow)]
    finish_reason: Option<Cow<'a, str>>,
    #[serde(borrow)]
    safety_ratings: Option<Vec<SafetyRating<'a>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SafetyRating<'a> {
    #[serde(borrow)]
    category: Cow<'a, str>,
    blocked: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Content<'a> {
    #[serde(borrow)]
    parts: Option<Vec<Part<'a>>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Part<'a> {
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    inline_data: Option<InlineData<'a>>,
    /// A thought of the model: neither its answer nor its picture.
    thought: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct InlineData<'a> {
    #[serde(borrow)]
    data: Cow<'a, str>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(rename_all = "camelCase", default)]
struct UsageMetadata {
    prompt_token_count: Option<u64>,
    candidates_token_count: Option<u64>,
    thoughts_token_count: Option<u64>,
    candidates_tokens_details: Option<Vec<TokensOfModality>>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(rename_all = "camelCase", default)]
struct TokensOfModality {
    modality: String,
    token_count: u64,
}

/// Why an answer holds no usable picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Damaged {
    #[error("the answer is no JSON of this API")]
    Json,
    #[error("the picture is no Base64")]
    Base64,
    #[error("the picture is not whole")]
    Picture,
}

impl From<Damaged> for NotDrawn {
    fn from(damage: Damaged) -> Self {
        Self::Unclear(damage.into())
    }
}

/// Finish reasons with which the safety system withholds the picture
/// (googleapis, google/ai/generativelanguage/v1beta/generative_service.proto, read 2026-11-21).
const REFUSALS: [&str; 8] =
    ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "SPII", "BLOCKLIST", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"];

/// Finish reasons without a picture that allow another request.
const WITHOUT_PICTURE: [&str; 2] = ["NO_IMAGE", "IMAGE_OTHER"];

/// Maximum length of the vendor's request id, in bytes.
const LONGEST_ID: usize = 128;

/// The picture of an answer, in its own bytes, and the usage.
pub(crate) fn read(body: &[u8], model: &str) -> Result<(Vec<u8>, Usage), NotDrawn> {
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|_| Damaged::Json)?;
    if let Some(feedback) = &answer.prompt_feedback {
        refuse_prompt(feedback)?;
    }
    let Some(candidate) = answer.candidates.as_deref().and_then(<[_]>::first) else { return Err(NotDrawn::NoPicture) };
    let finish = candidate.finish_reason.as_deref().unwrap_or_default();
    if REFUSALS.contains(&finish) {
        return Err(refused(finish, candidate.safety_ratings.as_deref()));
    }
    if WITHOUT_PICTURE.contains(&finish) {
        return Err(NotDrawn::NoPicture);
    }
    let parts = candidate.content.as_ref().and_then(|content| content.parts.as_deref()).unwrap_or_default();
    let answer_parts = || parts.iter().filter(|part| part.thought != Some(true));
    let Some(picture) = answer_parts().find_map(|part| part.inline_data.as_ref()) else {
        // A model that explains a refusal in words sends no picture (<https://ai.google.dev/gemini-api/docs>, responsible AI for images).
        let explains = finish == "STOP" && answer_parts().any(|part| part.text.as_deref().is_some_and(|text| !text.trim().is_empty()));
        return Err(if explains { NotDrawn::Refused(vec!["model-refusal".to_owned()]) } else { NotDrawn::NoPicture });
    };
    let picture = STANDARD.decode(picture.data.as_bytes()).map_err(|_| Damaged::Base64)?;
    if !picture_files::is_whole_picture(&picture) {
        return Err(Damaged::Picture.into());
    }
    Ok((picture, usage(&answer, model)))
}

fn refuse_prompt(feedback: &PromptFeedback<'_>) -> Result<(), NotDrawn> {
    match feedback.block_reason.as_deref() {
        None | Some("" | "BLOCK_REASON_UNSPECIFIED") => Ok(()),
        Some(reason) => Err(refused(reason, feedback.safety_ratings.as_deref())),
    }
}

/// A refusal by its reason, and by the categories that the vendor marks as blocked.
fn refused(reason: &str, ratings: Option<&[SafetyRating<'_>]>) -> NotDrawn {
    let blocked = ratings.unwrap_or_default().iter().filter(|rating| rating.blocked == Some(true));
    let categories = blocked.map(|rating| rating.category.strip_prefix("HARM_CATEGORY_").unwrap_or(&rating.category));
    NotDrawn::Refused(
        std::iter::once(reason).chain(categories).map(|name| enum_name(name).to_ascii_lowercase().replace('_', "-")).collect(),
    )
}

fn usage(answer: &Answer<'_>, model: &str) -> Usage {
    let request_id = answer.response_id.as_deref().filter(|id| id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic()));
    let counted = answer.usage_metadata.clone().unwrap_or_default();
    Usage {
        request_id: request_id.map(str::to_owned),
        input_tokens: counted.prompt_token_count,
        output_tokens: counted.candidates_token_count.map(|tokens| tokens.saturating_add(counted.thoughts_token_count.unwrap_or(0))),
        micro_dollars: counted.tokens().and_then(|tokens| price::of(model, tokens)),
    }
}

impl UsageMetadata {
    /// The tokens by price class; tokens of no stated class count as picture, the dearest.
    fn tokens(&self) -> Option<Tokens> {
        let output = self.candidates_token_count?;
        let details = self.candidates_tokens_details.as_deref().unwrap_or_default();
        let text: u64 = details.iter().filter(|of| of.modality == "TEXT").map(|of| of.token_count).fold(0, u64::saturating_add);
        let text = text.min(output);
        let thoughts = self.thoughts_token_count.unwrap_or(0);
        Some(Tokens {
            // Input text and input pictures have the same price.
            text_input: self.prompt_token_count?,
            image_input: 0,
            text_output: text.saturating_add(thoughts),
            image_output: output - text,
        })
    }
}
