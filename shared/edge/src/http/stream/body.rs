//! The body of an answer, whole or streamed.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use lambda_http::Response;

use super::Frames;

pub(super) enum Outgoing {
    Whole(Option<Bytes>),
    Growing(Frames),
}

impl Outgoing {
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self::Whole(Some(bytes).filter(|bytes| !bytes.is_empty()))
    }

    pub(super) fn frames(frames: Frames) -> Self {
        Self::Growing(frames)
    }

    /// An answer of the other endpoints.
    pub(super) fn of(response: Response<lambda_http::Body>) -> Response<Self> {
        response.map(|body| {
            Self::whole(match body {
                lambda_http::Body::Text(text) => text.into(),
                lambda_http::Body::Binary(bytes) => bytes.into(),
                _ => Bytes::new(),
            })
        })
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Growing(frames) => frames.poll_next(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes)))),
        }
    }
}

/// The form that `lambda_http` takes where nothing is streamed: text as text, and a picture as bytes, which it writes as base64.
pub(super) fn collected(response: Response<Outgoing>) -> Response<lambda_http::Body> {
    let is_text = response.headers().get("content-type").and_then(|value| value.to_str().ok()).is_some_and(|media_type| {
        ["text/", "application/json", "application/problem+json"].iter().any(|start| media_type.starts_with(start))
    });
    response.map(|body| match body {
        Outgoing::Whole(Some(bytes)) if is_text => lambda_http::Body::Text(String::from_utf8_lossy(&bytes).into_owned()),
        Outgoing::Whole(Some(bytes)) => lambda_http::Body::Binary(bytes.to_vec()),
        Outgoing::Whole(None) | Outgoing::Growing(_) => lambda_http::Body::Empty,
    })
}
