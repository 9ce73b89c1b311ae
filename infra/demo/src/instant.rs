//! The journey of the profile `ephemeral`: one request, whose answer is the picture; then the verification of its origin, and the policy.

use crate::{DemoOptions, Picture, Steps};
use anyhow::{Context, Result, anyhow, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use local_cloud::terminal::say;
use local_cloud::{Cloud, HttpClient, Opened, Reply};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

/// The function of the profile.
const FUNCTION: &str = "instant-create";
/// Longest time to wait for the next piece of an answer.
const TIMEOUT: Duration = Duration::from_secs(180);
/// Largest picture in one request: 6 MB with the third that base64 adds, in bytes.
const LARGEST: usize = 4_400_000;

/// The finished drawing.
struct Drawn {
    bytes: Vec<u8>,
    media_type: String,
    artist: String,
}

/// One event of a stream.
#[derive(Debug, PartialEq, Eq)]
struct Event {
    name: String,
    data: String,
}

/// Collects received bytes and returns the complete events.
#[derive(Debug, Default)]
struct Events {
    waiting: Vec<u8>,
}

impl Events {
    fn add(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.waiting.extend_from_slice(bytes);
        let mut events = Vec::new();
        while let Some(end) = self.waiting.windows(2).position(|pair| pair == b"\n\n") {
            let block: Vec<u8> = self.waiting.drain(..end + 2).collect();
            events.extend(event(&String::from_utf8_lossy(&block)));
        }
        events
    }
}

/// The event of a block of lines; `None` for a comment.
fn event(block: &str) -> Option<Event> {
    let field = |name: &str| {
        let values = block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        values.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect::<Vec<_>>()
    };
    let name = field("event").first()?.to_string();
    Some(Event { name, data: field("data").join("\n") })
}

/// Sends the picture and writes the results into the folder.
pub(super) async fn travel(cloud: &Cloud, options: &DemoOptions, artists: &str, picture: &Picture, steps: &mut Steps) -> Result<()> {
    let megabytes = picture.bytes.len() as f64 / 1e6;
    ensure!(
        picture.bytes.len() <= LARGEST,
        "the picture has {megabytes:.1} MB, and one request takes up to {:.1} MB: make it smaller, such as 1024 pixels a side",
        LARGEST as f64 / 1e6
    );
    let url = cloud.function_url(FUNCTION).with_context(|| format!("{FUNCTION} has no URL: is this the profile `ephemeral`?"))?;
    let seed = options.seed.map(|seed| format!("&seed={seed}")).unwrap_or_default();
    let url = format!("{url}/v1/instant?style={}{seed}", options.style);
    let http = HttpClient::default();

    let age = ("age-attestation", "13+");
    let refused = http.send(Method::POST, &url, &[("content-type", picture.content_type), age], picture.bytes.clone()).await?;
    if let Some(why) = cloud.unable() {
        bail!(why);
    }
    ensure!(refused.status == 428, "without consent the answer must be 428, not {}; see the logs of {FUNCTION}", status_line(&refused));
    steps.done("without consent: 428, and nobody was shown the picture");

    let headers = [("content-type", picture.content_type), age, ("provider-consent", artists), ("accept", "text/event-stream")];
    let sent = Instant::now();
    let answer = http.open(Method::POST, &url, &headers, picture.bytes.clone()).await?;
    let first = sent.elapsed();
    say(&format!("     sent {megabytes:.2} MB with consent to {artists}; the head of the answer came after {} ms", first.as_millis()));
    let (drawn, sketches) = read(answer, sent).await?;
    let extension = drawn.media_type.rsplit('/').next().unwrap_or("png").to_owned();
    let path = options.out.join(format!("instant.{extension}"));
    write(&path, &drawn.bytes)?;
    let whole = sent.elapsed();
    steps.done(&format!("drawn by {}: {:.0} kB, {} sketches on the way", drawn.artist, drawn.bytes.len() as f64 / 1e3, sketches));

    let origin = origin(&http, cloud, &drawn).await?;
    steps.done("asked /v1/verifications what the picture says of its origin");
    let policy = policy(&http, cloud, &options.out).await?;
    steps.done("read the policy at /privacy");

    say(&format!("The picture is {}; the policy is {policy}.", path.display()));
    for line in origin {
        say(&format!("     {line}"));
    }
    say(&format!(
        "     first byte after {} ms, picture after {:.2} s; nothing was stored but a salted counter",
        first.as_millis(),
        whole.as_secs_f64()
    ));
    Ok(())
}

/// Reads the events as they come and prints each with its time.
async fn read(mut answer: Opened, sent: Instant) -> Result<(Drawn, usize)> {
    if answer.status != 200 || answer.headers.get("content-type").is_none_or(|kind| kind != "text/event-stream") {
        let reply = answer.rest().await?;
        bail!("the picture was refused: {}{}", status_line(&reply), remedy(&reply.json()));
    }
    let (mut events, mut sketches) = (Events::default(), 0);
    loop {
        let bytes =
            tokio::time::timeout(TIMEOUT, answer.next()).await.map_err(|_| anyhow!("nothing came for {} s", TIMEOUT.as_secs()))??;
        let Some(bytes) = bytes else { bail!("the answer ended without a picture; see the logs of {FUNCTION}") };
        for event in events.add(&bytes) {
            let data: Value = serde_json::from_str(&event.data).with_context(|| format!("the event {} is no JSON", event.name))?;
            let at = sent.elapsed().as_secs_f64();
            match event.name.as_str() {
                "progress" => say(&format!("     {at:>6.2} s  {:>3} %  {}", data["progress"], data["stage"].as_str().unwrap_or_default())),
                "sketch" => {
                    sketches += 1;
                    let bytes = data["picture"].as_str().map_or(0, |text| text.len() / 4 * 3);
                    say(&format!("     {at:>6.2} s  sketch {sketches}, {:.0} kB", bytes as f64 / 1e3));
                }
                "picture" => return Ok((drawn(&data)?, sketches)),
                "error" => bail!("the picture was not drawn: {}{}", problem(&data), remedy(&data)),
                _ => {}
            }
        }
    }
}

fn drawn(data: &Value) -> Result<Drawn> {
    let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
    Ok(Drawn {
        bytes: STANDARD.decode(text("picture")).context("the picture is no base64")?,
        media_type: text("media_type"),
        artist: text("artist"),
    })
}

/// The picture's origin by the verification, in lines.
async fn origin(http: &HttpClient, cloud: &Cloud, drawn: &Drawn) -> Result<Vec<String>> {
    let url = format!("{}/v1/verifications", cloud.api_url());
    let reply = http.send(Method::POST, &url, &[("content-type", &drawn.media_type)], drawn.bytes.clone()).await?;
    ensure!(reply.status == 200, "/v1/verifications answered {}", status_line(&reply));
    let json = reply.json();
    let mut lines = vec![format!("its origin: {}", json["summary"].as_str().unwrap_or("no summary"))];
    lines.extend(json["credentials"]["state"].as_str().map(|state| format!("its Content Credentials: {state}")));
    lines.extend(json["xmp_digital_source_type"].as_str().map(|kind| format!("its XMP: {kind}")));
    Ok(lines)
}

/// Writes the policy beside the picture; returns its path.
async fn policy(http: &HttpClient, cloud: &Cloud, out: &Path) -> Result<String> {
    let reply = http.send(Method::GET, &format!("{}/privacy", cloud.api_url()), &[("accept", "text/html")], "").await?;
    ensure!(reply.status == 200, "/privacy answered {}", status_line(&reply));
    let path = out.join("privacy.html");
    write(&path, &reply.body)?;
    Ok(path.display().to_string())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Status and reason of an answer, in a line.
fn status_line(reply: &Reply) -> String {
    format!("{} {}", reply.status.as_u16(), problem(&reply.json()))
}

fn problem(json: &Value) -> String {
    let detail = ["detail", "title", "message", "Message"].iter().find_map(|key| json[*key].as_str()).unwrap_or("without a reason");
    detail.to_owned()
}

/// The remedy for a problem, if there is one.
fn remedy(problem: &Value) -> &'static str {
    let kind = problem["type"].as_str().unwrap_or_default();
    match kind.rsplit(':').next().unwrap_or_default() {
        "consent-required" => ". ARTIST must name who draws, such as ARTIST=openai",
        "rate-limited" => ". Wait a while: somebody may ask so often in an hour",
        "picture-unreadable" | "picture-refused" => ". Take another picture: JPEG, PNG or WebP, up to 50 megapixels",
        "body-too-large" => ". Make the picture smaller, such as 1024 pixels a side",
        "field-invalid" => ". Is STYLE one of the catalogue, such as soft-anime?",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_whole_however_they_come() {
        let text = ": still here\n\nevent: progress\ndata: {\"progress\":5}\n\nevent: picture\ndata: a\ndata: b\n\n";
        let mut events = Events::default();
        let found: Vec<Event> = text.as_bytes().chunks(3).flat_map(|part| events.add(part)).collect();
        let event = |name: &str, data: &str| Event { name: name.into(), data: data.into() };
        assert_eq!(found, [event("progress", "{\"progress\":5}"), event("picture", "a\nb")]);
    }

    #[test]
    fn a_problem_says_what_to_do() {
        let problem = serde_json::json!({ "type": "urn:nigao:problem:consent-required" });
        assert!(remedy(&problem).contains("ARTIST"));
    }
}
