//! What an operator does, as their passkey signs it.

use kernel::{Failure, GenerationId, OperatorId, SignedDuration, Timestamp};
use serde::Serialize;
use sha2::{Digest, Sha256};
use studio::case::{Ground, Outcome};

use crate::passkey::refused;

/// How far the time in an action may be from ours.
pub const FRESH: SignedDuration = SignedDuration::from_mins(2);

/// What is done, and when: RFC 8785 makes of it the bytes whose SHA-256 is the challenge of an assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    #[serde(flatten)]
    pub deed: Deed,
    /// By the clock of the operator's browser, in whole seconds.
    pub at: Timestamp,
}

/// What is done. Each is written as `{"action": …}` with its fields beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Deed {
    SignIn,
    RegisterPasskey {
        operator_id: OperatorId,
    },
    /// Looks at a photo as it is.
    View {
        case_id: GenerationId,
    },
    Decide {
        case_id: GenerationId,
        outcome: Outcome,
        ground: Ground,
    },
}

impl Deed {
    /// The case that it is about.
    #[must_use]
    pub fn case(&self) -> Option<GenerationId> {
        match self {
            Self::SignIn | Self::RegisterPasskey { .. } => None,
            Self::View { case_id } | Self::Decide { case_id, .. } => Some(*case_id),
        }
    }
}

/// An action in its canonical spelling, with its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// RFC 8785.
    pub text: String,
    pub hash: [u8; 32],
}

impl Written {
    /// In hex.
    #[must_use]
    pub fn hex(&self) -> String {
        hex::encode(self.hash)
    }
}

impl Action {
    /// # Errors
    /// [`Failure::Broken`] when it cannot be written.
    pub fn written(&self) -> Result<Written, Failure> {
        let text = serde_json_canonicalizer::to_string(self).map_err(Failure::broken)?;
        let hash = Sha256::digest(text.as_bytes()).into();
        Ok(Written { text, hash })
    }

    /// Refuses what was signed long ago, or not yet.
    pub(crate) fn check_fresh(&self, now: Timestamp) -> Result<(), Failure> {
        if now.duration_since(self.at).abs() > FRESH {
            return Err(refused("it signed too long ago, or your clock is wrong"));
        }
        Ok(())
    }
}
