//! The JSON of opting in to marketing, and out.

use kernel::{Failure, Language, Reason, Timestamp};
pub use outreach::CONSENT_VERSION;
use outreach::{Subscription, consent_words};
use serde::{Deserialize, Serialize};

/// `PUT /v1/me/marketing`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeMarketing {
    /// Whether news and offers shall come.
    pub subscribed: bool,
    /// The version of the words that were shown, as `GET /v1/me/marketing` has it; needed to opt in.
    pub text_version: Option<String>,
}

impl ChangeMarketing {
    /// The version that is agreed to; `None` to opt out.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where the version is missing.
    pub fn agreed(&self) -> Result<Option<&str>, Failure> {
        let missing = || Failure::invalid(Reason::FieldInvalid, "text_version must be that of the words that were shown.");
        self.subscribed.then(|| self.text_version.as_deref().ok_or_else(missing)).transpose()
    }
}

/// `GET /v1/me/marketing`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarketingReply {
    /// Whether news and offers come.
    pub subscribed: bool,
    /// When they were asked for: RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub since: Option<Timestamp>,
    /// The words to agree to, in the language of the request.
    pub text: &'static str,
    /// Their version.
    pub text_version: &'static str,
}

impl MarketingReply {
    #[must_use]
    pub fn new(subscription: Option<&Subscription>, language: Language) -> Self {
        let since = subscription.map(Subscription::given_at);
        Self { subscribed: since.is_some(), since, text: consent_words(language), text_version: CONSENT_VERSION }
    }
}
