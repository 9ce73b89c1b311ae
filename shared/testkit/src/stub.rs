//! A service of AWS that answers as it is told: for errors that a healthy one does not give.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_types::SdkConfig;

use crate::cloud::config_of;

/// Gives every request of a client the same answer, in place of the client's connections.
#[derive(Debug, Clone)]
pub struct Stub {
    reply: Reply,
    /// The answer to so many requests before.
    first: Option<(usize, Reply)>,
    requests: Arc<AtomicUsize>,
}

/// An answer of a [`Stub`].
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status; 0 cuts the connection instead.
    pub status: u16,
    /// Media type.
    pub content_type: &'static str,
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

    #[must_use]
    pub fn s3_error(status: u16, code: &str) -> Self {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>told by a test</Message></Error>");
        Self { status, content_type: "application/xml", body }
    }

    #[must_use]
    pub fn cut() -> Self {
        Self { status: 0, content_type: "", body: String::new() }
    }

    fn response(&self) -> Result<HttpResponse, ConnectorError> {
        if self.status == 0 {
            return Err(ConnectorError::io("cut as told".into()));
        }
        let status = StatusCode::try_from(self.status).map_err(|error| ConnectorError::user(error.into()))?;
        let mut response = HttpResponse::new(status, SdkBody::from(self.body.as_str()));
        response.headers_mut().insert("content-type", self.content_type);
        Ok(response)
    }
}

impl Stub {
    /// A service that answers `reply` to everything.
    #[must_use]
    pub fn new(reply: Reply) -> Self {
        Self { reply, first: None, requests: Arc::default() }
    }

    /// The same, which answers its first requests so.
    #[must_use]
    pub fn after(self, requests: usize, reply: Reply) -> Self {
        Self { first: Some((requests, reply)), ..self }
    }

    /// The configuration of clients that get its answers.
    #[must_use]
    pub fn config(&self) -> SdkConfig {
        config_of("http://stub.invalid").into_builder().http_client(self.clone()).build()
    }

    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl HttpClient for Stub {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Stub {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let before = self.requests.fetch_add(1, Ordering::SeqCst);
        let reply = self.first.as_ref().filter(|(first, _)| before < *first).map_or(&self.reply, |(_, reply)| reply);
        HttpConnectorFuture::ready(reply.response())
    }
}
