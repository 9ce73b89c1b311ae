//! The base of all other crates: identifiers, time, randomness, failures and limits.
//!
//! Nothing here does I/O, but for [`SystemClock`] and [`SystemRandomness`], the only two places that ask the system.

mod address;
mod clock;
mod email;
mod failure;
pub mod html;
pub mod id;
mod limit;
pub mod limits;
pub mod message;
mod page;
mod principal;
mod randomness;
mod recipient;
mod window;

pub use address::{CallerAddress, Reach};
pub use clock::{Clock, FixedClock, SystemClock};
pub use email::{Email, NotAnEmail};
pub use failure::{Failure, Problem, Reason};
pub use id::{
    AccountId, DeviceId, EmailChangeId, ExportId, FeedbackId, GenerationId, Id, InstallId, OperatorId, OrderId, SessionId, TrialId,
    UploadId,
};
pub use jiff::{SignedDuration, Timestamp};
pub use limit::{Counted, Limit, Quota};
pub use page::Page;
pub use principal::{AccountSession, DeskSession, Owner, Principal, SecretHash, TrialHolder};
pub use randomness::{Randomness, SeededRandomness, SystemRandomness};
pub use recipient::{Language, Recipient};
pub use window::Window;
