//! Runs stand-ins of third parties on the loopback: `stand-ins --openai 0 --gemini 0` prints
//! `{"gemini":"http://127.0.0.1:…","openai":"http://127.0.0.1:…/v1"}` when it is ready, and ends when its standard input closes or on SIGTERM. Port 0
//! means a free one; a vendor that is not named is not started.
//!
//! Each answers `POST /_stand-in/next {"scenario": "rate-limited", "times": 2}`, `POST /_stand-in/release` and `GET /_stand-in/requests` at its origin.

use std::io::{self, Read, Write};

use serde_json::{Map, Value};
use stand_ins::{GeminiStandIn, OpenAiStandIn, PolarStandIn, TurnstileStandIn};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

#[tokio::main]
async fn main() -> io::Result<()> {
    let openai = started("--openai", OpenAiStandIn::start).await?;
    let gemini = started("--gemini", GeminiStandIn::start).await?;
    let polar = started("--polar", PolarStandIn::start).await?;
    let turnstile = started("--turnstile", TurnstileStandIn::start).await?;
    let urls: Map<String, Value> = [
        ("openai", openai.as_ref().map(OpenAiStandIn::base_url)),
        ("gemini", gemini.as_ref().map(GeminiStandIn::base_url)),
        ("polar", polar.as_ref().map(PolarStandIn::base_url)),
        ("turnstile", turnstile.as_ref().map(TurnstileStandIn::base_url)),
    ]
    .into_iter()
    .filter_map(|(name, url)| Some((name.to_owned(), url?.into())))
    .collect();
    if urls.is_empty() {
        return Err(io::Error::other("name at least one vendor and its port: --openai 0"));
    }
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", Value::from(urls))?;
    stdout.flush()?;
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = closed() => {}
    }
    Ok(())
}

/// The stand-in of a vendor whose flag is there.
async fn started<S>(flag: &str, start: impl AsyncFnOnce(u16) -> io::Result<S>) -> io::Result<Option<S>> {
    match port(flag)? {
        Some(port) => start(port).await.map(Some),
        None => Ok(None),
    }
}

/// The port that follows `flag`.
fn port(flag: &str) -> io::Result<Option<u16>> {
    let mut arguments = std::env::args().skip_while(|argument| argument != flag).skip(1);
    if !std::env::args().any(|argument| argument == flag) {
        return Ok(None);
    }
    let port = arguments.next().and_then(|text| text.parse().ok());
    port.map(Some).ok_or_else(|| io::Error::other(format!("{flag} needs a port")))
}

/// Waits until standard input ends. Reading blocks, so it has a thread of its own.
async fn closed() {
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        // An unreadable input counts as ended.
        let _bytes = io::stdin().read_to_end(&mut Vec::new());
        ended.send(())
    });
    end.await.unwrap_or_default();
}
