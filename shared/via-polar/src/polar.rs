//! The account with the merchant.

use std::str::FromStr;
use std::time::Duration;

use egress::header::{AUTHORIZATION, HeaderName, HeaderValue};
use egress::{Client, Endpoint, RequestBuilder, Secret};
use kernel::Failure;

/// Limit on an answer; most take half a second.
const TIMEOUT: Duration = Duration::from_secs(8);

/// The version of the API that this adapter was written for. Without the header the answer would change its form when the merchant's default does.
const VERSION: HeaderValue = HeaderValue::from_static("2026-10");
const VERSION_HEADER: HeaderName = HeaderName::from_static("polar-version");

/// Where the merchant is: two separate worlds, each with tokens of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// Nobody pays here.
    Sandbox,
    Production,
}

impl Server {
    /// The base URL. It ends in `/v1`, as the merchant writes it.
    #[must_use]
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Sandbox => "https://sandbox-api.polar.sh/v1",
            Self::Production => "https://api.polar.sh/v1",
        }
    }
}

impl FromStr for Server {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        match text {
            "sandbox" => Ok(Self::Sandbox),
            "production" => Ok(Self::Production),
            _ => Err(Failure::broken("the server of Polar must be sandbox or production")),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Polar {
    endpoint: Endpoint,
    token: HeaderValue,
}

impl Polar {
    /// The name in the configuration and the provider ledger.
    pub const NAME: &'static str = "polar";

    /// # Errors
    /// [`Failure::Broken`] when `client` may not reach `base`, or the token is empty or cannot be a header value.
    pub fn new(client: &Client, base: &str, token: &Secret) -> Result<Self, Failure> {
        let token = token.header("Bearer ").ok_or_else(|| Failure::broken("the token of Polar is no value of a header"))?;
        Ok(Self { endpoint: client.endpoint(base)?, token })
    }

    /// A slash at the end of a path is part of it.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.signed(self.endpoint.get(path, TIMEOUT))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.signed(self.endpoint.post(path, TIMEOUT))
    }

    fn signed(&self, call: RequestBuilder) -> RequestBuilder {
        call.header(AUTHORIZATION, self.token.clone()).header(VERSION_HEADER, VERSION)
    }
}
