//! The JSON of what pictures say of their origin.

use kernel::{Failure, Reason};
use provenance::{Anchors, Report, State, Unexaminable, examine};
use serde::Serialize;

/// Media types of `POST /v1/verifications`; the format itself is detected from the bytes.
pub const VERIFIABLE: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "application/octet-stream"];

/// `POST /v1/verifications`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationReply {
    /// The whole result in a sentence, for people.
    pub summary: String,
    pub credentials: CredentialsReply,
    /// The IPTC digital source type in the XMP, which is unsigned: a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xmp_digital_source_type: Option<String>,
}

/// Content Credentials. All texts are the manifest's own: only `trusted` means that a known signer stands behind them.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialsReply {
    /// `trusted`: they match the file, and their signer is known; `valid`: they match the file; `invalid`: they do not, or cannot be checked; `none`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: State,
    /// The faults found, as codes of the C2PA specification.
    pub codes: Vec<String>,
    /// The software that made them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
    /// The organisation in the signer's certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// The IPTC digital source type they claim, a URI; that of AI before any other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digital_source_type: Option<String>,
    /// In order; at most 20, those of AI before others.
    pub actions: Vec<ActionReply>,
    /// The sources of the picture; at most 20, those of AI before others.
    pub ingredients: Vec<IngredientReply>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionReply {
    /// Such as `c2pa.created`.
    pub action: String,
    /// The IPTC digital source type of its result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digital_source_type: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IngredientReply {
    /// Such as `parentOf`.
    pub relationship: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The software that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
    /// Its IPTC digital source type, by its own credentials; that of a source of its own where only that is of AI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digital_source_type: Option<String>,
}

impl VerificationReply {
    /// Examines `picture`, and stores nothing of it.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it is no PNG, JPEG or WebP, or too large.
    pub fn of(picture: &[u8], anchors: &Anchors) -> Result<Self, Failure> {
        let refusal = |unexaminable| match unexaminable {
            Unexaminable::Format => {
                Failure::invalid(Reason::MediaTypeUnsupported, "The body is neither a PNG nor a JPEG nor a WebP picture.")
            }
            Unexaminable::TooLarge => Failure::invalid(Reason::BodyTooLarge, "The picture is too large to be looked at."),
        };
        examine(picture, anchors).map(Self::new).map_err(refusal)
    }

    fn new(report: Report) -> Self {
        let Report { credentials, xmp_digital_source_type, summary } = report;
        let provenance::Credentials { state, codes, generator, signer, digital_source_type, actions, ingredients } = credentials;
        let action = |one: provenance::Action| ActionReply { action: one.action, digital_source_type: one.digital_source_type };
        let ingredient = |one: provenance::Ingredient| {
            let provenance::Ingredient { relationship, title, generator, digital_source_type } = one;
            IngredientReply { relationship, title, generator, digital_source_type }
        };
        let actions = actions.into_iter().map(action).collect();
        let ingredients = ingredients.into_iter().map(ingredient).collect();
        let credentials = CredentialsReply { state, codes, generator, signer, digital_source_type, actions, ingredients };
        Self { summary, credentials, xmp_digital_source_type }
    }
}
