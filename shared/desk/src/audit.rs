//! The trail of what operators did: entries that are added and never changed, each with the hash of the one before.

use kernel::{Clock, DeskSession, Failure, GenerationId, OperatorId, Timestamp};
use policy::Class;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::action::Action;
use crate::{Assertion, Operators, RelyingParty, Role, Standing};

/// The end of a trail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The number of entries.
    pub length: u64,
    /// The hash of the last one, in hex; empty before the first.
    pub hash: String,
}

/// One entry. It names a case and never an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub operator_id: OperatorId,
    /// From 1 on.
    pub number: u64,
    pub at: Timestamp,
    /// The action in its canonical spelling (RFC 8785): its SHA-256 is the challenge that was signed.
    pub action: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_id: Option<GenerationId>,
    /// What the passkey signed, which anybody with its key can verify.
    pub assertion: Assertion,
    /// The hash of the entry before; empty for the first.
    pub previous: String,
}

impl AuditEntry {
    /// The SHA-256 of its canonical spelling, in hex: what the next entry names.
    ///
    /// # Errors
    /// [`Failure::Broken`] when it cannot be written.
    pub fn hash(&self) -> Result<String, Failure> {
        let text = serde_json_canonicalizer::to_string(self).map_err(Failure::broken)?;
        Ok(hex::encode(Sha256::digest(text.as_bytes())))
    }
}

/// Whether entries follow each other from `before` on without a gap or a change.
///
/// # Errors
/// As of [`AuditEntry::hash`].
pub fn is_unbroken(before: &Head, entries: &[AuditEntry]) -> Result<bool, Failure> {
    let mut head = before.clone();
    for entry in entries {
        if entry.number != head.length + 1 || entry.previous != head.hash {
            return Ok(false);
        }
        head = Head { length: entry.number, hash: entry.hash()? };
    }
    Ok(true)
}

/// A deed whose signature was checked, with the entry of the trail that is written with it.
#[derive(Debug, Clone)]
pub struct Signed {
    pub session: DeskSession,
    pub role: Role,
    pub action: [u8; 32],
    /// Of the passkey, before and after.
    pub counter: (u32, u32),
    pub before: Head,
    pub after: Head,
    pub entry: AuditEntry,
    /// Until when the action is known, so that it is not done twice.
    pub known_until: Timestamp,
    /// When the entry goes.
    pub expires_at: Timestamp,
}

/// Checks what operators sign.
#[derive(Clone, Copy)]
pub struct Signing<'a> {
    pub operators: &'a dyn Operators,
    pub site: &'a RelyingParty,
    pub clock: &'a dyn Clock,
}

impl Signing<'_> {
    /// Checks that whoever has this session may do this, and that their passkey signed it a moment ago.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`kernel::Reason::SignedOut`], [`kernel::Reason::RoleInsufficient`] or [`kernel::Reason::PasskeyRefused`].
    pub async fn check(&self, session: &DeskSession, role: Role, action: &Action, assertion: &Assertion) -> Result<Signed, Failure> {
        let now = self.clock.now();
        let standing = self.operators.standing(session, Some(&assertion.credential_id), now).await?;
        standing.needs(role)?;
        self.signed(&standing, action, assertion, now)
    }

    /// The same for who was looked up.
    pub(crate) fn signed(&self, standing: &Standing, action: &Action, assertion: &Assertion, now: Timestamp) -> Result<Signed, Failure> {
        action.check_fresh(now)?;
        let passkey = standing.passkey.as_ref().ok_or_else(|| crate::passkey::refused("it is not one of yours"))?;
        let written = action.written()?;
        let counter = self.site.verify(assertion, passkey, &written.hash)?;
        let entry = AuditEntry {
            operator_id: standing.operator.id,
            number: standing.head.length + 1,
            at: now,
            action: written.text,
            case_id: action.deed.case(),
            assertion: assertion.clone(),
            previous: standing.head.hash.clone(),
        };
        let after = Head { length: entry.number, hash: entry.hash()? };
        Ok(Signed {
            session: standing.session,
            role: standing.operator.role,
            action: written.hash,
            counter: (passkey.counter, counter),
            before: standing.head.clone(),
            after,
            entry,
            known_until: Class::SPENT_ACTION.expires_at(now),
            expires_at: Class::AUDIT_ENTRY.expires_at(now),
        })
    }
}

/// The trail as operators read it.
pub struct ReadTrail<'a> {
    pub operators: &'a dyn Operators,
    pub clock: &'a dyn Clock,
}

impl ReadTrail<'_> {
    /// A page of one's own trail, or, for a lead, of anybody's.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`kernel::Reason::SignedOut`] or [`kernel::Reason::RoleInsufficient`].
    pub async fn run(&self, session: &DeskSession, of: Option<OperatorId>, after: u64, limit: u16) -> Result<Vec<AuditEntry>, Failure> {
        let of = of.unwrap_or(session.operator);
        let role = if of == session.operator { Role::Support } else { Role::Lead };
        self.operators.standing(session, None, self.clock.now()).await?.needs(role)?;
        self.operators.trail(of, after, limit).await
    }
}
