//! The permissions that a call takes: actions, resources, and what conditions may ask about it.

mod dynamodb;
mod expression;
mod s3;
mod services;

use crate::condition::Context;
use http::{HeaderMap, Method, Uri};
use serde_json::Value;
use std::collections::BTreeMap;

pub use s3::absence;

/// One permission that a call takes. A call may take several, and is refused when one of them is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Such as `dynamodb:PutItem`.
    pub action: String,
    /// The ARN it is done to.
    pub resource: String,
    /// What conditions may ask about.
    pub context: Context,
}

/// What the needs of a call depend on besides the call.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// The region of ARNs.
    pub region: String,
    /// The account of ARNs.
    pub account: String,
    /// The key attributes of each table, by its name.
    pub tables: BTreeMap<String, TableKeys>,
    /// The verified identities of SES: addresses and domains.
    pub identities: Vec<String>,
}

/// The partition keys of a table and of its indexes.
#[derive(Debug, Clone, Default)]
pub struct TableKeys {
    /// The attribute that is the table's partition key.
    pub partition: String,
    /// The attribute that is the partition key of each index, by the index's name.
    pub indexes: BTreeMap<String, String>,
}

impl Deployment {
    fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.region, self.account)
    }
}

/// One request to an AWS service.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// `dynamodb`, `s3`, `sqs`, `sesv2` or `kms`.
    pub service: &'a str,
    /// The API's name of the operation; `PostObject` for an upload form.
    pub operation: &'a str,
    pub method: &'a Method,
    /// Path and query.
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    /// The body, for operations whose needs depend on it (see [`reads_body`]).
    pub body: &'a [u8],
    /// The object's key of an upload form.
    pub form_key: Option<&'a str>,
}

/// A call whose permissions are not known here. It is refused: what is not understood is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the local cloud does not know which permissions this takes: {0}")]
pub struct Unknown(pub String);

impl Unknown {
    fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// Whether the needs of an operation depend on its body.
pub fn reads_body(service: &str, operation: &str) -> bool {
    service != "s3" || operation == "DeleteObjects"
}

/// The permissions that a call takes, in the order of its parts.
///
/// # Errors
/// [`Unknown`] for operations, parameters and bodies that are not understood.
pub fn needs(call: &Call<'_>, deployment: &Deployment) -> Result<Vec<Need>, Unknown> {
    if call.service == "s3" {
        return s3::needs(call);
    }
    let body: Value = serde_json::from_slice(call.body).map_err(|_| Unknown::because(format!("{} without JSON", call.operation)))?;
    match call.service {
        "dynamodb" => dynamodb::needs(call.operation, &body, deployment),
        "sqs" => services::sqs(call.operation, &body, deployment),
        "sesv2" => services::ses(call.operation, &body, deployment),
        "kms" => services::kms(call.operation, &body),
        other => Err(Unknown::because(format!("the service {other}"))),
    }
}

fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Unknown> {
    body[name].as_str().ok_or_else(|| Unknown::because(format!("no {name}")))
}
