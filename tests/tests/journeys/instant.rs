//! The profile `ephemeral` through the real binaries: one request, whose answer is the picture, and nothing stored.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use local_cloud::{HttpClient, Opened, Reply};
use serde_json::Value;
use stand_ins::openai::Scenario;
use stand_ins::{GeminiStandIn, OpenAiStandIn, gemini};

use crate::harness::hunter::{Needle, hunt};
use crate::harness::pictures::{Picture, selfie_rotated_gps, small};
use crate::harness::store::all_rows;
use crate::harness::{PROMPT, TestCloud, assert_problem, run, until};

/// The function behind the URL.
const FUNCTION: &str = "instant-create";

/// A cloud of the profile, with stand-ins of the vendors.
struct EphemeralCloud {
    cloud: TestCloud,
    openai: OpenAiStandIn,
    gemini: GeminiStandIn,
}

/// The headers of a caller: consent, attestation and the accepted type.
const CONSENTED: [(&str, &str); 3] = [("provider-consent", "openai"), ("age-attestation", "13+"), ("accept", "image/*")];

impl EphemeralCloud {
    async fn of(artist: &str, screener: &str) -> Self {
        let parameters =
            [("Profile", "ephemeral"), ("Artist", artist), ("Screener", screener), ("ZeroRetention", "openai:TEST-1,gemini:TEST-2")];
        let (cloud, openai, gemini) = TestCloud::with_vendors(&parameters).await;
        Self { cloud, openai, gemini }
    }

    /// Sends a picture with these headers and comes back with the head of the answer.
    async fn open(&self, query: &str, picture: &Picture, headers: &[(&str, &str)]) -> Opened {
        let url = format!("{}/v1/instant?{query}", self.cloud.function_url(FUNCTION).unwrap());
        let headers = [headers, &[("content-type", picture.content_type)]].concat();
        HttpClient::default().open(Method::POST, &url, &headers, picture.bytes.clone()).await.unwrap()
    }

    async fn send(&self, picture: &Picture, headers: &[(&str, &str)]) -> Reply {
        self.open("style=soft-anime&seed=7", picture, headers).await.rest().await.unwrap()
    }

    /// The verification of a picture's origin.
    async fn verify(&self, bytes: &[u8]) -> Value {
        let url = format!("{}/v1/verifications", self.cloud.api_url());
        let headers = [("content-type", "application/octet-stream")];
        let reply = HttpClient::default().send(Method::POST, &url, &headers, bytes.to_vec()).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()
    }

    async fn stop(self) {
        self.cloud.stop().await;
    }
}

/// The same headers with one of them changed, or left out.
fn with<'h>(headers: &[(&'h str, &'h str)], name: &'h str, value: Option<&'h str>) -> Vec<(&'h str, &'h str)> {
    headers.iter().copied().filter(|(known, _)| *known != name).chain(value.map(|value| (name, value))).collect()
}

/// The events of a whole stream: names with their data.
fn events(body: &[u8]) -> Vec<(String, Value)> {
    let text = std::str::from_utf8(body).unwrap();
    let field = |block: &str, name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    let event = |block: &str| Some((field(block, "event: ")?, serde_json::from_str(&field(block, "data: ")?).unwrap()));
    text.split("\n\n").filter_map(event).collect()
}

#[test]
fn rt_01_rt_13_a_picture_goes_in_and_the_drawing_comes_back_in_the_same_answer() {
    run(async {
        let ephemeral = EphemeralCloud::of("palette", "offline").await;
        ephemeral.cloud.reset_calls();
        let drawn = ephemeral.send(&selfie_rotated_gps(), &with(&CONSENTED, "provider-consent", Some("Palette"))).await;
        let calls: Vec<String> = ephemeral.cloud.calls().iter().map(|call| format!("{} {}", call.service, call.operation)).collect();
        assert_eq!(calls, ["dynamodb TransactWriteItems"], "the counters, and nothing else");
        assert_eq!(drawn.status, 200, "{}", drawn.json());
        assert_eq!((drawn.header("content-type"), drawn.header("cache-control")), ("image/png", "no-store"));
        assert!(drawn.header("digital-source-type").ends_with("/algorithmicallyEnhanced"));
        assert!(image::load_from_memory(&drawn.body).unwrap().width() >= 512);

        let origin = ephemeral.verify(&drawn.body).await;
        assert_eq!(origin["credentials"]["state"], "trusted", "{origin}");
        assert_eq!(origin["credentials"]["ingredients"].as_array().map(Vec::len), Some(0), "the selfie is no part of it: {origin}");
        let mut changed = drawn.body.to_vec();
        let last = changed.len() - 40;
        changed[last] ^= 1;
        assert_ne!(ephemeral.verify(&changed).await["credentials"]["state"], "trusted");
        ephemeral.stop().await;
    });
}

#[test]
fn rt_07_rt_18_without_consent_that_names_who_sees_it_and_without_an_age_nobody_is_shown_the_picture() {
    run(async {
        let ephemeral = EphemeralCloud::of("openai", "openai").await;
        for consent in [None, Some(""), Some("gemini"), Some("openai-not"), Some("palette")] {
            let refused = ephemeral.send(&small(), &with(&CONSENTED, "provider-consent", consent)).await;
            assert_problem(&refused, 428, "consent-required");
            assert!(refused.json()["detail"].as_str().unwrap().contains("openai"), "it says whom to name");
        }
        for age in [None, Some("12"), Some("13")] {
            assert_problem(&ephemeral.send(&small(), &with(&CONSENTED, "age-attestation", age)).await, 428, "age-attestation-required");
        }
        assert_eq!(ephemeral.openai.requests().len() + ephemeral.gemini.requests().len(), 0);
        assert_eq!(all_rows(&ephemeral.cloud).await.len(), 0, "not even a counter");
        assert_eq!(ephemeral.send(&small(), &CONSENTED).await.status, 200);
        ephemeral.stop().await;
    });
}

#[test]
fn rt_03_the_stream_begins_while_the_vendor_draws_and_ends_with_the_picture() {
    run(async {
        let ephemeral = EphemeralCloud::of("openai", "offline").await;
        let streaming = with(&CONSENTED, "accept", Some("text/event-stream"));
        ephemeral.openai.next(Scenario::Hang);
        let mut hanging = ephemeral.open("style=ink-manga", &small(), &streaming).await;
        assert_eq!((hanging.status.as_u16(), &hanging.headers["cache-control"]), (200, &"no-store".parse().unwrap()));
        let first = hanging.next().await.unwrap().unwrap();
        assert_eq!(events(&first)[0].0, "progress");
        ephemeral.openai.has_been_asked(1).await;
        // A caller who disconnects causes no second call.
        drop(hanging);

        let whole = ephemeral.open("style=ink-manga", &small(), &streaming).await.rest().await.unwrap();
        let events = events(&whole.body);
        let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((names.first(), names.last()), (Some(&"progress"), Some(&"picture")));
        assert!(names.contains(&"sketch"), "{names:?}");
        let (_, picture) = events.last().unwrap();
        let bytes = STANDARD.decode(picture["picture"].as_str().unwrap()).unwrap();
        assert_eq!(ephemeral.verify(&bytes).await["credentials"]["state"], "trusted");
        assert!(picture["digital_source_type"].as_str().unwrap().ends_with("/compositeWithTrainedAlgorithmicMedia"));
        assert_eq!(ephemeral.openai.requests().len(), 2);
        ephemeral.stop().await;
    });
}

#[test]
fn rt_21_what_is_refused_or_fails_is_told_in_the_answer_and_leaves_a_counter_only() {
    run(async {
        let ephemeral = EphemeralCloud::of("openai", "openai").await;
        let told = [
            (Scenario::BlockedInput, 422, "drawing-refused"),
            (Scenario::BlockedOutput, 422, "drawing-refused"),
            (Scenario::RateLimited, 503, "unavailable"),
            (Scenario::QuotaUsedUp, 503, "unavailable"),
            (Scenario::Overloaded, 503, "unavailable"),
            (Scenario::ServerError, 504, "timed-out"),
            (Scenario::Cut, 504, "timed-out"),
            (Scenario::CutMidway, 504, "timed-out"),
            (Scenario::TruncatedBase64, 504, "timed-out"),
            (Scenario::TruncatedPicture, 504, "timed-out"),
            (Scenario::ModerationFlagged("sexual".into()), 422, "picture-refused"),
            (Scenario::ModerationFlaggedLow, 422, "picture-refused"),
            (Scenario::ModerationRateLimited, 503, "unavailable"),
            (Scenario::ModerationServerError, 503, "unavailable"),
            (Scenario::ModerationNotJson, 503, "unavailable"),
        ];
        for (scenario, status, name) in told {
            let edits = || ephemeral.openai.requests().iter().filter(|request| request.path.ends_with("/edits")).count();
            let before = edits();
            ephemeral.openai.next(scenario.clone());
            let refused = ephemeral.send(&small(), &CONSENTED).await;
            assert_eq!(
                (refused.status.as_u16(), refused.json()["type"].as_str()),
                (status, Some(&*format!("urn:nigao:problem:{name}"))),
                "{scenario:?}"
            );
            assert_problem(&refused, status, name);
            let drawn = usize::from(!format!("{scenario:?}").starts_with("Moderation"));
            assert_eq!(edits() - before, drawn, "{scenario:?}: nobody is asked twice, nor before it is judged");
        }
        for (scenario, told) in [
            (Scenario::BlockedOutput, "drawing-refused"),
            (Scenario::StreamBlocked, "drawing-refused"),
            (Scenario::StreamRateLimited, "unavailable"),
            (Scenario::StreamServerError, "timed-out"),
            (Scenario::StreamEnds, "timed-out"),
            (Scenario::StreamTruncatedBase64, "timed-out"),
        ] {
            ephemeral.openai.next(scenario.clone());
            let stream = ephemeral.open("style=soft-anime", &small(), &with(&CONSENTED, "accept", Some("text/event-stream"))).await;
            let events = events(&stream.rest().await.unwrap().body);
            let (name, problem) = events.last().unwrap();
            assert_eq!((name.as_str(), problem["type"].as_str()), ("error", Some(&*format!("urn:nigao:problem:{told}"))), "{scenario:?}");
        }

        let rows = all_rows(&ephemeral.cloud).await;
        assert!(rows.len() <= 6 && rows.iter().all(|row| row.table == "RateKeysTable"), "{rows:?}");
        ephemeral.stop().await;
    });
}

#[test]
fn rt_16_gemini_draws_as_well_and_stands_in_only_where_the_caller_has_consented() {
    run(async {
        let ephemeral = EphemeralCloud::of("openai,gemini", "offline").await;
        let both = with(&CONSENTED, "provider-consent", Some("openai, gemini"));
        ephemeral.openai.next(Scenario::Overloaded);
        assert_eq!(ephemeral.send(&small(), &both).await.status, 200);
        assert_eq!(ephemeral.gemini.requests().len(), 1);

        ephemeral.openai.next(Scenario::Overloaded);
        assert_problem(&ephemeral.send(&small(), &CONSENTED).await, 503, "unavailable");
        ephemeral.openai.next(Scenario::BlockedInput);
        assert_problem(&ephemeral.send(&small(), &both).await, 422, "drawing-refused");
        assert_eq!(ephemeral.gemini.requests().len(), 1, "not without consent, and not after a refusal");

        let gemini = with(&CONSENTED, "provider-consent", Some("gemini"));
        for scenario in
            [gemini::Scenario::BlockedPrompt("SAFETY".into()), gemini::Scenario::Finish("IMAGE_SAFETY".into()), gemini::Scenario::TextOnly]
        {
            ephemeral.gemini.next(scenario.clone());
            assert_problem(&ephemeral.send(&small(), &gemini).await, 422, "drawing-refused");
        }
        for scenario in [gemini::Scenario::Finish("NO_IMAGE".into()), gemini::Scenario::RateLimited] {
            ephemeral.gemini.next(scenario.clone());
            assert_problem(&ephemeral.send(&small(), &gemini).await, 503, "unavailable");
        }
        assert_eq!(ephemeral.send(&small(), &gemini).await.status, 200);
        ephemeral.stop().await;
    });
}

#[test]
fn rt_21_an_address_may_ask_thirty_times_an_hour_and_its_counter_goes() {
    run(async {
        let ephemeral = EphemeralCloud::of("palette", "offline").await;
        let headers = with(&CONSENTED, "provider-consent", Some("palette"));
        let damaged = Picture { content_type: "image/png", bytes: b"\x89PNG".to_vec() };
        // The next hour has just begun, so that none ends during the test.
        let now = jiff::Timestamp::now().as_second();
        ephemeral.cloud.set_clock_offset(3600 - now.rem_euclid(3600));
        for _ in 0..30 {
            assert_problem(&ephemeral.send(&damaged, &headers).await, 422, "picture-unreadable");
        }
        let refused = ephemeral.send(&damaged, &headers).await;
        assert_problem(&refused, 429, "rate-limited");
        assert!((1..=3600).contains(&refused.header("retry-after").parse::<u32>().unwrap()));
        let rows = all_rows(&ephemeral.cloud).await;
        assert_eq!(rows.len(), 3);
        assert!(rows[0].number("expires_at") <= now + 3 * 3600, "{rows:?}");
        ephemeral.cloud.set_clock_offset(7200 - now.rem_euclid(3600));
        assert_problem(&ephemeral.send(&damaged, &headers).await, 422, "picture-unreadable");
        ephemeral.stop().await;
    });
}

#[test]
fn the_url_of_the_function_takes_one_route_and_says_what_is_wrong_with_a_request() {
    run(async {
        let ephemeral = EphemeralCloud::of("palette", "offline").await;
        let (http, base) = (HttpClient::default(), ephemeral.cloud.function_url(FUNCTION).unwrap());
        let headers = with(&CONSENTED, "provider-consent", Some("palette"));
        for (method, path) in [(Method::POST, "/"), (Method::POST, "/v1/instant/7"), (Method::GET, "/")] {
            assert_problem(&http.send(method, &format!("{base}{path}"), &headers, "").await.unwrap(), 404, "not-found");
        }
        for method in [Method::GET, Method::PUT] {
            let reply = http.send(method, &format!("{base}/v1/instant"), &headers, "").await.unwrap();
            assert_problem(&reply, 405, "method-not-allowed");
            assert_eq!((reply.header("allow"), reply.header("vary")), ("POST", "origin"));
        }
        for (media_type, status, name) in [
            ("application/json", 415, "media-type-unsupported"),
            ("multipart/form-data", 415, "media-type-unsupported"),
            ("image/png", 400, "body-malformed"),
        ] {
            let headers = [headers.as_slice(), &[("content-type", media_type)]].concat();
            let refused = http.send(Method::POST, &format!("{base}/v1/instant?style=pixel"), &headers, "").await.unwrap();
            assert_problem(&refused, status, name);
        }
        ephemeral.stop().await;
    });
}

#[test]
fn rt_09_the_function_does_not_start_for_a_vendor_without_attested_zero_retention() {
    run(async {
        let ephemeral = EphemeralCloud::of("openai", "offline").await;
        ephemeral.cloud.set_env(FUNCTION, "ZERO_RETENTION", "gemini:TEST-2").unwrap();
        assert!(ephemeral.send(&small(), &CONSENTED).await.status.is_server_error());
        assert_eq!(ephemeral.openai.requests().len(), 0);
        let log = ephemeral.cloud.logs(FUNCTION);
        assert!(log.contains("ZERO_RETENTION=openai:<reference of the agreement>"), "the remedy is in the log: {log}");
        ephemeral.stop().await;
    });
}

/// Words that only the prompt contains.
const WORDS: &str = "Quokka lighthouse 4711";

/// Sixteen bytes from each part of a picture's pixel data: a stored piece of it would contain one of these.
fn pieces(name: &str, bytes: &[u8]) -> Vec<Needle> {
    let parts = bytes.chunks(4096).filter(|part| part.len() == 4096).step_by(1 + bytes.len() / 4096 / 32);
    parts.map(|part| Needle::bytes(name, &part[1000..1016])).collect()
}

/// A request of a form with words, from an address and a browser of its own.
async fn ask_in_words(ephemeral: &EphemeralCloud, accept: &str) -> Reply {
    let picture = selfie_rotated_gps();
    let part = |head: &str| format!("--x7\r\nContent-Disposition: form-data; {head}\r\n\r\n");
    let mut body = part("name=\"picture\"; filename=\"IMG_CANARY.jpg\"").into_bytes();
    body.extend_from_slice(&picture.bytes);
    body.extend_from_slice(format!("\r\n{}{WORDS}\r\n--x7--\r\n", part("name=\"prompt\"")).as_bytes());
    let headers = [
        with(&CONSENTED, "accept", Some(accept)),
        vec![("content-type", "multipart/form-data; boundary=x7"), ("user-agent", "CanaryBrowser/1.0")],
    ]
    .concat();
    let url = format!("{}/v1/instant", ephemeral.cloud.function_url(FUNCTION).unwrap());
    HttpClient::from_address([127, 0, 0, 77].into()).send(Method::POST, &url, &headers, body).await.unwrap()
}

/// Invariant: The real-time profile keeps nothing.
#[test]
fn rt_14_not_a_piece_of_the_picture_the_words_or_the_drawing_is_in_any_store_or_log_after_the_call() {
    run(async {
        let ephemeral = EphemeralCloud::of("openai", "openai").await;
        // Writing to the scratch disk fails: there is none.
        ephemeral.cloud.set_env(FUNCTION, "TMPDIR", "/nowhere").unwrap();
        let mut needles = vec![
            Needle::text("the words", WORDS),
            Needle::text("the prompt", PROMPT),
            Needle::text("the network address", "127.0.0.77"),
            Needle::text("the browser", "CanaryBrowser/1.0"),
            Needle::text("the camera", "CanaryCam-7"),
            Needle::text("the file's name", "IMG_CANARY"),
        ];
        needles.extend(pieces("the picture", &selfie_rotated_gps().bytes));
        let drawn = ask_in_words(&ephemeral, "image/*").await;
        assert_eq!(drawn.status, 200, "{}", drawn.json());
        needles.extend(pieces("the drawing", &drawn.body));
        let told = ephemeral.openai.requests().iter().filter_map(|request| request.field("prompt").map(str::to_owned)).collect::<String>();
        assert!(told.contains(WORDS) && told.contains(PROMPT), "{told}");
        let sent = ephemeral.openai.requests().into_iter().find_map(|request| request.part("image[]").map(|part| part.bytes.clone()));
        needles.extend(pieces("the normalised picture", &sent.unwrap()));
        let names: BTreeMap<&str, usize> = needles.iter().fold(BTreeMap::new(), |mut names, needle| {
            *names.entry(needle.name.as_str()).or_default() += 1;
            names
        });
        assert!(["the picture", "the drawing", "the normalised picture"].iter().all(|name| names[name] >= 8), "{names:?}");

        // Every outcome of a request.
        assert_eq!(ask_in_words(&ephemeral, "text/event-stream").await.status, 200);
        for scenario in [
            Scenario::BlockedInput,
            Scenario::ServerError,
            Scenario::CutMidway,
            Scenario::TruncatedPicture,
            Scenario::NotJson,
            Scenario::ModerationFlagged("sexual".into()),
            Scenario::ModerationNotJson,
        ] {
            ephemeral.openai.next(scenario.clone());
            assert!(!ask_in_words(&ephemeral, "image/*").await.status.is_success(), "{scenario:?}");
        }
        // A process that is killed in the middle of its work.
        let asked = ephemeral.openai.requests().len();
        ephemeral.openai.next(Scenario::Hang);
        let (killed, ()) = tokio::join!(ask_in_words(&ephemeral, "image/*"), async {
            // One of the two requests is the screener's.
            ephemeral.openai.has_been_asked(asked + 2).await;
            ephemeral.cloud.kill(FUNCTION).await.unwrap();
        });
        assert!(killed.status.is_server_error(), "{}", killed.status);
        until("the function being idle", async || (ephemeral.cloud.busy(FUNCTION).unwrap() == 0).then_some(())).await;

        let found = hunt(&ephemeral.cloud, &needles).await;
        assert!(found.is_empty(), "{:#?}", found.iter().map(|(needle, place)| (&needle.name, place)).collect::<Vec<_>>());
        let rows = all_rows(&ephemeral.cloud).await;
        assert!(!rows.is_empty() && rows.iter().all(|row| row.table == "RateKeysTable"), "{rows:?}");
        assert!(!ephemeral.cloud.logs(FUNCTION).is_empty(), "there is a log to look in");
        ephemeral.stop().await;
    });
}
