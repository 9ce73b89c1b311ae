//! Accounts: sign-in by a mailed code, sessions, and the account itself (AN-01, AN-14, AN-25).

mod age;
mod choices;
mod codes;
mod email_changes;
mod entry;
mod latest;
mod leads;
mod mailbox;
mod me;
mod networks;
mod nonce;
mod pass;
mod pepper;
mod recipients;
mod sessions;
mod unsubscribe;

pub use age::{AgeAttestation, Country, check_age};
pub use choices::{Choice, ChoiceOf, ChoiceState, ConsentRecord, Flags, Made, MadeBy, restricted};
pub use codes::{CodeMailer, CodeRequested, CodeSlot, Codes, Issued, IssuedCode, RequestCode};
pub use email_changes::{
    AskForEmailChange, ChangeMail, ChangeMailer, ConfirmEmailChange, EmailChange, EmailChangeAsked, EmailChanges, Move, Progress,
    StoredChange, address_taken,
};
pub use entry::digits as code_digits;
pub use latest::LatestSessions;
pub use leads::{Lead, LeadPage, Leads};
pub use me::{Me, Profiles};
pub use networks::{CallerNetworks, NetworkKey, Networks, Salt, Salts};
pub use nonce::{Nonce, NotANonce};
pub use pass::{NotAPass, Pass, no_pass, trial_used};
pub use pepper::{CodeHash, EmailKey, MailboxKey, NonceKey, Pepper};
pub use recipients::Recipients;
pub use sessions::{
    Entered, Found, Grant, Guess, Guesses, KnownAccount, NewAccount, OpenSession, ProveAddress, Proven, Sessions, SignIn, SignIns,
    SignedIn, StarterCredits, account_closing, code_refused,
};
pub use unsubscribe::UnsubscribeToken;
