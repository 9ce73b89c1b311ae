//! Refusals of the API.

use local_cloud::Reply;

/// Asserts an RFC 9457 answer with this status and stable name, and that it leaks nothing.
#[track_caller]
pub(crate) fn assert_problem(reply: &Reply, status: u16, name: &str) {
    let json = reply.json();
    assert_eq!(
        (reply.status.as_u16(), json["type"].as_str().unwrap_or_default()),
        (status, &*format!("urn:nigao:problem:{name}")),
        "{json}"
    );
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(json["status"], status);
    for field in ["title", "detail", "request_id"] {
        assert!(json[field].as_str().is_some_and(|text| !text.is_empty()), "{field} in {json}");
    }
    let detail = json["detail"].as_str().unwrap_or_default().to_lowercase();
    for vendor in ["dynamo", "aws", "s3", "sqs", "lambda", "panicked", "rust"] {
        assert!(!detail.contains(vendor), "{vendor} in {json}");
    }
}
