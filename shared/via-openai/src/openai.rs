//! The vendor account that artist, screener and list of models share.

use std::time::Duration;

use egress::header::{AUTHORIZATION, HeaderValue};
use egress::{Client, Endpoint, RequestBuilder, Secret};
use kernel::Failure;

use crate::{OpenAiArtist, OpenAiScreener};

#[derive(Debug, Clone)]
pub struct OpenAi {
    endpoint: Endpoint,
    key: HeaderValue,
}

impl OpenAi {
    /// The name in the configuration, the provider ledger and the records.
    pub const NAME: &'static str = "openai";
    /// The default base URL. It ends in `/v1`, as in the vendor's own clients.
    pub const BASE_URL: &'static str = "https://api.openai.com/v1";
    /// The default image model. Models end within a year, so the configuration should name one.
    pub const IMAGE_MODEL: &'static str = "gpt-image-2.6-flare";
    pub const IMAGE_QUALITY: &'static str = "medium";
    pub const MODERATION_MODEL: &'static str = "omni-moderation-latest";

    /// # Errors
    /// [`Failure::Broken`] when `client` may not reach `base`, or the key is empty or cannot be a header value.
    pub fn new(client: &Client, base: &str, key: &Secret) -> Result<Self, Failure> {
        let key = key.header("Bearer ").ok_or_else(|| Failure::broken("the key of OpenAI is no value of a header"))?;
        Ok(Self { endpoint: client.endpoint(base)?, key })
    }

    /// `quality` is one of the model's qualities, such as `medium`.
    ///
    /// # Errors
    /// [`Failure::Broken`] when `model` or `quality` is no id of the vendor.
    pub fn artist(&self, model: &str, quality: &str) -> Result<OpenAiArtist, Failure> {
        Ok(OpenAiArtist::new(self.clone(), id(model)?, id(quality)?))
    }

    /// # Errors
    /// [`Failure::Broken`] when `model` is no id of the vendor.
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

/// 1 to 100 letters, digits, `.`, `-`, `_` and `:` (as in ids of fine-tuned models).
fn id(text: &str) -> Result<String, Failure> {
    let fits = (1..=100).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
    if fits { Ok(text.to_owned()) } else { Err(Failure::broken("a model or a quality of OpenAI is no id")) }
}
