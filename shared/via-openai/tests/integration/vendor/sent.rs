//! Snapshots of whole requests, headers and body.

use egress::{Client, Reach, Secret};
use screening::{Candidate, Screener};
use stand_ins::Request;
use studio::{Artist, Brief, DrawRequest, NoSketches, prompt};
use via_openai::OpenAi;

use super::{KEY, Listener, account, artist, selfie, vendor};

/// The headers without those that differ from run to run.
fn headers(request: &Request, boundary: &str) -> Vec<String> {
    let shown = request.headers.iter().map(|(name, value)| match name.as_str() {
        "host" => "host: HOST".to_owned(),
        "content-length" if *value == request.raw.len().to_string() => "content-length: LENGTH".to_owned(),
        _ => format!("{name}: {}", value.replace(boundary, "BOUNDARY")),
    });
    shown.collect()
}

/// Head and body of a form, with names in place of its picture and its prompt.
fn form(request: &Request, prompt: &str) -> (Vec<String>, String) {
    let boundary = request.header("content-type").unwrap().split_once("boundary=").unwrap().1.to_owned();
    let png = selfie();
    let start = request.raw.windows(png.len()).position(|window| window == png).unwrap();
    let raw = [&request.raw[..start], b"PICTURE", &request.raw[start + png.len()..]].concat();
    let body = String::from_utf8(raw).unwrap().replace(&boundary, "BOUNDARY").replace(prompt, "PROMPT").replace("\r\n", "\n");
    (headers(request, &boundary), body)
}

const FORM: &str = "\
--BOUNDARY
Content-Disposition: form-data; name=\"model\"

gpt-image-2.6-flare
--BOUNDARY
Content-Disposition: form-data; name=\"image[]\"; filename=\"picture.png\"
Content-Type: image/png

PICTURE
--BOUNDARY
Content-Disposition: form-data; name=\"prompt\"

PROMPT
--BOUNDARY
Content-Disposition: form-data; name=\"n\"

1
--BOUNDARY
Content-Disposition: form-data; name=\"size\"

1024x1024
--BOUNDARY
Content-Disposition: form-data; name=\"quality\"

medium
--BOUNDARY
Content-Disposition: form-data; name=\"output_format\"

png
--BOUNDARY
Content-Disposition: form-data; name=\"background\"

opaque
";

const STREAMED: &str = "\
--BOUNDARY
Content-Disposition: form-data; name=\"user\"

c_5f2e
--BOUNDARY
Content-Disposition: form-data; name=\"stream\"

true
--BOUNDARY
Content-Disposition: form-data; name=\"partial_images\"

2
";

const END: &str = "--BOUNDARY--\n";

#[tokio::test]
async fn an_31_the_artist_is_sent_the_picture_the_prompt_and_a_pseudonym_and_nothing_else() {
    let vendor = vendor().await;
    let brief = Brief::Words("as a knight");
    let request = DrawRequest { selfie: &selfie(), brief, seed: 7, customer: None, sketches: &NoSketches };
    artist(&vendor).draw(request).await.unwrap();
    let sketches = Listener::for_sketches(2);
    artist(&vendor).draw(DrawRequest { customer: Some("c_5f2e"), sketches: &sketches, ..request }).await.unwrap();
    let asked = vendor.requests();
    let expected = [
        "authorization: Bearer sk-of-a-test-0123456789",
        "content-type: multipart/form-data; boundary=BOUNDARY",
        "content-length: LENGTH",
        "accept: */*",
        "host: HOST",
    ];
    for (request, body) in [(&asked[0], format!("{FORM}{END}")), (&asked[1], format!("{FORM}{STREAMED}{END}"))] {
        assert_eq!((request.method.as_str(), request.path.as_str(), request.query.as_deref()), ("POST", "/v1/images/edits", None));
        let (headers, sent) = form(request, &prompt::of(brief).unwrap());
        assert_eq!(sent, body);
        assert_eq!(sorted(headers), sorted(expected.map(str::to_owned).to_vec()));
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[tokio::test]
async fn an_31_the_screener_is_sent_the_picture_and_the_words_and_nothing_else() {
    let vendor = vendor().await;
    let screener = account(&vendor.base_url()).screener(OpenAi::MODERATION_MODEL).unwrap();
    let png = selfie();
    for words in [None, Some("Zebras \"at\" noon\n"), Some("  ")] {
        screener.score(Candidate { png: &png, width: 64, height: 80, words }).await.unwrap();
    }
    let picture = r#"{"type":"image_url","image_url":{"url":"data:image/png;base64,PICTURE"}}"#;
    let text = r#"{"type":"text","text":"Zebras \"at\" noon\n"},"#;
    let expected = [
        "authorization: Bearer sk-of-a-test-0123456789",
        "content-type: application/json",
        "accept: */*",
        "host: HOST",
        "content-length: LENGTH",
    ];
    for (request, text) in vendor.requests().iter().zip(["", text, ""]) {
        assert_eq!((request.method.as_str(), request.path.as_str(), request.query.as_deref()), ("POST", "/v1/moderations", None));
        assert_eq!(sorted(headers(request, "no boundary")), sorted(expected.map(str::to_owned).to_vec()));
        let url = request.json()["input"].as_array().unwrap().last().unwrap()["image_url"]["url"].as_str().unwrap().to_owned();
        let sent = String::from_utf8(request.raw.to_vec()).unwrap().replace(&url, "data:image/png;base64,PICTURE");
        assert_eq!(sent, format!(r#"{{"model":"omni-moderation-latest","input":[{text}{picture}]}}"#));
    }
}

#[tokio::test]
async fn the_key_is_shown_nowhere_and_an_empty_one_is_refused() {
    let vendor = vendor().await;
    assert!(!format!("{:?} {:?}", account(&vendor.base_url()), artist(&vendor)).contains(KEY));
    let client = Client::new(Reach::ListedAndLoopback).unwrap();
    assert!(OpenAi::new(&client, &vendor.base_url(), &Secret::new(" ")).is_err());
}

#[tokio::test]
async fn rt_08_a_base_url_of_somebody_else_is_refused_at_the_start() {
    let client = Client::new(Reach::Listed).unwrap();
    assert!(OpenAi::new(&client, OpenAi::BASE_URL, &Secret::new(KEY)).is_ok());
    for base in ["https://openai.example.com/v1", "http://api.openai.com/v1", "http://127.0.0.1:8080/v1"] {
        assert!(OpenAi::new(&client, base, &Secret::new(KEY)).is_err(), "{base}");
    }
}
