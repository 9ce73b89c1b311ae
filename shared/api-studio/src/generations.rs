use kernel::{Failure, GenerationId, Timestamp, UploadId};
use picture_files::{BUNDLE_NAME, FileEntry, Format, Kind, Messenger, PREVIEW_NAME, PREVIEW_PIXELS, Provenance};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use studio::case::{AppealStanding, Category, Ground, Outcome, Ruling};
use studio::{Bubble, Case, Deliveries, EndReason, Generation, State, View};

use crate::whole::{whole, whole_or_null};

/// `POST /v1/generations`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GenerationRequest {
    /// `upl_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub upload_id: UploadId,
    /// The id of a style of `GET /v1/styles`.
    pub style: String,
    /// Drawings, 1 to 8.
    #[serde(deserialize_with = "whole")]
    pub count: u8,
    /// For repeatable drawings, 0 to 2^53 − 1; random when absent.
    #[serde(default, deserialize_with = "whole_or_null")]
    pub seed: Option<u64>,
    /// Stickers of every drawing: `true` for every messenger, `false` or an empty list for none, or a list of messengers. None when absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub stickers: Option<StickersRequest>,
    /// A speech bubble on every drawing; its price is with the styles.
    #[serde(default, deserialize_with = "bubble")]
    pub bubble: Option<BubbleRequest>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "stickers must be true, false or a list of messengers")]
pub enum StickersRequest {
    /// Every messenger, or none.
    All(bool),
    Some(Vec<String>),
}

/// A speech bubble. Its text is stored while the generation runs, and in the pictures.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BubbleRequest {
    /// 1 to 140 characters as a person counts them (grapheme clusters), at most 4,096 bytes, each of which can be drawn.
    pub text: String,
    /// `left` or `right` of the face; the roomier side when absent.
    pub side: Option<String>,
}

/// Reads a bubble, which is an object: a list of its fields would do for the derived code. A wrong one is refused without quoting it, as serde's own
/// message would.
fn bubble<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BubbleRequest>, D::Error> {
    let bubble = match Value::deserialize(deserializer)? {
        Value::Null => return Ok(None),
        Value::Object(fields) => BubbleRequest::deserialize(Value::Object(fields)).ok(),
        _ => None,
    };
    bubble.map(Some).ok_or_else(|| D::Error::custom("bubble must be an object with a text, and a side if one is wished for"))
}

/// An accepted generation.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GenerationStarted {
    /// `gen_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub generation_id: GenerationId,
    /// Always `queued`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: State,
    /// Credits set aside for the generation.
    pub credits: u32,
}

/// `GET /v1/generations/{id}`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GenerationReply {
    #[serde(flatten)]
    pub summary: GenerationSummary,
    /// The files with links of their own: every size as PNG, the drawing, the covers and one avatar as WebP as well, the stickers that Telegram, Signal and Discord
    /// take one by one, and the packs. The bundle has the rest too: the other avatars as WebP, and the stickers and pictures of which packs and apps are
    /// made. Empty until the generation is done.
    pub deliverables: Vec<DeliverableReply>,
    /// All files in one zip, with a signed list of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<BundleReply>,
    /// What becomes of a photo that was blocked, for ninety days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<BlockedReply>,
}

/// A photo that was blocked.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockedReply {
    /// `needs-review`: a person must look at it. `content-rules`: it looks like something that the terms do not allow.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub category: Category,
    /// By when somebody decides; absent when it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub decided_by: Option<Timestamp>,
    /// When the photo is deleted, whatever is decided.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub photo_deleted_at: Timestamp,
    /// `possible`, `open`, `upheld`, `overturned` or `not-needed`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub appeal: AppealStanding,
    /// The last decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionReply>,
}

/// What a person decided.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionReply {
    /// `uphold` or `overturn`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub outcome: Outcome,
    /// `sexual`, `violence`, `self-harm`, `hate`, `child-safety`, `not-theirs`, `other-terms` or `allowed`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub ground: Ground,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// Whether the photo is drawn from; one that was gone may be sent again.
    pub resumed: bool,
}

impl BlockedReply {
    #[must_use]
    pub fn new(case: &Case) -> Self {
        let decision = |ruling: &Ruling| {
            let Ruling { outcome, ground, at, resumed, .. } = *ruling;
            DecisionReply { outcome, ground, at, resumed }
        };
        Self {
            category: case.category(),
            decided_by: case.due_at,
            photo_deleted_at: case.photo_until,
            appeal: case.appeal_standing(),
            decision: case.last().map(decision),
        }
    }
}

/// `POST /v1/generations/{id}/appeals`
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AppealRequest {
    /// What you say against it: 1 to 1,000 characters.
    pub text: String,
}

/// A generation in a list.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GenerationSummary {
    /// `gen_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub generation_id: GenerationId,
    /// `queued`, `screening`, `drawing`, `finishing`, `done`, `blocked` or `failed`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: State,
    /// Percent.
    pub progress: u8,
    /// Why the generation ended without pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub reason: Option<EndReason>,
    pub style: String,
    /// The number of drawings.
    pub count: u8,
    /// The seed of the first drawing.
    pub seed: u64,
    /// The messengers that get stickers.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub stickers: Vec<Messenger>,
    /// RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliverableReply {
    /// The path in the bundle: the drawing's number, a folder and the file's name, such as `1/avatars/youtube-800.png`; packs of stickers, which hold
    /// all drawings, have no number.
    pub name: String,
    /// The purpose of the file.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: Kind,
    /// `png`, `webp`, `wastickers` or `zip`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub format: Format,
    /// Pixels; 0 for an archive.
    pub width: u32,
    /// Pixels; 0 for an archive.
    pub height: u32,
    pub bytes: u64,
    /// Lowercase hex.
    pub sha256: String,
    /// How the file declares its origin: `c2pa`, signed; `xmp`, not signed; `manifest`, in the bundle's signed manifest alone, as its
    /// messenger refuses files that do; `members`, an archive of such files.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub provenance: Provenance,
    /// Valid until `expires_at`, without a session.
    pub url: String,
    /// RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// `bundle.zip`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BundleReply {
    pub bytes: u64,
    /// Lowercase hex.
    pub sha256: String,
    /// Valid until `expires_at`, without a session.
    pub url: String,
    /// RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// `GET /v1/generations`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GenerationsReply {
    /// Newest first.
    pub generations: Vec<ListedGeneration>,
    /// The `cursor` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub next_cursor: Option<GenerationId>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedGeneration {
    #[serde(flatten)]
    pub summary: GenerationSummary,
    /// Its first drawing, once the generation is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<PreviewReply>,
}

/// A small WebP.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewReply {
    /// Valid until `expires_at`, without a session.
    pub url: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

impl GenerationRequest {
    /// The request in the studio's terms, with the caller's key.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when a messenger is unknown or repeated, or the bubble cannot be drawn.
    pub fn keyed(self, idempotency_key: String) -> Result<studio::GenerationRequest, Failure> {
        let Self { upload_id, style, count, seed, stickers, bubble } = self;
        let stickers = stickers.map_or_else(|| Ok(Vec::new()), StickersRequest::messengers)?;
        let bubble = bubble.map(|bubble| Bubble::parse(&bubble.text, bubble.side.as_deref())).transpose()?;
        Ok(studio::GenerationRequest { idempotency_key, upload: upload_id, style, count, seed, stickers, bubble })
    }
}

impl StickersRequest {
    fn messengers(self) -> Result<Vec<Messenger>, Failure> {
        match self {
            Self::All(true) => Ok(Messenger::ALL.to_vec()),
            Self::All(false) => Ok(Vec::new()),
            Self::Some(ids) => studio::addons::messengers(&ids),
        }
    }
}

impl GenerationStarted {
    #[must_use]
    pub fn new(placed: studio::Placed) -> Self {
        Self { generation_id: placed.id, state: State::Queued, credits: placed.credits }
    }
}

impl GenerationReply {
    /// Links are signed by `deliveries`.
    ///
    /// # Errors
    /// When a link cannot be signed.
    pub async fn new(view: View, deliveries: &Deliveries<'_>) -> Result<Self, Failure> {
        let summary = GenerationSummary::new(&view.generation);
        let blocked = view.case.as_ref().map(BlockedReply::new);
        let Some(delivered) = view.delivered else { return Ok(Self { summary, deliverables: Vec::new(), bundle: None, blocked }) };
        let expires_at = deliveries.links_expire_at();
        let mut deliverables = Vec::with_capacity(delivered.files.len());
        for file in delivered.files {
            let url = deliveries.link(&view.generation, &file.name).await?;
            deliverables.push(DeliverableReply::new(file, url, expires_at));
        }
        let url = deliveries.link(&view.generation, BUNDLE_NAME).await?;
        let bundle = BundleReply { bytes: delivered.bundle.bytes, sha256: delivered.bundle.sha256, url, expires_at };
        Ok(Self { summary, deliverables, bundle: Some(bundle), blocked })
    }
}

impl GenerationSummary {
    #[must_use]
    pub fn new(generation: &Generation) -> Self {
        Self {
            generation_id: generation.id,
            state: generation.state,
            progress: generation.progress(),
            reason: generation.reason,
            style: generation.style.clone(),
            count: generation.count,
            seed: generation.seed,
            stickers: generation.stickers.clone(),
            created_at: generation.created_at,
        }
    }
}

impl GenerationsReply {
    /// Cancelled generations are gone for their owner. Links are signed by `deliveries`.
    ///
    /// # Errors
    /// When a link cannot be signed.
    pub async fn new(page: &studio::Page, deliveries: &Deliveries<'_>) -> Result<Self, Failure> {
        let mut generations = Vec::with_capacity(page.generations.len());
        for generation in page.generations.iter().filter(|generation| generation.state != State::Cancelled) {
            generations.push(ListedGeneration::new(generation, deliveries).await?);
        }
        Ok(Self { generations, next_cursor: page.next })
    }
}

impl ListedGeneration {
    async fn new(generation: &Generation, deliveries: &Deliveries<'_>) -> Result<Self, Failure> {
        let preview = match generation.state {
            State::Done => Some(PreviewReply {
                url: deliveries.link(generation, PREVIEW_NAME).await?,
                width: PREVIEW_PIXELS,
                height: PREVIEW_PIXELS,
                expires_at: deliveries.links_expire_at(),
            }),
            _ => None,
        };
        Ok(Self { summary: GenerationSummary::new(generation), preview })
    }
}

impl DeliverableReply {
    fn new(file: FileEntry, url: String, expires_at: Timestamp) -> Self {
        let FileEntry { name, kind, format, width, height, bytes, sha256, provenance, .. } = file;
        Self { name, kind, format, width, height, bytes, sha256, provenance, url, expires_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bubble: &str) -> Option<GenerationRequest> {
        let upload = format!("upl_{:032x}", 1);
        serde_json::from_str(&format!(r#"{{"upload_id":"{upload}","style":"pixel","count":1,"bubble":{bubble}}}"#)).ok()
    }

    #[test]
    fn a_bubble_is_an_object_or_none() {
        assert_eq!(read(r#"{"text":"Hi","side":"left"}"#).unwrap().bubble.unwrap().text, "Hi");
        assert!(read("null").unwrap().bubble.is_none());
        for other in [
            r#"["Hi","left"]"#,
            r#"["Hi",null]"#,
            r#"["Hi"]"#,
            "[]",
            r#""Hi""#,
            "1",
            "true",
            "{}",
            r#"{"text":["Hi"]}"#,
            r#"[{"text":"Hi"}]"#,
        ] {
            assert!(read(other).is_none(), "{other}");
        }
    }
}
