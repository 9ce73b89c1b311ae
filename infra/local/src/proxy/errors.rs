//! Errors in each AWS service's format.

use super::operation::Operation;
use super::upload_form::Refusal;
use crate::pool::request_id;
use crate::roles::Denial;
use crate::serve::{self, Body};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

/// The service's throttling error.
pub(crate) fn refusal(operation: &Operation) -> Response<Body> {
    match operation.service.as_str() {
        "dynamodb" => error(operation, 400, "ProvisionedThroughputExceededException"),
        "s3" => error(operation, 503, "SlowDown"),
        "sesv2" => error(operation, 429, "TooManyRequestsException"),
        _ => error(operation, 500, "InternalError"),
    }
}

pub(crate) fn error(operation: &Operation, status: u16, code: &str) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = match operation.service.as_str() {
        "dynamodb" => format!("com.amazonaws.dynamodb.v20120810#{code}"),
        "sqs" => format!("com.amazonaws.sqs#{code}"),
        _ => code.to_owned(),
    };
    answer(operation, status, code, &kind, "ordered by the fault proxy")
}

/// What the service says to a caller whose role does not allow the call.
pub(crate) fn denied(operation: &Operation, denial: &Denial) -> Response<Body> {
    match (operation.service.as_str(), operation.name.as_str()) {
        // Each key has its own answer. That of the others is lost here: a batch with a denied key does nothing at all.
        ("s3", "DeleteObjects") => xml_body(StatusCode::OK, &not_deleted(denial)),
        ("s3", _) => answer(operation, StatusCode::FORBIDDEN, "AccessDenied", "", &denial.message),
        ("sesv2", _) => answer(operation, StatusCode::FORBIDDEN, "AccessDeniedException", "AccessDeniedException", &denial.message),
        _ => {
            let kind = "com.amazon.coral.service#AccessDeniedException";
            let mut response = answer(operation, StatusCode::BAD_REQUEST, "AccessDeniedException", kind, &denial.message);
            if operation.service == "sqs" {
                response.headers_mut().insert("x-amzn-query-error", HeaderValue::from_static("AccessDenied;Sender"));
            }
            response
        }
    }
}

/// What the service says to a request that nobody signed.
pub(crate) fn unsigned(operation: &Operation) -> Response<Body> {
    match operation.service.as_str() {
        "s3" => answer(operation, StatusCode::FORBIDDEN, "AccessDenied", "", "Access Denied"),
        _ => {
            let code = "MissingAuthenticationTokenException";
            answer(operation, StatusCode::BAD_REQUEST, code, code, "Request is missing Authentication Token")
        }
    }
}

/// What S3 says to an upload form that it does not take.
pub(crate) fn refused(operation: &Operation, refusal: &Refusal) -> Response<Body> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    answer(operation, status, refusal.code, "", &refusal.message)
}

/// What S3 says to a page that asks beforehand and may not.
pub(crate) fn not_shared(operation: &Operation, status: StatusCode, code: &str, message: &str) -> Response<Body> {
    answer(operation, status, code, "", message)
}

fn not_deleted(denial: &Denial) -> String {
    let key = denial.resource.strip_prefix("arn:aws:s3:::").and_then(|path| path.split_once('/')).map_or("", |(_, key)| key);
    format!(
        "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Error><Key>{}</Key><Code>AccessDenied</Code><Message>{}</Message></Error></DeleteResult>",
        escape(key),
        escape(&denial.message)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn answer(operation: &Operation, status: StatusCode, code: &str, kind: &str, message: &str) -> Response<Body> {
    let request_id = request_id();
    let mut response = match operation.service.as_str() {
        "s3" if operation.name.starts_with("Head") => empty(status),
        "s3" => xml_body(
            status,
            &format!("<Error><Code>{code}</Code><Message>{}</Message><RequestId>{request_id}</RequestId></Error>", escape(message)),
        ),
        "dynamodb" | "sqs" | "kms" => typed_json(status, kind, message, "application/x-amz-json-1.0"),
        _ => typed_json(status, kind, message, "application/json"),
    };
    if let Ok(value) = HeaderValue::from_str(code) {
        response.headers_mut().insert("x-amzn-errortype", value);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-amzn-requestid", value);
    }
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(serve::full(""));
    *response.status_mut() = status;
    response
}

fn xml_body(status: StatusCode, document: &str) -> Response<Body> {
    let mut response = Response::new(serve::full(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document}")));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/xml"));
    response
}

fn typed_json(status: StatusCode, kind: &str, message: &str, content_type: &'static str) -> Response<Body> {
    let mut response = serve::json(status, &json!({ "__type": kind, "message": message }));
    response.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
    response
}
