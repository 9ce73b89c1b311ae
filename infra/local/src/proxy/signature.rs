//! Who signed a request. Temporary credentials always carry their token, in a header, in a presigned link or in a form: the token names the function.

use super::operation::Operation;
use super::upload_form::{Refusal, UploadForm};
use crate::clients::SESSION_TOKEN;
use crate::serve::{self, Body, BoxError};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Request};
use http_body_util::BodyExt;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Whose credentials a request was signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Signer {
    /// A function's: its role decides.
    Function(String),
    /// The developer's, who may do anything.
    Developer,
    Nobody,
}

/// A request, with as much of its body as its permissions depend on.
pub(super) struct Asked {
    pub(super) parts: Parts,
    pub(super) body: Body,
    /// The body, where it had to be read.
    pub(super) read: Bytes,
    /// An upload form, or why it is none.
    pub(super) form: Option<Result<UploadForm, Refusal>>,
    pub(super) signer: Signer,
}

impl Asked {
    pub(super) async fn read(request: Request<Body>, operation: &Operation, signers: &BTreeMap<String, String>) -> Result<Self, BoxError> {
        let (parts, body) = request.into_parts();
        let is_form = operation.name == "PostObject";
        if !is_form && !permissions::reads_body(&operation.service, &operation.name) {
            let signer = signer(&parts, None, signers);
            return Ok(Self { parts, body, read: Bytes::new(), form: None, signer });
        }
        let read = body.collect().await?.to_bytes();
        let form = if is_form { Some(UploadForm::read(&parts, &read).await) } else { None };
        let token = form.as_ref().and_then(|form| form.as_ref().ok()?.field("x-amz-security-token").map(str::to_owned));
        let signer = signer(&parts, token, signers);
        Ok(Self { parts, body: serve::full(read.clone()), read, form, signer })
    }

    /// The object's key of an upload form.
    pub(super) fn form_key(&self) -> Option<&str> {
        self.form.as_ref()?.as_ref().ok()?.field("key")
    }

    /// The request for the emulator: an upload form without what is checked here.
    pub(super) fn for_emulator(mut self, now: Timestamp) -> Result<Self, BoxError> {
        if let Some(Ok(form)) = &self.form {
            let (boundary, bytes) = form.without_time(now);
            let content_type = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}"))?;
            self.parts.headers.insert(CONTENT_TYPE, content_type);
            self.parts.headers.insert(CONTENT_LENGTH, bytes.len().into());
            self.body = serve::full(bytes);
        }
        Ok(self)
    }

    pub(super) fn into_request(self) -> Request<Body> {
        Request::from_parts(self.parts, self.body)
    }
}

fn signer(parts: &Parts, of_form: Option<String>, signers: &BTreeMap<String, String>) -> Signer {
    let of_header = parts.headers.get("x-amz-security-token").and_then(|token| token.to_str().ok()).map(str::to_owned);
    let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let of_link = query.into_owned().find(|(name, _)| name.eq_ignore_ascii_case("x-amz-security-token")).map(|(_, token)| token);
    match of_header.or(of_link).or(of_form) {
        None => Signer::Nobody,
        Some(token) if token == SESSION_TOKEN => Signer::Developer,
        Some(token) => signers.get(&token).map_or(Signer::Nobody, |function| Signer::Function(function.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(request: http::request::Builder, operation: &str, body: &str) -> Asked {
        let operation = Operation { service: "s3".into(), name: operation.into() };
        let signers = BTreeMap::from([("token-of-me-get".to_owned(), "me-get".to_owned())]);
        Asked::read(request.body(serve::full(body.to_owned())).unwrap(), &operation, &signers).await.unwrap()
    }

    #[tokio::test]
    async fn a_header_a_link_and_a_form_name_the_function_that_signed() {
        let token = "token-of-me-get";
        let me = Signer::Function("me-get".into());
        let header = read(Request::get("/b/a").header("x-amz-security-token", token), "GetObject", "").await;
        assert_eq!(header.signer, me);
        let link = read(Request::get(format!("/b/a?X-Amz-Security-Token={token}")), "GetObject", "").await;
        assert_eq!(link.signer, me);
        let part = |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let body = [part("key", "uploads/1"), part("x-amz-security-token", token), part("file", "bytes"), "--x--\r\n".to_owned()].concat();
        let form = read(Request::post("/b").header("content-type", "multipart/form-data; boundary=x"), "PostObject", &body).await;
        assert_eq!((form.signer.clone(), form.form_key()), (me, Some("uploads/1")));
        assert_eq!(form.into_request().into_body().collect().await.unwrap().to_bytes(), body);
    }

    #[tokio::test]
    async fn the_developers_token_is_no_functions_and_none_is_nobodys() {
        let header = read(Request::get("/b/a").header("x-amz-security-token", SESSION_TOKEN), "GetObject", "").await;
        assert_eq!(header.signer, Signer::Developer);
        assert_eq!(read(Request::get("/b/a"), "GetObject", "").await.signer, Signer::Nobody);
        assert_eq!(read(Request::get("/b/a").header("x-amz-security-token", "else"), "GetObject", "").await.signer, Signer::Nobody);
    }
}
