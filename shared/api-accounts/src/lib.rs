//! The JSON of signing in and of the account.

use kernel::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

/// `POST /v1/auth/codes`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskForCode {
    /// The address that the code is mailed to: ASCII before the `@`, and a domain in any script.
    pub email: String,
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

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletReply {
    pub available: u32,
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
