//! Errors in the words of each AWS service.

use super::operation::Operation;
use crate::pool::request_id;
use crate::serve::{self, Body};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

/// What the service says when it cannot take more.
pub(crate) fn refusal(operation: &Operation) -> Response<Body> {
    match operation.service.as_str() {
        "dynamodb" => error(operation, 400, "ProvisionedThroughputExceededException"),
        "s3" => error(operation, 503, "SlowDown"),
        "sesv2" => error(operation, 429, "TooManyRequestsException"),
        _ => error(operation, 500, "InternalError"),
    }
}

/// An error by status and code.
pub(crate) fn error(operation: &Operation, status: u16, code: &str) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match operation.service.as_str() {
        "s3" => xml(status, code),
        "dynamodb" => typed_json(status, &format!("com.amazonaws.dynamodb.v20120810#{code}"), "application/x-amz-json-1.0"),
        "sqs" => typed_json(status, &format!("com.amazonaws.sqs#{code}"), "application/x-amz-json-1.0"),
        _ => typed_json(status, code, "application/json"),
    };
    if let Ok(value) = HeaderValue::from_str(code) {
        response.headers_mut().insert("x-amzn-errortype", value);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id()) {
        response.headers_mut().insert("x-amzn-requestid", value);
    }
    response
}

fn xml(status: StatusCode, code: &str) -> Response<Body> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>ordered by the fault proxy</Message><RequestId>{}</RequestId></Error>",
        request_id()
    );
    let mut response = Response::new(serve::full(text));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/xml"));
    response
}

fn typed_json(status: StatusCode, kind: &str, content_type: &'static str) -> Response<Body> {
    let mut response = serve::json(status, &json!({ "__type": kind, "message": "ordered by the fault proxy" }));
    response.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
    response
}
