//! How a client of the public API calls it: `reqwest`, told to follow nothing and to use no proxy of the machine.

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, ClientBuilder, Response};
use serde_json::Value;
use std::net::Ipv4Addr;

/// A client that keeps its connections. Any status is an answer, a redirect too.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
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
    pub status: StatusCode,
    pub headers: HeaderMap,
    response: Response,
}

impl Opened {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// When the answer broke off.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        self.response.chunk().await.context("the answer broke off")
    }

    /// Everything that is left.
    ///
    /// # Errors
    /// As [`Opened::next`].
    pub async fn rest(self) -> Result<Reply> {
        let body = self.response.bytes().await.context("the answer broke off")?;
        Ok(Reply { status: self.status, headers: self.headers, body })
    }
}

impl Default for HttpClient {
    fn default() -> Self {
        Self::build(Client::builder())
    }
}

impl HttpClient {
    /// A client whose connections come from this address, such as `127.1.2.3`: to the server another client.
    pub fn from_address(address: Ipv4Addr) -> Self {
        Self::build(Client::builder().local_address(Some(address.into())))
    }

    #[allow(clippy::expect_used, reason = "no setting of these can be wrong")]
    fn build(builder: ClientBuilder) -> Self {
        let client = builder.no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        Self { client: client.expect("a plain client can be built") }
    }

    /// Sends one request and comes back with the head of its answer.
    ///
    /// # Errors
    /// When the request is malformed or there is no answer.
    pub async fn open(&self, method: Method, url: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Result<Opened> {
        let mut request = self.client.request(method.clone(), url).body(body.into());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.with_context(|| format!("no answer to {method} {url}"))?;
        Ok(Opened { status: response.status(), headers: response.headers().clone(), response })
    }

    /// Sends one request.
    ///
    /// # Errors
    /// When the request is malformed or there is no answer.
    pub async fn send(&self, method: Method, url: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Result<Reply> {
        let opened = self.open(method.clone(), url, headers, body).await?;
        opened.rest().await.with_context(|| format!("half an answer to {method} {url}"))
    }

    /// Posts a form as `multipart/form-data`: the fields, then the file.
    ///
    /// # Errors
    /// As [`HttpClient::send`].
    pub async fn post_form(&self, url: &str, fields: &[(String, String)], file: &[u8]) -> Result<Reply> {
        let fields = fields.iter().cloned().fold(Form::new(), |form, (name, value)| form.text(name, value));
        let form = fields.part("file", Part::bytes(file.to_vec()).file_name("file"));
        let response = self.client.post(url).multipart(form).send().await.with_context(|| format!("no answer to POST {url}"))?;
        let (status, headers) = (response.status(), response.headers().clone());
        Opened { status, headers, response }.rest().await
    }
}
