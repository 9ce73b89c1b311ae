//! Those who run the service, their sessions and what each may do.

use async_trait::async_trait;
use kernel::{DeskSession, Email, Failure, OperatorId, Reason, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::{CredentialId, Head, Passkey, Signed};
use accounts::{CodeHash, CodeSlot};

/// What an operator may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Role {
    /// Answers people.
    Support,
    /// Looks at cases and decides them.
    Moderator,
    /// A moderator who also asks for holds, approves them, and reads everybody's trail.
    Lead,
}

impl Role {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// Somebody who runs the service, as the tool `make operator` wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    pub id: OperatorId,
    pub role: Role,
    /// The number of their passkeys.
    pub passkeys: u32,
    /// Until when the first one may be registered with a mailed code alone.
    pub registers_until: Timestamp,
}

/// How a session was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Opened {
    /// By a mailed code alone: it may register the first passkey and nothing else.
    ByCode,
    /// By a passkey.
    ByPasskey,
}

impl Opened {
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// What the desk knows of who asks, in one consistent read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub session: DeskSession,
    pub opened: Opened,
    pub operator: Operator,
    /// The passkey that was asked for, if it is the operator's.
    pub passkey: Option<Passkey>,
    /// The end of the operator's trail.
    pub head: Head,
}

impl Standing {
    /// Refuses whoever may not do what this role does.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::RoleInsufficient`], and with [`Reason::PasskeyRefused`] in a session without a passkey.
    pub fn needs(&self, role: Role) -> Result<(), Failure> {
        if self.opened == Opened::ByCode {
            return Err(crate::passkey::refused("register one first"));
        }
        let (may, has) = (|| Failure::denied(Reason::RoleInsufficient, "Somebody with another role does this."), self.operator.role);
        if has >= role { Ok(()) } else { Err(may()) }
    }
}

/// A sign-in: all of it or nothing.
#[derive(Debug)]
pub struct Opening {
    /// What is used up.
    pub slot: CodeSlot,
    pub code: CodeHash,
    pub session: DeskSession,
    pub opened: Opened,
    /// The passkey with its counter before and after, and the action that it signed.
    pub signed: Option<SignedIn>,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

/// The use of a passkey at a sign-in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub credential: CredentialId,
    pub counter: (u32, u32),
    pub action: [u8; 32],
}

#[async_trait]
pub trait Operators: Send + Sync {
    /// Whom an address leads to, with the passkey that is asked for.
    async fn of_email(&self, email: &Email, credential: Option<&CredentialId>) -> Result<Option<(Operator, Option<Passkey>)>, Failure>;

    /// Opens a session and uses up its code.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::CodeRefused`] when the code was used meanwhile, and with [`Reason::PasskeyRefused`] when the passkey signed this
    /// before, or something else meanwhile.
    async fn open(&self, opening: &Opening) -> Result<(), Failure>;

    /// What is known of who asks.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::SignedOut`] for a session that is over or was never there, and for somebody who is no operator any more.
    async fn standing(&self, session: &DeskSession, credential: Option<&CredentialId>, now: Timestamp) -> Result<Standing, Failure>;

    /// Adds a passkey, and makes the session one of a passkey. The first one of an operator is signed by nobody; every other one by one before it.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the operator has a passkey by now, or the session ended.
    async fn register(&self, standing: &Standing, passkey: &Passkey, signed: Option<&Signed>, at: Timestamp) -> Result<(), Failure>;

    /// Writes what was signed into the trail, and nothing else.
    ///
    /// # Errors
    /// Those of the parts of [`Signed`]: [`Failure::Denied`] for an action that was signed before, [`Failure::Busy`] when the trail went on meanwhile.
    async fn note(&self, signed: &Signed) -> Result<(), Failure>;

    /// The trail of an operator from its `after`th entry on, at most `limit`, the earliest first.
    async fn trail(&self, operator: OperatorId, after: u64, limit: u16) -> Result<Vec<crate::AuditEntry>, Failure>;
}
