//! Fault injection: the calls that are hit, and the effect.

use super::operation::Operation;
use serde::{Deserialize, Serialize};

/// A pending fault.
///
/// As JSON: `{"function":"on-drawing-ready","service":"dynamodb","operation":"UpdateItem","nth":2,"times":1,"action":{"kind":"kill_after"}}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fault {
    /// Only calls of this function.
    #[serde(default)]
    pub function: Option<String>,
    /// Only calls of this service (`dynamodb`, `s3`, `sqs`, `sesv2`).
    #[serde(default)]
    pub service: Option<String>,
    /// Only this operation (`TransactWriteItems`, `PutObject`, …).
    #[serde(default)]
    pub operation: Option<String>,
    /// The first matching call it hits, counted from 1 since its injection.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many matching calls in a row it hits.
    #[serde(default = "one")]
    pub times: u32,
    pub action: Action,
}

fn one() -> u32 {
    1
}

/// The effect on a call that is hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// The calling process is killed; the call never reaches the service.
    KillBefore,
    /// The service does its work; then the calling process is killed without an answer.
    KillAfter,
    /// The connection is cut; the call never reaches the service.
    CutBefore,
    /// The service does its work; then the connection is cut without an answer.
    CutAfter,
    /// The service refuses for the moment, as it does under load: throttled in DynamoDB and SES, `SlowDown` in S3, 500 in SQS.
    Refuse,
    /// The service answers with this error.
    Error {
        /// HTTP status.
        status: u16,
        /// The service's error code.
        code: String,
    },
    /// The call is forwarded after this many milliseconds.
    Delay { milliseconds: u64 },
}

impl Fault {
    /// A fault on every call, of every function; narrow it with the methods below.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self { function: None, service: None, operation: None, nth: 1, times: 1, action }
    }

    /// Only calls of this function.
    #[must_use]
    pub fn of(mut self, function: &str) -> Self {
        self.function = Some(function.to_owned());
        self
    }

    /// Only this operation of this service.
    #[must_use]
    pub fn on(mut self, service: &str, operation: &str) -> Self {
        self.service = Some(service.to_owned());
        self.operation = Some(operation.to_owned());
        self
    }

    /// Only calls of this service.
    #[must_use]
    pub fn service(mut self, service: &str) -> Self {
        self.service = Some(service.to_owned());
        self
    }

    /// Hits the `nth` matching call, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u32) -> Self {
        self.nth = nth;
        self
    }

    /// Hits this many matching calls in a row.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    fn matches(&self, function: Option<&str>, operation: &Operation) -> bool {
        self.function.as_deref().is_none_or(|wanted| Some(wanted) == function)
            && self.service.as_deref().is_none_or(|wanted| wanted == operation.service)
            && self.operation.as_deref().is_none_or(|wanted| wanted == operation.name)
    }
}

/// The pending faults.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    ordered: Vec<(Fault, u32)>,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.ordered.push((fault, 0));
    }

    /// Removes all; returns how many were still pending.
    pub(crate) fn clear(&mut self) -> usize {
        let left = self.ordered.len();
        self.ordered.clear();
        left
    }

    /// The faults still waiting.
    pub(crate) fn waiting(&self) -> Vec<Fault> {
        self.ordered.iter().map(|(fault, _)| fault.clone()).collect()
    }

    /// Counts a call against every matching fault; returns its action, the first fault deciding.
    pub(crate) fn hit(&mut self, function: Option<&str>, operation: &Operation) -> Option<Action> {
        let mut action = None;
        for (fault, seen) in &mut self.ordered {
            if fault.matches(function, operation) {
                *seen += 1;
                if *seen >= fault.nth {
                    action = action.or_else(|| Some(fault.action.clone()));
                }
            }
        }
        self.ordered.retain(|(fault, seen)| *seen < fault.nth.saturating_add(fault.times).saturating_sub(1));
        action
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str) -> Operation {
        Operation { service: "dynamodb".into(), name: name.into() }
    }

    #[test]
    fn a_fault_hits_its_call_and_is_used_up() {
        let mut faults = Faults::default();
        faults.add(Fault::new(Action::KillAfter).of("a").on("dynamodb", "PutItem").nth(2).times(2));
        let mut hits = Vec::new();
        for (function, name) in [("a", "PutItem"), ("b", "PutItem"), ("a", "GetItem"), ("a", "PutItem"), ("a", "PutItem"), ("a", "PutItem")]
        {
            hits.push(faults.hit(Some(function), &call(name)).is_some());
        }
        assert_eq!(hits, [false, false, false, true, true, false]);
        assert!(faults.waiting().is_empty());
    }

    #[test]
    fn a_fault_reads_from_json() {
        let fault: Fault = serde_json::from_str(r#"{"service":"s3","action":{"kind":"delay","milliseconds":5}}"#).unwrap();
        assert_eq!((fault.nth, fault.times, fault.action), (1, 1, Action::Delay { milliseconds: 5 }));
    }
}
