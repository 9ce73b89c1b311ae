//! A service that answers as it is told, on the loopback: for errors that a healthy one does not give.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server that gives every request the same answer.
pub struct Stub {
    url: String,
    requests: Arc<AtomicUsize>,
}

/// An answer of a [`Stub`].
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status; 0 cuts the connection instead.
    pub status: u16,
    /// Media type.
    pub content_type: &'static str,
    /// Body.
    pub body: String,
}

impl Reply {
    /// An error of a JSON service (DynamoDB, SQS, SES) by its code.
    #[must_use]
    pub fn json_error(status: u16, code: &str) -> Self {
        Self {
            status,
            content_type: "application/json",
            body: format!(r#"{{"__type":"{code}","code":"{code}","message":"told by a test"}}"#),
        }
    }

    /// An error of S3 by its code.
    #[must_use]
    pub fn s3_error(status: u16, code: &str) -> Self {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>told by a test</Message></Error>");
        Self { status, content_type: "application/xml", body }
    }

    /// No answer.
    #[must_use]
    pub fn cut() -> Self {
        Self { status: 0, content_type: "", body: String::new() }
    }
}

impl Stub {
    /// A server on a free port that answers `reply` to everything, until the process ends.
    #[must_use]
    #[expect(clippy::expect_used, reason = "without it no test can go on")]
    pub fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                // A client that goes away is no concern of the server.
                let _served = answer(stream, &reply);
            }
        });
        Self { url, requests }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Requests so far.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, reply: &Reply) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let Reply { status, content_type, body } = reply;
    if *status == 0 {
        return Ok(());
    }
    // One request for each connection, so that counting connections counts requests.
    let head =
        format!("HTTP/1.1 {status} told\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}
