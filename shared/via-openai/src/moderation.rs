//! The screener behind `POST moderations`.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use egress::Response;
use egress::header::CONTENT_TYPE;
use kernel::Failure;
use screening::{Candidate, Screener};
use serde::Deserialize;
use serde_json::json;

use crate::OpenAi;
use crate::api_error::{ApiError, identifier, request_id};
use crate::refusal::Refusal;
use crate::waits::retry_after;

/// Limit on a judgement; most take a second.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Maximum bytes of a picture: the vendor's limit.
const LARGEST_PICTURE: usize = 20 * 1024 * 1024;

/// Maximum bytes of an answer; a normal one has two thousand.
const LARGEST_ANSWER: usize = 256_000;

/// Maximum categories of an answer.
const CATEGORIES: usize = 64;

/// The wait when the vendor names none.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);

/// The category of the vendor's own judgement.
const FLAGGED: &str = "flagged";

/// Scores a picture, and the words that go with it, by a moderation model: free of charge, one picture a request.
///
/// **Pictures are scored in six categories alone**: this screener cannot tell minors in photographs, nor symbols of hate.
#[derive(Debug, Clone)]
pub struct OpenAiScreener {
    account: OpenAi,
    model: String,
    timeout: Duration,
}

impl OpenAiScreener {
    pub(crate) fn new(account: OpenAi, model: String) -> Self {
        Self { account, model, timeout: TIMEOUT }
    }

    /// The same screener with another time-out; the default is 20 seconds.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The complete request (AN-31). The picture is encoded straight into its text, without a second copy.
    fn body(&self, candidate: Candidate<'_>) -> String {
        let mut body = format!(r#"{{"model":{},"input":["#, json!(self.model));
        if let Some(words) = candidate.words.filter(|words| !words.trim().is_empty()) {
            body.push_str(&format!(r#"{{"type":"text","text":{}}},"#, json!(words)));
        }
        body.reserve(candidate.png.len().div_ceil(3) * 4 + 80);
        body.push_str(r#"{"type":"image_url","image_url":{"url":"data:image/png;base64,"#);
        BASE64_STANDARD.encode_string(candidate.png, &mut body);
        body.push_str("\"}}]}");
        body
    }
}

#[async_trait]
impl Screener for OpenAiScreener {
    fn name(&self) -> &'static str {
        OpenAi::NAME
    }

    fn sees(&self) -> &'static [&'static str] {
        &["self-harm", "self-harm/instructions", "self-harm/intent", "sexual", "violence", "violence/graphic"]
    }

    async fn score(&self, candidate: Candidate<'_>) -> Result<BTreeMap<String, f64>, Failure> {
        if candidate.png.len() > LARGEST_PICTURE {
            return Err(Failure::broken("the picture is larger than the moderation takes"));
        }
        let call = self.account.post("moderations", self.timeout).header(CONTENT_TYPE, "application/json").body(self.body(candidate));
        // A repeated judgement costs nothing, so any failed call may be repeated.
        let answer = egress::send(call).await.map_err(|_| Failure::unavailable(DEFAULT_WAIT))?;
        match answer.status().as_u16() {
            200 => scores(answer, self.sees()).await,
            _ => Err(failure(&Refusal::read(answer).await)),
        }
    }
}

/// An error of this vendor as a failure, where nothing is drawn.
pub(crate) fn failure(refusal: &Refusal) -> Failure {
    match refusal.status {
        _ if refusal.is_unpaid() => Failure::broken(refusal.api_error()),
        408 | 409 | 429 | 500.. => Failure::unavailable(retry_after(&refusal.headers).unwrap_or(DEFAULT_WAIT)),
        _ => Failure::broken(refusal.api_error()),
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    results: Vec<Judgement>,
}

#[derive(Deserialize)]
struct Judgement {
    flagged: bool,
    /// A category that does not apply is `null`.
    category_scores: Option<BTreeMap<String, Option<f64>>>,
}

/// The highest score of each category. An answer that lacks a relied-upon category is no judgement.
async fn scores(answer: Response, relied_upon: &[&str]) -> Result<BTreeMap<String, f64>, Failure> {
    let id = request_id(answer.headers());
    let unusable = |what| Failure::broken(ApiError::plain(what, 200, id.as_deref()));
    let body = egress::receive(answer, LARGEST_ANSWER).await.map_err(|_| Failure::unavailable(DEFAULT_WAIT))?;
    let answer: Answer = serde_json::from_slice(&body).map_err(|_| unusable("no judgement"))?;
    let mut scores = BTreeMap::new();
    for judgement in answer.results {
        if judgement.flagged {
            scores.insert(FLAGGED.to_owned(), 1.0);
        }
        for (category, score) in judgement.category_scores.unwrap_or_default() {
            let (Some(category), Some(score)) = (identifier(&category), score) else { continue };
            let highest: &mut f64 = scores.entry(category).or_insert(0.0);
            *highest = highest.max(score.clamp(0.0, 1.0));
        }
    }
    let complete = relied_upon.iter().all(|category| scores.contains_key(*category)) && scores.len() <= CATEGORIES;
    if complete { Ok(scores) } else { Err(unusable("a judgement that lacks scores")) }
}
