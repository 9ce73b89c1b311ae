//! The JSON of signing in and of the account.

pub use accounts::LeadPage;
use kernel::{AccountId, EmailChangeId, Failure, Reason, Timestamp};
use serde::{Deserialize, Serialize};

/// `POST /v1/auth/codes`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskForCode {
    /// The address that the code is mailed to: ASCII before the `@`, and a domain in any script.
    pub email: String,
    /// The page that asks, where it is not that of signing in: `refund-form` notes the address at once.
    pub page: Option<String>,
}

impl AskForCode {
    /// # Errors
    /// [`Failure::Invalid`] for another page than those that ask.
    pub fn page(&self) -> Result<LeadPage, Failure> {
        match self.page.as_deref() {
            None => Ok(LeadPage::SignIn),
            Some(page) if page == LeadPage::RefundForm.name() => Ok(LeadPage::RefundForm),
            Some(_) => Err(Failure::invalid(Reason::FieldInvalid, "page must be refund-form, or absent.")),
        }
    }
}

/// The reply to every request for a code: the same whether or not the address is known (AN-01).
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeSent {
    /// Minutes until the code expires.
    pub expires_in_minutes: i64,
}

/// `POST /v1/auth/sessions`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// The address that the code was mailed to.
    pub email: String,
    /// Six decimal digits, of any script; white space and dashes between them are ignored.
    pub code: String,
    /// The age that the person says to have reached, `13+` or `16+`. An address that signs in for the first time needs it: `16+` in the European Economic
    /// Area and the United Kingdom, and where the country is not known.
    #[serde(default)]
    pub age_attestation: Option<String>,
}

/// The account of the new session; the session itself is in the cookie.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionReply {
    /// `acc_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub account_id: AccountId,
}

/// `GET /v1/me`
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeReply {
    /// `acc_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub account_id: AccountId,
    /// The address for sign-in.
    pub email: String,
    /// A BCP 47 language tag.
    pub locale: String,
    /// RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    pub wallet: WalletReply,
}

/// `PATCH /v1/me`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeMe {
    /// A BCP 47 language tag of at most 35 characters, in any spelling.
    pub locale: String,
}

/// What was changed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedMe {
    /// The tag in its usual spelling.
    pub locale: String,
}

/// `POST /v1/me/email-changes`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EmailChangeRequest {
    /// The address that the account is to have: ASCII before the `@`, and a domain in any script.
    pub email: String,
}

/// Two codes are on their way; the same whether or not the new address has an account.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmailChangeReply {
    /// `ech_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub email_change_id: EmailChangeId,
    /// Until when the codes are good: RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

impl From<accounts::EmailChangeAsked> for EmailChangeReply {
    fn from(asked: accounts::EmailChangeAsked) -> Self {
        Self { email_change_id: asked.id, expires_at: asked.expires_at }
    }
}

/// `PUT /v1/me/email-changes/{id}`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EmailChangeCodes {
    /// The code that was mailed to the address the account has: six decimal digits.
    pub old_code: String,
    /// The code that was mailed to the new address.
    pub new_code: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletReply {
    /// Below zero after a refund of credits that were used: nothing begins until it is made up for.
    pub available: i64,
    /// Credits set aside for running generations.
    pub held: u32,
}

impl MeReply {
    #[must_use]
    pub fn new(account_id: AccountId, me: accounts::Me) -> Self {
        let wallet = WalletReply { available: me.balance.available, held: me.balance.held };
        Self { account_id, email: me.email, locale: me.locale, created_at: me.created_at, wallet }
    }
}
