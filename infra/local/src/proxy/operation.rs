//! The AWS operation of a request, and the function process that made it.

use http::request::Parts;
use http::{HeaderMap, Method};

/// A call by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    /// `dynamodb`, `s3`, `sqs`, `sesv2`, …
    pub(crate) service: String,
    /// The API's name of the operation (`GetItem`), or method and path where it has none here.
    pub(crate) name: String,
}

/// Reads service and operation from a request.
pub(crate) fn of(parts: &Parts) -> Operation {
    if let Some(target) = header(&parts.headers, "x-amz-target") {
        let (service, name) = target.rsplit_once('.').unwrap_or(("unknown", target));
        return operation(json_service(service), name);
    }
    let path = parts.uri.path();
    if path.starts_with("/v2/email/") {
        let name = match (&parts.method, path) {
            (&Method::POST, "/v2/email/outbound-emails") => "SendEmail".to_owned(),
            (method, path) => format!("{method} {path}"),
        };
        return operation("sesv2", &name);
    }
    operation("s3", s3_operation(parts))
}

fn operation(service: &str, name: &str) -> Operation {
    Operation { service: service.to_owned(), name: name.to_owned() }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn json_service(target: &str) -> &str {
    match target {
        target if target.starts_with("DynamoDB_") => "dynamodb",
        "AmazonSQS" => "sqs",
        "TrentService" => "kms",
        other => other,
    }
}

fn s3_operation(parts: &Parts) -> &'static str {
    let path = parts.uri.path().trim_start_matches('/');
    let has_key = path.split_once('/').is_some_and(|(_, key)| !key.is_empty());
    let query = parts.uri.query().unwrap_or_default();
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let copies = parts.headers.contains_key("x-amz-copy-source");
    match (&parts.method, has_key) {
        (&Method::GET, true) => "GetObject",
        (&Method::HEAD, true) => "HeadObject",
        (&Method::PUT, true) if has("partNumber") => "UploadPart",
        (&Method::PUT, true) if copies => "CopyObject",
        (&Method::PUT, true) => "PutObject",
        (&Method::DELETE, true) if has("uploadId") => "AbortMultipartUpload",
        (&Method::DELETE, true) => "DeleteObject",
        (&Method::POST, true) if has("uploads") => "CreateMultipartUpload",
        (&Method::POST, true) => "CompleteMultipartUpload",
        (&Method::POST, false) if has("delete") => "DeleteObjects",
        (&Method::POST, false) => "PostObject",
        (&Method::GET, false) if path.is_empty() => "ListBuckets",
        (&Method::GET, false) if has("uploads") => "ListMultipartUploads",
        (&Method::GET, false) => "ListObjectsV2",
        (&Method::HEAD, false) => "HeadBucket",
        (&Method::PUT, false) => "CreateBucket",
        (&Method::DELETE, false) => "DeleteBucket",
        _ => "Other",
    }
}

/// The process that made a call: `<function>.<number>` from the application id in its user agent.
pub(crate) fn process(headers: &HeaderMap) -> Option<String> {
    ["x-amz-user-agent", "user-agent"]
        .into_iter()
        .filter_map(|name| header(headers, name))
        .flat_map(|agent| agent.split(' '))
        .find_map(|word| word.strip_prefix("app/"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn name(request: http::request::Builder) -> String {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let found = of(&parts);
        format!("{} {}", found.service, found.name)
    }

    #[test]
    fn operations_have_their_api_names() {
        assert_eq!(name(Request::post("/").header("X-Amz-Target", "DynamoDB_20120810.TransactWriteItems")), "dynamodb TransactWriteItems");
        assert_eq!(name(Request::post("/").header("X-Amz-Target", "AmazonSQS.SendMessage")), "sqs SendMessage");
        assert_eq!(name(Request::post("/v2/email/outbound-emails")), "sesv2 SendEmail");
        assert_eq!(name(Request::get("/pictures/uploads/a?x-id=GetObject")), "s3 GetObject");
        assert_eq!(name(Request::get("/pictures?list-type=2&prefix=a")), "s3 ListObjectsV2");
        assert_eq!(name(Request::get("/pictures/?list-type=2&prefix=a")), "s3 ListObjectsV2");
        assert_eq!(name(Request::post("/pictures/?delete")), "s3 DeleteObjects");
        assert_eq!(name(Request::post("/pictures")), "s3 PostObject");
        assert_eq!(name(Request::put("/pictures/a").header("x-amz-copy-source", "b")), "s3 CopyObject");
    }

    #[test]
    fn the_application_id_names_the_process() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-user-agent", "aws-sdk-rust/1 os/linux app/me-get.3 md/x".parse().unwrap());
        assert_eq!(process(&headers).as_deref(), Some("me-get.3"));
    }
}
