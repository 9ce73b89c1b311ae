//! The smallest parts of a role, which can be counted and taken away one by one.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One action on one resource; or one of several values that a condition of a statement admits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    /// Such as `dynamodb:PutItem`; all of the statement's, with commas, where the grant is a value of its condition.
    pub action: String,
    /// The ARN as the role spells it, and likewise all of them.
    pub resource: String,
    /// The condition's key and the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admits: Option<(String, String)>,
}

impl fmt::Display for Grant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { action, resource, admits } = self;
        write!(out, "{action} on {resource}")?;
        match admits {
            Some((key, value)) => write!(out, " with {value} as {key}"),
            None => Ok(()),
        }
    }
}
