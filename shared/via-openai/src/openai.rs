//! The account with the vendor that artist, screener and list of models share.

use std::time::Duration;

use egress::header::{AUTHORIZATION, HeaderValue};
use egress::{Client, Endpoint, RequestBuilder, Secret};
use kernel::Failure;

use crate::{OpenAiArtist, OpenAiScreener};

/// An account with the vendor.
#[derive(Debug, Clone)]
pub struct OpenAi {
    endpoint: Endpoint,
    key: HeaderValue,
}

impl OpenAi {
    /// The name that the configuration, the provider ledger and the records know it by.
    pub const NAME: &'static str = "openai";
    /// The base URL where none is configured. It ends in `/v1`, as it does in the vendor's own clients.
    pub const BASE_URL: &'static str = "https://api.openai.com/v1";
    /// The image model where none is configured. Models end within a year, so that the configuration should name one.
    pub const IMAGE_MODEL: &'static str = "gpt-image-2.6-flare";
    /// The quality of drawings where none is configured.
    pub const IMAGE_QUALITY: &'static str = "medium";
    /// The moderation model where none is configured.
    pub const MODERATION_MODEL: &'static str = "omni-moderation-latest";

    /// The account of this key at `base`.
    ///
    /// # Errors
    /// [`Failure::Broken`] when `client` may not go to `base`, or the key is empty or no value of a header.
    pub fn new(client: &Client, base: &str, key: &Secret) -> Result<Self, Failure> {
        let key = key.header("Bearer ").ok_or_else(|| Failure::broken("the key of OpenAI is no value of a header"))?;
        Ok(Self { endpoint: client.endpoint(base)?, key })
    }

    /// An artist who draws by `model`, in one of its qualities, such as `medium`.
    ///
    /// # Errors
    /// [`Failure::Broken`] when either is no id of the vendor.
    pub fn artist(&self, model: &str, quality: &str) -> Result<OpenAiArtist, Failure> {
        Ok(OpenAiArtist::new(self.clone(), id(model)?, id(quality)?))
    }

    /// A screener who judges by `model`.
    ///
    /// # Errors
    /// [`Failure::Broken`] when it is no id of the vendor.
    pub fn screener(&self, model: &str) -> Result<OpenAiScreener, Failure> {
        Ok(OpenAiScreener::new(self.clone(), id(model)?))
    }

    pub(crate) fn post(&self, path: &str, timeout: Duration) -> RequestBuilder {
        self.endpoint.post(path, timeout).header(AUTHORIZATION, self.key.clone())
    }

    pub(crate) fn get(&self, path: &str, timeout: Duration) -> RequestBuilder {
        self.endpoint.get(path, timeout).header(AUTHORIZATION, self.key.clone())
    }
}

/// Letters, digits, `.`, `-`, `_` and `:` (as ids of fine-tuned models have it), 1 to 100 of them.
fn id(text: &str) -> Result<String, Failure> {
    let fits = (1..=100).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
    if fits { Ok(text.to_owned()) } else { Err(Failure::broken("a model or a quality of OpenAI is no id")) }
}
