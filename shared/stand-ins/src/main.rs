//! Runs stand-ins of third parties on the loopback: `stand-ins --openai 0 --gemini 0` prints
//! `{"gemini":"http://127.0.0.1:…","openai":"http://127.0.0.1:…/v1"}` when it is ready, and ends when its standard input closes or on SIGTERM. Port 0
//! means a free one; a vendor that is not named is not started.
//!
//! Each answers `POST /_stand-in/next {"scenario": "rate-limited", "times": 2}`, `POST /_stand-in/release` and `GET /_stand-in/requests` at its origin.

use std::io::{self, Read, Write};

use serde_json::{Map, Value};
use stand_ins::{GeminiStandIn, OpenAiStandIn};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut urls = Map::new();
    let openai = match port("--openai")? {
        Some(port) => Some(OpenAiStandIn::start(port).await?),
        None => None,
    };
    if let Some(openai) = &openai {
        urls.insert("openai".to_owned(), openai.base_url().into());
    }
    let gemini = match port("--gemini")? {
        Some(port) => Some(GeminiStandIn::start(port).await?),
        None => None,
    };
    if let Some(gemini) = &gemini {
        urls.insert("gemini".to_owned(), gemini.base_url().into());
    }
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
