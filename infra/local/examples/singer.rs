//! A streaming function for the tests of the local cloud: it sends a line, waits for a listener at a port, and continues as the event says.

use bytes::Bytes;
use lambda_runtime::{Error, LambdaEvent, MetadataPrelude, StreamResponse, service_fn};
use serde_json::Value;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// Pieces of a flood: far more than a connection buffers for a reader that does not read.
const FLOOD: usize = 1000;

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(answer)).await
}

async fn answer(event: LambdaEvent<Value>) -> Result<StreamResponse<Song>, Error> {
    let instructions: Value = serde_json::from_str(event.payload["body"].as_str().unwrap_or_default()).unwrap_or_default();
    if instructions["do"] == "fail" {
        return Err("told to fail".into());
    }
    if instructions["do"] == "trailers" {
        break_off_with_trailers(&event.context.request_id).await?;
        std::process::exit(0);
    }
    let (lines, song) = mpsc::channel(1);
    tokio::spawn(sing(instructions, event.payload, lines));
    let mut prelude = MetadataPrelude { status_code: http::StatusCode::ACCEPTED, ..MetadataPrelude::default() };
    prelude.headers.insert("content-type", http::HeaderValue::from_static("text/plain"));
    prelude.cookies.push("tune=1".into());
    Ok(StreamResponse { metadata_prelude: prelude, stream: Song(song) })
}

async fn sing(instructions: Value, event: Value, lines: mpsc::Sender<Bytes>) {
    let port = instructions["port"].as_u64().unwrap_or_default();
    drop(lines.send(Bytes::from("one\n")).await);
    match instructions["do"].as_str() {
        Some("die") => {
            word(port).await;
            std::process::exit(7);
        }
        Some("hang") => std::future::pending().await,
        Some("flood") => {
            for _ in 0..FLOOD {
                drop(lines.send(Bytes::from_static(&[b'x'; 64 * 1024])).await);
            }
            eprintln!("all sung");
        }
        Some("event") => drop(lines.send(Bytes::from(event.to_string())).await),
        _ => {
            word(port).await;
            drop(lines.send(Bytes::from("two\n")).await);
            drop(lines);
            word(port).await;
        }
    }
}

/// Waits until the listener at the port closes the connection.
async fn word(port: u64) {
    if let Ok(mut stream) = TcpStream::connect(format!("127.0.0.1:{port}")).await {
        drop(stream.read_to_end(&mut Vec::new()).await);
    }
}

/// The error of a stream in the trailers of its chunks, as the protocol defines it and this version of the runtime does not implement it.
async fn break_off_with_trailers(request: &str) -> Result<(), Error> {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let (host, base) = api.trim_start_matches("http://").split_once('/').unwrap_or((&api, ""));
    let mut stream = TcpStream::connect(host).await?;
    let head = format!(
        "POST /{base}/2018-06-01/runtime/invocation/{request}/response HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\
         Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n"
    );
    let prelude = "{\"statusCode\":200}\0\0\0\0\0\0\0\0one\n";
    let body = format!("{:x}\r\n{prelude}\r\n0\r\nLambda-Runtime-Function-Error-Type: Song.Lost\r\n\r\n", prelude.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

/// The lines as they come.
struct Song(mpsc::Receiver<Bytes>);

impl futures_core::Stream for Song {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|line| line.map(Ok))
    }
}
