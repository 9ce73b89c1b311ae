//! The desk: where those who run the service look at cases, decide them, and answer for what they did.
//!
//! An operator signs in with a mailed code and a passkey, and every deed is signed by that passkey over the hash of the deed itself
//! ([docs/decisions/desk.md](../../../docs/decisions/desk.md)).

mod action;
mod audit;
mod cases;
mod operator;
mod passkey;
mod preview;
mod sign_in;

pub use action::{Action, Deed, FRESH, Written};
pub use audit::{AuditEntry, Head, ReadTrail, Signed, Signing, is_unbroken};
pub use cases::{
    CasePage, Cases, DecideCase, Decided, Deciding, MakeAppeal, OwnCases, Place, ReadCases, Reopening, Subject, Telling, Verdict,
};
pub use operator::{Opened, Opening, Operator, Operators, Role, SignedIn, Standing};
pub use passkey::{Assertion, CredentialId, Passkey, Registration, RelyingParty};
pub use preview::{LookAtPhoto, Preview};
pub use sign_in::{AtTheDesk, Entered, OpenDeskSession, RegisterPasskey};
