//! Functions with a URL of their own, and answers that stream.

use http::Method;
use local_cloud::{Cloud, HttpClient, Opened, Options};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const TIMEOUT: Duration = Duration::from_secs(20);

fn options(parameters: &[(&str, &str)]) -> Options {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let state = std::env::temp_dir().join(format!("local-cloud-url-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst)));
    let mut options = Options::new(state).unwrap();
    options.template = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/template.yaml");
    options.binaries = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    options.parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    options
}

struct Stage {
    cloud: Cloud,
    http: HttpClient,
    /// Where the singer waits for a word.
    ear: TcpListener,
}

impl Stage {
    async fn new(parameters: &[(&str, &str)]) -> Self {
        let cloud = Cloud::start(options(parameters)).await.unwrap();
        Self { cloud, http: HttpClient::default(), ear: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    async fn ask(&self, url: &str, action: &str) -> Opened {
        let body = json!({ "do": action, "port": self.ear.local_addr().unwrap().port() }).to_string();
        self.http.open(Method::POST, url, &[("content-type", "application/json")], body).await.unwrap()
    }

    async fn call(&self, action: &str) -> Opened {
        self.ask(self.cloud.function_url("singer").unwrap(), action).await
    }

    /// The singer has reached its wait: it may go on.
    async fn nod(&self) {
        drop(tokio::time::timeout(TIMEOUT, self.ear.accept()).await.unwrap().unwrap());
    }

    async fn end(self) {
        self.cloud.stop().await;
    }
}

async fn line(opened: &mut Opened) -> String {
    String::from_utf8(opened.next().await.unwrap().unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn an_answer_arrives_while_its_function_still_works() {
    let stage = Stage::new(&[]).await;
    for url in [stage.cloud.function_url("singer").unwrap().to_owned(), format!("{}/v1/songs", stage.cloud.api_url())] {
        let mut song = stage.ask(&url, "sing").await;
        assert_eq!(song.status, 202);
        assert_eq!(
            (&song.headers["content-type"], &song.headers["set-cookie"]),
            (&"text/plain".parse().unwrap(), &"tune=1".parse().unwrap())
        );
        assert_eq!(line(&mut song).await, "one\n");
        // It has not continued: it waits for this.
        stage.nod().await;
        assert_eq!(line(&mut song).await, "two\n");
        assert!(song.next().await.unwrap().is_none());
        stage.nod().await;
    }
    stage.end().await;
}

#[tokio::test]
async fn an_event_of_a_url_names_no_route_and_no_account() {
    let stage = Stage::new(&[]).await;
    let mut song = stage.ask(&format!("{}/any/path?x=1", stage.cloud.function_url("singer").unwrap()), "event").await;
    assert_eq!(line(&mut song).await, "one\n");
    let event: Value = serde_json::from_slice(&song.rest().await.unwrap().body).unwrap();
    assert_eq!((&event["version"], &event["routeKey"], &event["rawPath"]), (&json!("2.0"), &json!("$default"), &json!("/any/path")));
    assert_eq!(event["requestContext"]["accountId"], "anonymous");
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
    stage.end().await;
}

#[tokio::test]
async fn who_reads_half_an_answer_hears_that_it_is_half() {
    let stage = Stage::new(&[]).await;
    for action in ["die", "hang", "trailers"] {
        let mut song = stage.call(action).await;
        assert_eq!(line(&mut song).await, "one\n", "{action}");
        if action == "die" {
            stage.nod().await;
        }
        assert!(song.next().await.is_err(), "{action}: half an answer looks whole");
    }
    let failed = stage.call("fail").await;
    assert_eq!(failed.status, 502);
    assert_eq!(failed.rest().await.unwrap().body, "Internal Server Error");
    stage.end().await;
}

#[tokio::test]
async fn a_function_goes_on_when_its_reader_has_left() {
    let stage = Stage::new(&[]).await;
    let mut song = stage.call("sing").await;
    assert_eq!(line(&mut song).await, "one\n");
    drop(song);
    stage.nod().await;
    // It sent its second line to nobody and came to its end.
    stage.nod().await;
    stage.end().await;
}

#[tokio::test]
async fn a_slow_reader_slows_the_function() {
    let stage = Stage::new(&[]).await;
    let song = stage.call("flood").await;
    assert_eq!(song.status, 202);
    let started = Instant::now();
    let mut look = tokio::time::interval(Duration::from_millis(20));
    while stage.cloud.busy("singer").unwrap() > 0 {
        assert!(started.elapsed() < TIMEOUT, "it is never cut off");
        look.tick().await;
    }
    assert!(!stage.cloud.logs("singer").contains("all sung"), "64 MB went somewhere though nobody read them");
    drop(song);
    let all = stage.call("flood").await.rest().await.unwrap().body.len();
    assert_eq!(all, "one\n".len() + 1000 * 64 * 1024);
    stage.end().await;
}

#[tokio::test]
async fn requests_of_over_6_mb_and_other_origins_stay_out() {
    let stage = Stage::new(&[]).await;
    let url = stage.cloud.function_url("singer").unwrap();
    let large = stage.http.send(Method::POST, url, &[("content-type", "text/plain")], vec![b'x'; 6 * 1024 * 1024 + 1]).await.unwrap();
    assert_eq!(large.status, 413);
    let ask = async |origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "POST")];
        stage.http.send(Method::OPTIONS, url, &headers, "").await.unwrap().header("access-control-allow-origin").to_owned()
    };
    assert_eq!((ask("https://songs.example").await.as_str(), ask("https://other.example").await.as_str()), ("https://songs.example", ""));
    stage.end().await;
}

#[tokio::test]
async fn a_url_that_does_not_stream_takes_no_streamed_answer() {
    let stage = Stage::new(&[("Loud", "yes")]).await;
    assert_eq!(stage.call("event").await.status, 502);
    stage.end().await;
}
