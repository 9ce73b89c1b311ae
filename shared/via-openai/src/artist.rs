//! The artist behind `POST images/edits`.

use std::time::Duration;

use async_trait::async_trait;
use egress::RequestBuilder;
use egress::header::CONTENT_TYPE;
use egress::multipart::{Form, Part};
use picture_files::DigitalSource;
use studio::{Artist, DrawRequest, Drawing, NotDrawn, prompt};

use crate::OpenAi;
use crate::answer::{self, SKETCHES, Tokens};
use crate::api_error::request_id;
use crate::refusal::{Refusal, lost};

/// Limit on a drawing, its download included. Most take 10 to 40 seconds; some have taken two minutes.
const TIMEOUT: Duration = Duration::from_secs(100);

/// Maximum bytes of a selfie, below the vendor's limit.
const LARGEST_SELFIE: usize = 50_000_000;

/// Maximum characters of a pseudonym.
const LONGEST_PSEUDONYM: usize = 64;

#[derive(Debug, Clone)]
pub struct OpenAiArtist {
    account: OpenAi,
    model: String,
    quality: String,
    timeout: Duration,
}

/// Requests this artist cannot send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Unusable {
    #[error("there is no prompt for the brief")]
    Brief,
    #[error("the picture is larger than the vendor takes")]
    Selfie,
    #[error("the form cannot be made")]
    Form,
}

impl OpenAiArtist {
    pub(crate) fn new(account: OpenAi, model: String, quality: String) -> Self {
        Self { account, model, quality, timeout: TIMEOUT }
    }

    /// The same artist with another time-out; the default is 100 seconds.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The complete request (AN-31). The image models refuse `response_format` and `input_fidelity`.
    fn call(&self, request: &DrawRequest<'_>, wanted: u8) -> Result<RequestBuilder, Unusable> {
        let prompt = prompt::of(request.brief).ok_or(Unusable::Brief)?;
        if request.selfie.len() >= LARGEST_SELFIE {
            return Err(Unusable::Selfie);
        }
        // The vendor requires a file name; this one carries no information.
        let picture = Part::bytes(request.selfie.to_vec()).file_name("picture.png").mime_str("image/png").map_err(|_| Unusable::Form)?;
        let mut form = Form::new()
            .text("model", self.model.clone())
            .part("image[]", picture)
            .text("prompt", prompt)
            .text("n", "1")
            .text("size", "1024x1024")
            .text("quality", self.quality.clone())
            .text("output_format", "png")
            .text("background", "opaque");
        if let Some(customer) = request.customer.filter(|customer| customer.len() <= LONGEST_PSEUDONYM) {
            form = form.text("user", customer.to_owned());
        }
        if wanted > 0 {
            form = form.text("stream", "true").text("partial_images", wanted.to_string());
        }
        Ok(self.account.post("images/edits", self.timeout).multipart(form))
    }
}

#[async_trait]
impl Artist for OpenAiArtist {
    fn name(&self) -> &'static str {
        OpenAi::NAME
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn price(&self) -> u64 {
        // An estimate: the tokens of one square picture by quality, and of a selfie with its instructions.
        let output = match &*self.quality {
            "low" => 272,
            "medium" => 1_056,
            "high" => 4_160,
            _ => return studio::artist::UNLISTED,
        };
        crate::price::of(&self.model, &Tokens { input_tokens: Some(1_500), output_tokens: Some(output), input_tokens_details: None })
            .unwrap_or(studio::artist::UNLISTED)
    }

    /// No repeatable drawings by seed: the image models have none.
    async fn draw(&self, request: DrawRequest<'_>) -> Result<Drawing, NotDrawn> {
        let wanted = request.sketches.wanted().min(SKETCHES);
        let call = self.call(&request, wanted).map_err(|unusable| NotDrawn::Misconfigured(unusable.into()))?;
        let answer = egress::send(call).await.map_err(lost)?;
        if answer.status().as_u16() != 200 {
            return Err(Refusal::read(answer).await.not_drawn());
        }
        let request_id = request_id(answer.headers());
        let is_stream = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let drawn = match is_stream {
            true => answer::streamed(answer, request.sketches, request_id.as_deref()).await?,
            false => answer::whole(answer, request_id.as_deref()).await?,
        };
        let usage = answer::usage(&self.model, drawn.tokens, request_id);
        Ok(Drawing { picture: drawn.picture, source: DigitalSource::CompositeWithTrainedAlgorithmicMedia, usage })
    }
}
