//! Accounts: sign-in by a mailed code, sessions, and the account itself (AN-01, AN-14, AN-25).

mod codes;
mod entry;
mod latest;
mod mailbox;
mod me;
mod networks;
mod nonce;
mod pepper;
mod sessions;

pub use codes::{CodeMailer, CodeRequested, CodeSlot, Codes, IssuedCode, RequestCode};
pub use latest::LatestSessions;
pub use me::{Me, Profiles};
pub use networks::{CallerNetworks, NetworkKey, Salt, Salts};
pub use nonce::{Nonce, NotANonce};
pub use pepper::{CodeHash, EmailKey, MailboxKey, NonceKey, Pepper};
pub use sessions::{
    Entered, Found, Grant, Guess, KnownAccount, NewAccount, OpenSession, Sessions, SignIn, SignIns, SignedIn, StarterCredits, code_refused,
};
