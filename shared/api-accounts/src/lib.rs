//! The JSON of signing in and of the account.

use kernel::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

/// `POST /v1/auth/codes`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskForCode {
    /// Where the code goes.
    pub email: String,
}

/// The answer to every request for a code: the same whether or not the address is known (AN-01).
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeSent {
    /// Minutes the code lives.
    pub expires_in_minutes: i64,
}

/// `POST /v1/auth/sessions`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// Where the code went.
    pub email: String,
    /// Its six digits.
    pub code: String,
}

/// The session is in the cookie; this is whose it is.
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
    /// The address one signs in with.
    pub email: String,
    /// A BCP 47 language tag.
    pub locale: String,
    /// RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// The credits.
    pub wallet: WalletReply,
}

/// Credits one can spend, and credits set aside for running generations.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WalletReply {
    /// Ready to be spent.
    pub available: u32,
    /// Set aside.
    pub held: u32,
}

impl MeReply {
    /// The reply for an account.
    #[must_use]
    pub fn new(account_id: AccountId, me: accounts::Me) -> Self {
        let wallet = WalletReply { available: me.balance.available, held: me.balance.held };
        Self { account_id, email: me.email, locale: me.locale, created_at: me.created_at, wallet }
    }
}
