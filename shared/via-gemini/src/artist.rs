//! The artist behind `generateContent`.

use std::time::Duration;

use async_trait::async_trait;
use egress::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use egress::{Client, Endpoint, Secret, SendError};
use kernel::Failure;
use picture_files::DigitalSource;
use studio::prices::Tokens;
use studio::{Artist, DrawRequest, Drawing, NotDrawn, prompt};

use crate::{answer, refusal, request};

/// The default model. Models end within a year: `every-day-check-models` warns.
pub(crate) const MODEL: &str = "gemini-nano-banana-2.1";

/// How long a drawing may take, its download included; most take 10 to 20 seconds.
const TIMEOUT: Duration = Duration::from_secs(100);

/// Maximum bytes of an answer: a picture of 1K has 1 to 3 MB, and a third more as Base64; one of 4K, which is not requested, would still pass.
const LARGEST_ANSWER: usize = 40_000_000;

/// Maximum bytes of an error.
const LARGEST_ERROR: usize = 64_000;

#[derive(Debug, Clone)]
pub struct GeminiArtist {
    endpoint: Endpoint,
    key: HeaderValue,
    model: String,
    timeout: Duration,
}

/// A brief or a picture that this artist cannot work from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// There is no prompt for the style.
    #[error("there is no prompt for the brief")]
    Brief,
    /// The request would be larger than the vendor takes.
    #[error("the picture is larger than the vendor takes")]
    Selfie,
}

impl GeminiArtist {
    /// The name in the configuration, the provider ledger and the records.
    pub const NAME: &'static str = "gemini";
    pub const BASE_URL: &'static str = "https://generativelanguage.googleapis.com";
    pub const MODEL: &'static str = MODEL;

    /// `base` is a URL without a version.
    ///
    /// # Errors
    /// [`Failure::Broken`] when `client` may not reach `base`, when the key cannot be a header value, or when `model` is no model id: letters,
    /// digits, `.`, `-` and `_`.
    pub fn new(client: &Client, base: &str, key: &Secret, model: &str) -> Result<Self, Failure> {
        let id = !model.is_empty() && model.len() <= 100 && !model.contains("..");
        if !id || !model.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
            return Err(Failure::broken("the model of Gemini is no model's id"));
        }
        let key = key.header("").ok_or_else(|| Failure::broken("the key of Gemini is no value of a header"))?;
        Ok(Self { endpoint: client.endpoint(base)?, key, model: model.to_owned(), timeout: TIMEOUT })
    }

    /// The same artist with another time-out; the default is 100 seconds.
    #[must_use]
    pub fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    async fn ask(&self, body: Vec<u8>) -> Result<Vec<u8>, NotDrawn> {
        let path = format!("v1beta/models/{}:generateContent", self.model);
        let call = self.endpoint.post(&path, self.timeout).header("x-goog-api-key", self.key.clone());
        let call = call.header(CONTENT_TYPE, "application/json").body(body);
        let answer = egress::send(call).await.map_err(lost)?;
        let status = answer.status().as_u16();
        if status == 200 {
            return egress::receive(answer, LARGEST_ANSWER).await.map_err(lost);
        }
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        // The status alone says that it is an error: a body that cannot be read counts as empty.
        let body = egress::receive(answer, LARGEST_ERROR).await.unwrap_or_default();
        Err(refusal::meaning(status, retry_after.as_deref(), &body))
    }
}

fn lost(lost: SendError) -> NotDrawn {
    if lost.may_have_arrived() { NotDrawn::Unclear(lost.into()) } else { NotDrawn::Down(lost.into()) }
}

#[async_trait]
impl Artist for GeminiArtist {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn price(&self) -> u64 {
        // What a picture and its thoughts take, with a selfie and its instructions.
        let tokens = Tokens { text_input: 500, image_input: 1_500, text_output: 500, image_output: 1_120 };
        crate::price::of(&self.model, tokens).unwrap_or(studio::artist::UNLISTED)
    }

    /// No sketches, and no repeatable drawings by seed: the API has neither for pictures.
    async fn draw(&self, request: DrawRequest<'_>) -> Result<Drawing, NotDrawn> {
        let prompt = prompt::of(request.brief).ok_or_else(|| NotDrawn::Misconfigured(Unusable::Brief.into()))?;
        let body = request::body(&prompt, request.selfie).ok_or_else(|| NotDrawn::Misconfigured(Unusable::Selfie.into()))?;
        let answer = self.ask(body).await?;
        let (picture, usage) = answer::read(&answer, &self.model)?;
        Ok(Drawing { picture, source: DigitalSource::CompositeWithTrainedAlgorithmicMedia, usage })
    }
}
