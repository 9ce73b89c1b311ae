//! The primary keys of the table `Desk`.

use desk::CredentialId;
use dynamo::Key;
use kernel::{DeskSession, Email, OperatorId};

pub(crate) fn operator(id: OperatorId) -> Key {
    Key::new(of(id), "OPERATOR")
}

/// Whom an address leads to.
pub(crate) fn address(email: &Email) -> Key {
    Key::new(format!("EMAIL#{}", email.as_str().to_lowercase()), "OPERATOR")
}

pub(crate) fn passkey(id: OperatorId, credential: &CredentialId) -> Key {
    Key::new(of(id), format!("KEY#{credential}"))
}

pub(crate) fn session(DeskSession { operator, secret }: &DeskSession) -> Key {
    Key::new(of(*operator), format!("SES#{secret}"))
}

/// The end of an operator's trail.
pub(crate) fn head(id: OperatorId) -> Key {
    Key::new(of(id), "HEAD")
}

/// An entry of the trail. It has a partition of its own, so that a role may add to it and do nothing else.
pub(crate) fn entry(id: OperatorId, number: u64) -> Key {
    Key::new(trail(id), format!("{number:012}"))
}

pub(crate) fn trail(id: OperatorId) -> String {
    format!("AUD#{id}")
}

/// That an operator did this: two may do the same in one second.
pub(crate) fn spent(id: OperatorId, action: &[u8; 32]) -> Key {
    Key::new(format!("SPENT#{id}"), hex::encode(action))
}

fn of(id: OperatorId) -> String {
    format!("OPR#{id}")
}
