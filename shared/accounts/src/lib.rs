//! Accounts: sign-in by a mailed code, sessions, and the account itself (AN-01, AN-14, AN-25).

mod codes;
mod entry;
mod latest;
mod me;
mod pepper;
mod sessions;

pub use codes::{CodeMailer, Codes, IssuedCode, RequestCode};
pub use latest::LatestSessions;
pub use me::{Me, Profiles};
pub use pepper::{CodeHash, EmailKey, Pepper};
pub use sessions::{KnownAccount, NewAccount, OpenSession, Sessions, SignIn, SignIns, SignedIn, code_refused};
