//! The JSON of trials.

use accounts::AgeAttestation;
use api_studio::GenerationReply;
use kernel::{Failure, GenerationId, Timestamp, TrialId, UploadId};
use serde::{Deserialize, Serialize};
use studio::Deliveries;
use trials::{ChallengeAnswer, Created, Opened, Pass, Trial};

/// `POST /v1/trials`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TrialRequest {
    /// What Turnstile's widget gave for the action `trial`; it is good once.
    pub turnstile_token: String,
    /// The age that the person says to have reached, `13+` or `16+`: `16+` in the European Economic Area and the United Kingdom, and where the country is not
    /// known.
    #[serde(default)]
    pub age_attestation: Option<String>,
}

impl TrialRequest {
    /// # Errors
    /// [`Failure::Invalid`] for what can be no answer of a challenge, or no attestation.
    pub fn read(&self) -> Result<(ChallengeAnswer, Option<AgeAttestation>), Failure> {
        Ok((self.turnstile_token.parse()?, self.age_attestation.as_deref().map(str::parse).transpose()?))
    }
}

/// A trial that a browser may use; its pass is in the cookie.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialBegun {
    /// `tri_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub trial_id: TrialId,
    /// When all of it is deleted, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

impl TrialBegun {
    #[must_use]
    pub fn created(created: &Created) -> Self {
        Self { trial_id: created.trial, expires_at: created.expires_at }
    }

    #[must_use]
    pub fn opened(trial_id: TrialId, opened: &Opened) -> Self {
        Self { trial_id, expires_at: opened.expires_at }
    }
}

/// `GET /v1/trials/{id}`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialReply {
    /// `tri_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub trial_id: TrialId,
    /// Its upload, once it was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub upload_id: Option<UploadId>,
    /// Its generation, once it was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<GenerationReply>,
    /// Whether an account took its files.
    pub claimed: bool,
    /// When all of it is deleted, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

impl TrialReply {
    /// Links are signed by `deliveries`.
    ///
    /// # Errors
    /// When a link cannot be signed.
    pub async fn new(trial: Trial, deliveries: &Deliveries<'_>) -> Result<Self, Failure> {
        let Trial { id, upload, generation, claimed, expires_at } = trial;
        let generation = match generation {
            Some(view) => Some(GenerationReply::new(view, deliveries).await?),
            None => None,
        };
        Ok(Self { trial_id: id, upload_id: upload, generation, claimed, expires_at })
    }
}

/// `POST /v1/trials/{id}/generations`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TrialGenerationRequest {
    /// The trial's upload, whose bytes have arrived.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub upload_id: UploadId,
    /// An `id` of `GET /v1/styles`.
    pub style: String,
}

/// `POST /v1/trials/{id}/link`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TrialLinkRequest {
    /// Where the link is mailed to.
    pub email: String,
    /// Where news and offers are asked for as well: the version of the words that were shown, as `GET /v1/site` has them. It counts once the link is
    /// opened.
    pub marketing_text_version: Option<String>,
}

/// A link is on its way.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialLinkSent {
    /// When it opens nothing any more, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// `POST /v1/trials/{id}/link/open`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenTrialLink {
    /// What is behind the `#` of the link.
    pub secret: String,
}

impl OpenTrialLink {
    /// # Errors
    /// [`Failure::Denied`] for what can be no secret, as for one that opens nothing.
    pub fn read(&self) -> Result<Pass, Failure> {
        self.secret.parse().map_err(|_| trials::link_refused())
    }
}

/// `POST /v1/trials/{id}/claim`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialClaimed {
    /// The generation of the account that has the files in a moment: `gen_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub generation_id: GenerationId,
}
