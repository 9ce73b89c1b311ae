//! The JSON of what pictures say of their origin.

use kernel::{Failure, Reason};
use provenance::{Anchors, Report, State, Unexaminable, examine};
use serde::Serialize;

/// Media types of `POST /v1/verifications`; what the bytes are is seen in them.
pub const VERIFIABLE: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "application/octet-stream"];

/// `POST /v1/verifications`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationReply {
    /// In a sentence, for people.
    pub summary: String,
    /// Its Content Credentials (C2PA).
    pub credentials: CredentialsReply,
    /// The IPTC digital source type in its XMP, which nobody signed: a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xmp_digital_source_type: Option<String>,
}

/// Content Credentials. All texts are the manifest's own words: only `trusted` says that there is somebody to hold to them.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialsReply {
    /// `trusted`: they fit the file, and their signer is known; `valid`: they fit the file; `invalid`: they do not, or cannot be checked; `none`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: State,
    /// What is wrong or not trusted, as codes of the C2PA specification.
    pub codes: Vec<String>,
    /// The program that made them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
    /// The organisation in the signer's certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// What they say the picture is: an IPTC digital source type, a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digital_source_type: Option<String>,
    /// What was done, in order; at most 20.
    pub actions: Vec<ActionReply>,
    /// What it was made of; at most 20.
    pub ingredients: Vec<IngredientReply>,
}

/// A step.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionReply {
    /// Such as `c2pa.created`.
    pub action: String,
    /// What its result is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digital_source_type: Option<String>,
}

/// Something the picture was made of.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IngredientReply {
    /// Such as `parentOf`.
    pub relationship: String,
    /// What it was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The program that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<String>,
    /// What it is, by its own credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digital_source_type: Option<String>,
}

impl VerificationReply {
    /// What `picture` says of its origin. Nothing of it is kept.
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
