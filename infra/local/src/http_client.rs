//! A small HTTP client, used as any client of the public API would be: by the demonstration, the benchmarks and the tests.

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::net::Ipv4Addr;

/// A client that keeps its connections.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client<HttpConnector, Full<Bytes>>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// One header as text; empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// An answer that is read as it comes.
#[derive(Debug)]
pub struct Opened {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    body: Incoming,
}

impl Opened {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// When the answer broke off.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        while let Some(frame) = self.body.frame().await {
            match frame.context("the answer broke off")?.into_data() {
                Ok(bytes) if !bytes.is_empty() => return Ok(Some(bytes)),
                _ => {}
            }
        }
        Ok(None)
    }

    /// Everything that is left.
    ///
    /// # Errors
    /// As [`Opened::next`].
    pub async fn rest(mut self) -> Result<Reply> {
        let mut body = Vec::new();
        while let Some(bytes) = self.next().await? {
            body.extend_from_slice(&bytes);
        }
        Ok(Reply { status: self.status, headers: self.headers, body: body.into() })
    }
}

impl Default for HttpClient {
    fn default() -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http() }
    }
}

impl HttpClient {
    /// A client whose connections come from this address, such as `127.1.2.3`: to the server another client.
    pub fn from_address(address: Ipv4Addr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_local_address(Some(address.into()));
        Self { client: Client::builder(TokioExecutor::new()).build(connector) }
    }

    /// Sends one request and comes back with the head of its answer.
    ///
    /// # Errors
    /// When the request is malformed or there is no answer; any status is an answer.
    pub async fn open(&self, method: Method, url: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Result<Opened> {
        let mut request = Request::builder().method(&method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).with_context(|| format!("{method} {url}"))?;
        let response = self.client.request(request).await.with_context(|| format!("no answer to {method} {url}"))?;
        let (parts, body) = response.into_parts();
        Ok(Opened { status: parts.status, headers: parts.headers, body })
    }

    /// Sends one request.
    ///
    /// # Errors
    /// When the request is malformed or there is no answer; any status is an answer.
    pub async fn send(&self, method: Method, url: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Result<Reply> {
        let opened = self.open(method.clone(), url, headers, body).await?;
        opened.rest().await.with_context(|| format!("half an answer to {method} {url}"))
    }

    /// Posts a form as `multipart/form-data`: the fields, then the file.
    ///
    /// # Errors
    /// As [`HttpClient::send`].
    pub async fn post_form(&self, url: &str, fields: &[(String, String)], file: &[u8]) -> Result<Reply> {
        let boundary = format!("form-{:032x}", rand::random::<u128>());
        let mut body = Vec::with_capacity(file.len() + 4096);
        for (name, value) in fields {
            let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={boundary}");
        self.send(Method::POST, url, &[("content-type", &kind)], body).await
    }
}
