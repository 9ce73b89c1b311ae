//! A function's answer as an HTTP response.

use crate::pool::{Answer, Part};
use crate::serve::{self, Body, BoxError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Turns an answer into a response, as API Gateway does for payload format 2.0.
pub(crate) async fn respond(answer: Answer) -> Response<Body> {
    let made = match answer {
        Answer::Failed(_) => Err("the function failed".into()),
        Answer::Throttled => return message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        Answer::Reply(payload) => whole(&payload),
        Answer::Stream(stream) => streamed(stream).await,
    };
    made.unwrap_or_else(|_| message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
}

/// Turns an answer into a response, as a function URL does: only a streamed answer has a head when the URL streams.
pub(crate) async fn respond_url(answer: Answer, streams: bool) -> Response<Body> {
    let made = match answer {
        Answer::Failed(_) => Err("the function failed".into()),
        Answer::Throttled => return serve::json(StatusCode::TOO_MANY_REQUESTS, &json!({ "Reason": "ConcurrentInvocationLimitExceeded" })),
        Answer::Reply(payload) if streams => Ok(plain(payload)),
        Answer::Reply(payload) => whole(&payload),
        Answer::Stream(stream) if streams => streamed(stream).await,
        Answer::Stream(_) => Err("the function streams, but its URL does not".into()),
    };
    made.unwrap_or_else(|_| bad_gateway())
}

/// The raw bytes of a function's answer: a streaming URL does not look for a status in an answer that was not streamed.
fn plain(payload: Bytes) -> Response<Body> {
    let mut response = Response::new(serve::full(payload));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/octet-stream"));
    response
}

fn bad_gateway() -> Response<Body> {
    let mut response = Response::new(serve::full("Internal Server Error"));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

/// The gateway's own small JSON answers.
pub(crate) fn message(status: StatusCode, text: &str) -> Response<Body> {
    serve::json(status, &json!({ "message": text }))
}

fn whole(payload: &[u8]) -> Result<Response<Body>, BoxError> {
    let value: Value = serde_json::from_slice(payload)?;
    if value.get("statusCode").is_none() {
        // Format 2.0 takes an answer without a status as the body of a 200.
        return Ok(serve::json(StatusCode::OK, &value));
    }
    let body = match value.get("body") {
        Some(Value::String(text)) if value["isBase64Encoded"] == true => Bytes::from(STANDARD.decode(text)?),
        Some(Value::String(text)) => Bytes::from(text.clone()),
        Some(Value::Null) | None => Bytes::new(),
        Some(other) => Bytes::from(other.to_string()),
    };
    let mut response = Response::new(serve::full(body));
    set_head(&mut response, &value)?;
    response.headers_mut().entry("content-type").or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
    Ok(response)
}

fn set_head(response: &mut Response<Body>, head: &Value) -> Result<(), BoxError> {
    let status = match &head["statusCode"] {
        Value::Null => 200,
        Value::String(text) => text.parse()?,
        number => u16::try_from(number.as_u64().ok_or("statusCode is no number")?)?,
    };
    *response.status_mut() = StatusCode::from_u16(status)?;
    let headers = response.headers_mut();
    for (name, value) in head["headers"].as_object().into_iter().flatten() {
        headers.insert(HeaderName::from_bytes(name.as_bytes())?, header_value(value)?);
    }
    for (name, values) in head["multiValueHeaders"].as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes())?;
        headers.remove(&name);
        for value in values.as_array().into_iter().flatten() {
            headers.append(&name, header_value(value)?);
        }
    }
    for cookie in head["cookies"].as_array().into_iter().flatten() {
        headers.append("set-cookie", header_value(cookie)?);
    }
    // The server computes the length of the body it sends.
    headers.remove("content-length");
    headers.remove("transfer-encoding");
    Ok(())
}

fn header_value(value: &Value) -> Result<HeaderValue, BoxError> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(HeaderValue::from_bytes(text.as_bytes())?)
}

/// JSON head, eight zero bytes, then the body as it comes.
async fn streamed(mut stream: mpsc::Receiver<Part>) -> Result<Response<Body>, BoxError> {
    let mut start = Vec::new();
    let end_of_head = loop {
        if let Some(position) = start.windows(8).position(|window| window == [0; 8]) {
            break position;
        }
        match stream.recv().await {
            Some(part) => start.extend_from_slice(&part?),
            None => return Err("the stream ended before its head did".into()),
        }
    };
    let head: Value = serde_json::from_slice(&start[..end_of_head])?;
    let first = Bytes::copy_from_slice(&start[end_of_head + 8..]);
    let body = BodyExt::boxed_unsync(StreamBody::new(Frames { first: Some(first), rest: stream }));
    let mut response = Response::new(body);
    set_head(&mut response, &head)?;
    Ok(response)
}

struct Frames {
    first: Option<Bytes>,
    rest: mpsc::Receiver<Part>,
}

impl futures_core::Stream for Frames {
    type Item = Result<Frame<Bytes>, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        // An error closes the connection, so that nobody takes the half for the whole.
        self.rest.poll_recv(context).map(|part| part.map(|part| part.map(Frame::data)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(answer: Answer) -> (u16, Vec<String>, Bytes) {
        let response = respond(answer).await;
        let status = response.status().as_u16();
        let cookies = response.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect();
        (status, cookies, response.into_body().collect().await.unwrap().to_bytes())
    }

    #[tokio::test]
    async fn status_cookies_and_binary_bodies_arrive() {
        let payload =
            json!({"statusCode": 201, "headers": {"x-a": "b"}, "cookies": ["a=1", "b=2"], "body": "AP8B", "isBase64Encoded": true});
        let (status, cookies, body) = read(Answer::Reply(payload.to_string().into())).await;
        assert_eq!((status, cookies, body.as_ref()), (201, vec!["a=1".to_owned(), "b=2".to_owned()], [0_u8, 255, 1].as_slice()));
    }

    #[tokio::test]
    async fn an_answer_without_status_is_a_body() {
        let (status, _, body) = read(Answer::Reply(Bytes::from_static(b"{\"a\":1}"))).await;
        assert_eq!((status, body.as_ref()), (200, b"{\"a\":1}".as_slice()));
    }

    #[tokio::test]
    async fn a_failure_says_nothing_of_its_cause() {
        let (status, _, body) = read(Answer::Failed(Bytes::from_static(b"{\"errorMessage\":\"secret\"}"))).await;
        assert_eq!((status, body.as_ref()), (500, b"{\"message\":\"Internal Server Error\"}".as_slice()));
    }

    #[tokio::test]
    async fn a_streamed_answer_has_a_head_and_a_body() {
        let (sender, receiver) = mpsc::channel(4);
        for part in [&b"{\"statusCode\":202,\"cookies\":[\"a=1\"]}\0\0\0"[..], b"\0\0\0\0\0hel", b"lo"] {
            sender.send(Ok(Bytes::from_static(part))).await.unwrap();
        }
        drop(sender);
        let (status, cookies, body) = read(Answer::Stream(receiver)).await;
        assert_eq!((status, cookies.len(), body.as_ref()), (202, 1, b"hello".as_slice()));
    }
}
