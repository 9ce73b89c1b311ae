//! The artist against the stand-in: the requests it sends, and the meaning of every answer.

use std::time::Duration;

use egress::{Client, Reach, Secret};
use picture_files::{DigitalSource, PictureFormat};
use stand_ins::GeminiStandIn;
use stand_ins::gemini::Scenario;
use studio::{Artist, Brief, DrawRequest, Drawing, NoSketches, NotDrawn, prompt};
use testkit::pictures;
use via_gemini::GeminiArtist;

/// Long enough for a busy machine, short enough for a test.
const TIMEOUT: Duration = Duration::from_secs(20);

/// No request may hold this.
const CUSTOMER: &str = "pseudonym-of-a-customer";

fn client() -> Client {
    Client::new(Reach::ListedAndLoopback).unwrap()
}

fn artist(base: &str) -> GeminiArtist {
    GeminiArtist::new(&client(), base, &Secret::new("AIza-test-key"), GeminiArtist::MODEL).unwrap().within(TIMEOUT)
}

fn selfie() -> Vec<u8> {
    pictures::rgb_png(&pictures::card(), &[], &[])
}

async fn draw(artist: &GeminiArtist) -> Result<Drawing, NotDrawn> {
    let selfie = selfie();
    let request =
        DrawRequest { selfie: &selfie, brief: Brief::Style("soft-anime"), seed: 7, customer: Some(CUSTOMER), sketches: &NoSketches };
    artist.draw(request).await
}

/// The outcome of one scenario, with a vendor that was asked exactly once.
async fn met(scenario: Scenario) -> Result<Drawing, NotDrawn> {
    let stand_in = GeminiStandIn::start(0).await.unwrap();
    stand_in.next(scenario);
    let outcome = draw(&artist(&stand_in.base_url())).await;
    assert_eq!(stand_in.requests().len(), 1, "an adapter asks once");
    outcome
}

#[tokio::test]
async fn a_drawing_comes_back_as_the_vendor_made_it() {
    let stand_in = GeminiStandIn::start(0).await.unwrap();
    let artist = artist(&stand_in.base_url());
    let drawing = draw(&artist).await.unwrap();
    assert_eq!(
        picture_files::outline(&drawing.picture, &picture_files::Limits::DRAWING).map(|seen| (seen.width, seen.height)),
        Ok((1024, 1024))
    );
    assert_eq!(drawing.source, DigitalSource::CompositeWithTrainedAlgorithmicMedia);
    assert_eq!((artist.name(), artist.model()), ("gemini", "gemini-nano-banana-2.1"));
    let usage = drawing.usage;
    assert_eq!(usage.request_id.as_deref(), Some("stand-in-0"));
    let input = usage.input_tokens.unwrap();
    assert_eq!(usage.output_tokens, Some(1120));
    assert_eq!(usage.micro_dollars, Some(33_600 + (input * 3).div_ceil(2)), "1.50 and 30 dollars for a million");
}

/// Invariant: A vendor gets the picture, the prompt, a pseudonym and settings.
#[tokio::test]
async fn an_31_what_is_sent_is_the_picture_the_prompt_and_settings() {
    let stand_in = GeminiStandIn::start(0).await.unwrap();
    draw(&artist(&stand_in.base_url())).await.unwrap();
    let requests = stand_in.requests();
    let sent = &requests[0];
    assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/v1beta/models/gemini-nano-banana-2.1:generateContent"));
    assert_eq!(sent.query, None, "a key in a URL ends in logs");
    let mut names: Vec<&str> = sent.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "content-length", "content-type", "host", "x-goog-api-key"]);
    assert_eq!(sent.header("x-goog-api-key"), Some("AIza-test-key"));
    let parts = &sent.json()["contents"][0]["parts"];
    assert_eq!(parts[0]["text"].as_str().unwrap(), prompt::of(Brief::Style("soft-anime")).unwrap());
    assert_eq!(parts[1]["inlineData"]["mimeType"], "image/png");
    let mut settings = sent.json().clone();
    settings.as_object_mut().unwrap().remove("contents");
    let expected = settings_of_everybody();
    assert_eq!(settings, expected, "the same for everybody");
    let text = String::from_utf8_lossy(&sent.raw);
    assert!(!text.contains(CUSTOMER) && !text.contains("AIza"), "no pseudonym: the API has no field for one");
}

/// The settings of every request.
fn settings_of_everybody() -> serde_json::Value {
    serde_json::json!({
        "generationConfig": { "responseModalities": ["IMAGE"], "imageConfig": { "aspectRatio": "1:1", "imageSize": "1K" } },
        "safetySettings": [
            { "category": "HARM_CATEGORY_SEXUALLY_EXPLICIT", "threshold": "BLOCK_LOW_AND_ABOVE" },
            { "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_MEDIUM_AND_ABOVE" },
            { "category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "BLOCK_MEDIUM_AND_ABOVE" },
            { "category": "HARM_CATEGORY_DANGEROUS_CONTENT", "threshold": "BLOCK_MEDIUM_AND_ABOVE" },
        ],
        "store": false,
    })
}

#[tokio::test]
async fn rt_09_nothing_is_asked_to_be_kept() {
    let stand_in = GeminiStandIn::start(0).await.unwrap();
    draw(&artist(&stand_in.base_url())).await.unwrap();
    assert_eq!(stand_in.requests()[0].json()["store"], false, "absent means true");
}

#[tokio::test]
async fn a_persons_own_words_are_drawn_by_as_well() {
    let stand_in = GeminiStandIn::start(0).await.unwrap();
    let selfie = selfie();
    let brief = Brief::Words("as a knight of \"old\"");
    let request = DrawRequest { selfie: &selfie, brief, seed: 1, customer: None, sketches: &NoSketches };
    artist(&stand_in.base_url()).draw(request).await.unwrap();
    let sent = stand_in.requests()[0].json()["contents"][0]["parts"][0]["text"].as_str().unwrap().to_owned();
    assert_eq!(sent, prompt::of(brief).unwrap());
}

#[tokio::test]
async fn the_safety_system_refuses_in_many_ways_and_none_is_asked_again() {
    for reason in ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY"] {
        let NotDrawn::Refused(categories) = met(Scenario::BlockedPrompt(reason.into())).await.unwrap_err() else { panic!("{reason}") };
        assert_eq!(categories, [reason.to_lowercase().replace('_', "-"), "sexually-explicit".to_owned()]);
    }
    let refusals =
        ["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "SPII", "BLOCKLIST", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"];
    for reason in refusals {
        let NotDrawn::Refused(categories) = met(Scenario::Finish(reason.into())).await.unwrap_err() else { panic!("{reason}") };
        assert_eq!(categories, [reason.to_lowercase().replace('_', "-")]);
    }
    assert!(matches!(met(Scenario::TextOnly).await, Err(NotDrawn::Refused(why)) if why == ["model-refusal"]));
}

#[tokio::test]
async fn an_answer_without_a_picture_and_without_a_reason_may_be_asked_for_again() {
    for reason in ["NO_IMAGE", "IMAGE_OTHER", "OTHER", "MAX_TOKENS"] {
        assert!(matches!(met(Scenario::Finish(reason.into())).await, Err(NotDrawn::NoPicture)), "{reason}");
    }
    for scenario in [Scenario::NoCandidates, Scenario::NoParts] {
        assert!(matches!(met(scenario.clone()).await, Err(NotDrawn::NoPicture)), "{scenario:?}");
    }
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let wait = |seconds| Some(Duration::from_secs(seconds));
    let cases = [
        (Scenario::RateLimited, wait(55)),
        (Scenario::RateLimitedByHeader, wait(9)),
        (Scenario::RateLimitedSilent, None),
        (Scenario::Overloaded, None),
    ];
    for (scenario, expected) in cases {
        let outcome = met(scenario.clone()).await;
        assert!(matches!(outcome, Err(NotDrawn::Busy { retry_after }) if retry_after == expected), "{scenario:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_used_up_quota_is_not_waited_for() {
    for scenario in [Scenario::QuotaOfTheDay, Scenario::QuotaNone, Scenario::BillingDisabled] {
        assert!(matches!(met(scenario.clone()).await, Err(NotDrawn::Exhausted)), "{scenario:?}");
    }
}

#[tokio::test]
async fn what_is_ours_to_mend_is_told_apart() {
    let ours = [
        (Scenario::BadKey, "400 INVALID_ARGUMENT API_KEY_INVALID"),
        (Scenario::Forbidden, "403 PERMISSION_DENIED "),
        (Scenario::NoSuchModel, "404 NOT_FOUND "),
        (Scenario::FailedPrecondition, "400 FAILED_PRECONDITION "),
        (Scenario::BadArgument, "400 INVALID_ARGUMENT "),
        (Scenario::Redirect, "307  "),
    ];
    for (scenario, text) in ours {
        let NotDrawn::Misconfigured(source) = met(scenario.clone()).await.unwrap_err() else { panic!("{scenario:?}") };
        assert_eq!(source.to_string(), format!("Gemini answered {text}"), "{scenario:?}");
    }
}

#[tokio::test]
async fn whether_a_failed_call_may_have_drawn_is_told_apart() {
    for scenario in [Scenario::ServerError, Scenario::DeadlineExceeded, Scenario::BadGateway, Scenario::Cut, Scenario::CutMidway] {
        let outcome = met(scenario.clone()).await;
        assert!(matches!(outcome, Err(NotDrawn::Unclear(_))), "{scenario:?}: {outcome:?}");
    }
    assert!(matches!(met(Scenario::Unavailable).await, Err(NotDrawn::Down(_))));
    // A port without a listener.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = format!("http://{gone}");
    assert!(matches!(draw(&artist(&gone)).await, Err(NotDrawn::Down(_))));
}

#[tokio::test]
async fn a_vendor_that_hangs_is_given_up_and_it_is_unclear_whether_it_drew() {
    for scenario in [Scenario::Hang, Scenario::HangMidway] {
        let stand_in = GeminiStandIn::start(0).await.unwrap();
        stand_in.next(scenario.clone());
        // Long enough to send the request on a busy machine: the stand-in computes for a while before it hangs midway.
        let outcome = draw(&artist(&stand_in.base_url()).within(Duration::from_millis(1500))).await;
        assert!(matches!(outcome, Err(NotDrawn::Unclear(_))), "{scenario:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_damaged_answer_is_noticed() {
    let damaged =
        [Scenario::TruncatedBase64, Scenario::InvalidBase64, Scenario::TruncatedPicture, Scenario::NotAPicture, Scenario::NotJson];
    for scenario in damaged {
        let outcome = met(scenario.clone()).await;
        assert!(matches!(outcome, Err(NotDrawn::Unclear(_))), "{scenario:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn an_odd_answer_with_a_picture_is_a_drawing() {
    for scenario in [Scenario::ThoughtsFirst, Scenario::EscapedBase64, Scenario::Dripped, Scenario::Padded(6_000_000)] {
        let drawing = met(scenario.clone()).await.unwrap();
        let seen = picture_files::outline(&drawing.picture, &picture_files::Limits::DRAWING).unwrap();
        assert_eq!((seen.format, seen.width), (PictureFormat::Png, 1024), "{scenario:?}: no thought is taken for the picture");
    }
    for (scenario, format) in [(Scenario::Jpeg, PictureFormat::Jpeg), (Scenario::WebP, PictureFormat::Webp)] {
        let drawing = met(scenario).await.unwrap();
        assert_eq!(picture_files::outline(&drawing.picture, &picture_files::Limits::DRAWING).unwrap().format, format, "by its bytes");
        assert!(imaging::render(&drawing.picture, drawing.source, &imaging::Extras::default()).is_ok());
    }
}

#[tokio::test]
async fn without_usage_the_cost_is_unknown_and_not_zero() {
    let usage = met(Scenario::NoUsage).await.unwrap().usage;
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.micro_dollars), (None, None, None));
}

#[tokio::test]
async fn a_style_without_a_prompt_asks_nobody() {
    let stand_in = GeminiStandIn::start(0).await.unwrap();
    let selfie = selfie();
    let request = DrawRequest { selfie: &selfie, brief: Brief::Style("no-such-style"), seed: 1, customer: None, sketches: &NoSketches };
    assert!(matches!(artist(&stand_in.base_url()).draw(request).await, Err(NotDrawn::Misconfigured(_))));
    assert!(stand_in.requests().is_empty());
}

#[test]
fn a_wrong_configuration_does_not_start() {
    let make = |base: &str, key: &str, model: &str| GeminiArtist::new(&client(), base, &Secret::new(key), model).is_ok();
    assert!(make(GeminiArtist::BASE_URL, "key", GeminiArtist::MODEL));
    assert!(!make(GeminiArtist::BASE_URL, "", GeminiArtist::MODEL));
    assert!(!make(GeminiArtist::BASE_URL, "two\nlines", GeminiArtist::MODEL));
    assert!(!make("https://example.com", "key", GeminiArtist::MODEL), "rt_08");
    for model in ["", "../../v1/files", "a/b", "a?key=b", "a:countTokens", "a..b"] {
        assert!(!make(GeminiArtist::BASE_URL, "key", model), "{model}");
    }
}

#[test]
fn a_key_is_not_in_what_is_printed_for_debugging() {
    assert!(!format!("{:?}", artist(GeminiArtist::BASE_URL)).contains("AIza"));
}

/// The stand-in refuses requests that the vendor would refuse.
mod stand_in {
    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::{Value, json};

    async fn status(change: impl FnOnce(&mut Value), key: Option<&str>, model: &str) -> u16 {
        let stand_in = GeminiStandIn::start(0).await.unwrap();
        let data = BASE64_STANDARD.encode(selfie());
        let mut body = json!({ "contents": [{ "role": "user", "parts": [{ "text": "Draw." }, { "inlineData": { "mimeType": "image/png", "data": data } }] }] });
        change(&mut body);
        let endpoint = client().endpoint(&stand_in.base_url()).unwrap();
        let call = endpoint.post(&format!("v1beta/models/{model}:generateContent"), TIMEOUT);
        let call = match key {
            Some(key) => call.header("x-goog-api-key", key),
            None => call,
        };
        let call = call.header("content-type", "application/json").body(body.to_string());
        egress::send(call).await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn takes_what_is_right() {
        assert_eq!(status(|_| {}, Some("key"), GeminiArtist::MODEL).await, 200);
        assert_eq!(status(|body| body["store"] = json!(true), Some("key"), GeminiArtist::MODEL).await, 200);
    }

    #[tokio::test]
    async fn refuses_a_key_or_a_model_that_is_not_there() {
        assert_eq!(status(|_| {}, None, GeminiArtist::MODEL).await, 403);
        assert_eq!(status(|_| {}, Some(""), GeminiArtist::MODEL).await, 400);
        assert_eq!(status(|_| {}, Some("key"), "gemini-3.1-flash-image").await, 404);
    }

    #[tokio::test]
    async fn refuses_what_the_vendor_refuses() {
        type Change = fn(&mut Value);
        let wrong: [(&str, Change); 15] = [
            ("store is no flag", |body| body["store"] = json!("false")),
            ("an unknown field", |body| body["user"] = json!("someone")),
            ("a field of another product", |body| body["generationConfig"] = json!({ "imageConfig": { "outputMimeType": "image/png" } })),
            ("512", |body| body["generationConfig"] = json!({ "imageConfig": { "imageSize": "512" } })),
            ("a ratio", |body| body["generationConfig"] = json!({ "imageConfig": { "aspectRatio": "1024x1024" } })),
            ("a modality", |body| body["generationConfig"] = json!({ "responseModalities": ["PICTURE"] })),
            ("a category", |body| body["safetySettings"] = json!([{ "category": "HARM_CATEGORY_VIOLENCE", "threshold": "OFF" }])),
            ("a threshold", |body| body["safetySettings"] = json!([{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK" }])),
            ("a category twice", |body| {
                let setting = json!({ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF" });
                body["safetySettings"] = json!([setting, setting]);
            }),
            ("no contents", |body| body["contents"] = json!([])),
            ("a role", |body| body["contents"][0]["role"] = json!("system")),
            ("a part of two kinds", |body| body["contents"][0]["parts"][1]["text"] = json!("and words")),
            ("a media type", |body| body["contents"][0]["parts"][1]["inlineData"]["mimeType"] = json!("image/gif")),
            ("base64", |body| body["contents"][0]["parts"][1]["inlineData"]["data"] = json!("not base64!")),
            ("a picture", |body| body["contents"][0]["parts"][1]["inlineData"]["data"] = json!("bm90IGEgcGljdHVyZQ==")),
        ];
        for (what, change) in wrong {
            assert_eq!(status(change, Some("key"), GeminiArtist::MODEL).await, 400, "{what}");
        }
    }
}
