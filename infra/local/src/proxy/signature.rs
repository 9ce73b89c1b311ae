//! Who signed a request. Temporary credentials always carry their token, in a header, in a presigned link or in a form: the token names the function.

use super::operation::Operation;
use crate::clients::SESSION_TOKEN;
use crate::serve::{self, Body, BoxError};
use bytes::Bytes;
use futures_util::stream;
use http::request::Parts;
use http::{Method, Request};
use http_body_util::BodyExt;
use multer::Multipart;
use std::collections::BTreeMap;
use std::convert::Infallible;

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
    /// The object's key of an upload form.
    pub(super) form_key: Option<String>,
    pub(super) signer: Signer,
}

impl Asked {
    pub(super) async fn read(request: Request<Body>, operation: &Operation, signers: &BTreeMap<String, String>) -> Result<Self, BoxError> {
        let (parts, body) = request.into_parts();
        let is_form = operation.name == "PostObject";
        if !is_form && !permissions::reads_body(&operation.service, &operation.name) {
            let signer = signer(&parts, None, signers);
            return Ok(Self { parts, body, read: Bytes::new(), form_key: None, signer });
        }
        let read = body.collect().await?.to_bytes();
        let form = if is_form { form(&parts, &read).await } else { Form::default() };
        let signer = signer(&parts, form.token, signers);
        Ok(Self { parts, body: serve::full(read.clone()), read, form_key: form.key, signer })
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
        // A browser asks without credentials whether it may ask.
        None if parts.method == Method::OPTIONS => Signer::Developer,
        None => Signer::Nobody,
        Some(token) if token == SESSION_TOKEN => Signer::Developer,
        Some(token) => signers.get(&token).map_or(Signer::Nobody, |function| Signer::Function(function.clone())),
    }
}

/// What an upload form says of itself.
#[derive(Default)]
struct Form {
    key: Option<String>,
    token: Option<String>,
}

/// A form that cannot be read has no fields; S3 refuses it for that.
async fn form(parts: &Parts, body: &Bytes) -> Form {
    let mut form = Form::default();
    let content_type = parts.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(content_type) else { return form };
    let body = body.clone();
    let mut fields = Multipart::new(stream::once(async move { Ok::<_, Infallible>(body) }), boundary);
    while let Ok(Some(field)) = fields.next_field().await {
        match field.name().map(str::to_ascii_lowercase).as_deref() {
            Some("key") => form.key = field.text().await.ok(),
            Some("x-amz-security-token") => form.token = field.text().await.ok(),
            _ => {}
        }
    }
    form
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
        assert_eq!((form.signer.clone(), form.form_key.clone()), (me, Some("uploads/1".to_owned())));
        assert_eq!(form.into_request().into_body().collect().await.unwrap().to_bytes(), body);
    }

    #[tokio::test]
    async fn the_developers_token_is_no_functions_and_none_is_nobodys() {
        let header = read(Request::get("/b/a").header("x-amz-security-token", SESSION_TOKEN), "GetObject", "").await;
        assert_eq!(header.signer, Signer::Developer);
        assert_eq!(read(Request::get("/b/a"), "GetObject", "").await.signer, Signer::Nobody);
        assert_eq!(read(Request::get("/b/a").header("x-amz-security-token", "else"), "GetObject", "").await.signer, Signer::Nobody);
        assert_eq!(read(Request::builder().method("OPTIONS").uri("/b/a"), "Other", "").await.signer, Signer::Developer);
    }
}
