//! The answers of a stand-in, in the pieces in which they are sent.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::stream;
use serde_json::Value;

use crate::server::Release;

/// A piece of an answer.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Bytes, sent at once and by themselves.
    Bytes(Bytes),
    /// A pause.
    Wait(Duration),
    /// Nothing until [`crate::StandIn::release`].
    Hang,
    /// The end of the connection.
    Cut,
}

#[derive(Debug, Clone)]
pub struct Answer {
    /// Pauses before the status line; bytes count for nothing here.
    pub before: Vec<Piece>,
    pub status: u16,
    /// Headers, beside those of HTTP itself.
    pub headers: Vec<(String, String)>,
    /// The body. A single piece of bytes has a length; more are sent in chunks.
    pub body: Vec<Piece>,
}

impl Answer {
    #[must_use]
    pub fn json(status: u16, value: &Value) -> Self {
        Self::of(status, "application/json", value.to_string())
    }

    #[must_use]
    pub fn of(status: u16, media_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), media_type.to_owned())];
        Self { before: Vec::new(), status, headers, body: vec![Piece::Bytes(body.into())] }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn after(mut self, piece: Piece) -> Self {
        self.before.push(piece);
        self
    }

    /// With the first `keep` bytes of the body, and then `piece` instead of the rest.
    #[must_use]
    pub fn broken_off(mut self, keep: usize, piece: Piece) -> Self {
        let mut left = keep;
        let mut body = Vec::new();
        for part in std::mem::take(&mut self.body) {
            let Piece::Bytes(bytes) = part else { continue };
            let taken = left.min(bytes.len());
            left -= taken;
            body.push(Piece::Bytes(bytes.slice(..taken)));
        }
        body.push(piece);
        Self { body, ..self }
    }

    /// With the body in pieces of these sizes, repeated: like a network that respects no boundary.
    #[must_use]
    pub fn dripped(mut self, sizes: &[usize]) -> Self {
        let whole: Vec<u8> =
            self.body.iter().flat_map(|piece| if let Piece::Bytes(bytes) = piece { bytes.to_vec() } else { Vec::new() }).collect();
        let mut rest = Bytes::from(whole);
        self.body.clear();
        for size in sizes.iter().cycle() {
            if rest.is_empty() || *size == 0 {
                break;
            }
            self.body.push(Piece::Bytes(rest.split_to(rest.len().min(*size))));
        }
        self
    }

    /// An error closes the connection.
    pub(crate) async fn send(self, release: &Release) -> io::Result<Response> {
        for piece in self.before {
            pause(piece, release).await?;
        }
        let body = match <[Piece; 1]>::try_from(self.body) {
            Ok([Piece::Bytes(bytes)]) => Body::from(bytes),
            Ok([piece]) => in_pieces(vec![piece], release.clone()),
            Err(pieces) => in_pieces(pieces, release.clone()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).map_err(io::Error::other)?;
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(io::Error::other)?;
            response.headers_mut().append(name, HeaderValue::from_str(value).map_err(io::Error::other)?);
        }
        Ok(response)
    }
}

/// Does what a piece says, and answers its bytes if it has any.
async fn pause(piece: Piece, release: &Release) -> io::Result<Option<Bytes>> {
    match piece {
        Piece::Bytes(bytes) => return Ok(Some(bytes)),
        Piece::Wait(duration) => wait(duration).await,
        Piece::Hang => release.wait().await?,
        Piece::Cut => return Err(io::Error::other("cut as told")),
    }
    Ok(None)
}

fn in_pieces(pieces: Vec<Piece>, release: Release) -> Body {
    let pieces = stream::unfold((VecDeque::from(pieces), release), |(mut pieces, release)| async move {
        loop {
            let piece = pause(pieces.pop_front()?, &release).await.transpose();
            // The reader gets this piece before the next is there.
            tokio::task::yield_now().await;
            if let Some(piece) = piece {
                return Some((piece, (pieces, release)));
            }
        }
    });
    Body::from_stream(pieces)
}

async fn wait(duration: Duration) {
    tokio::time::timeout(duration, std::future::pending::<()>()).await.unwrap_or_default();
}
