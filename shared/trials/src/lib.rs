//! Trials: what a visitor without an account may try (AN-73).
//!
//! Who meets a challenge is given a pass, which opens one upload and one small generation for a day. The pass is a secret of the browser that asked; a
//! link that is mailed gives another browser a pass of its own. Who signs in may claim the finished files, once.
//!
//! An upload and a generation of a trial are written and worked off as those of an account are. The trial is the key of its one request for a generation,
//! so that neither a race, nor a repetition, nor a deletion makes two of one.

mod challenge;
mod claim;
mod create;
mod link;
mod trial;
mod work;

pub use accounts::{Pass, no_pass};
pub use challenge::{Challenge, ChallengeAnswer, NoChallenge, challenge_refused};
pub use claim::{Claim, ClaimTrial, Claimed, Claims, claimed_by_another, unfinished};
pub use create::{CreateTrial, Created, Entrant, NewTrial};
pub use link::{LinkConsent, MailLink, NewLink, OpenLink, Opened, Opening, TrialLinks, link_refused};
pub use trial::{Standing, Trial, Trials, ViewTrial};
pub use work::{open_upload, start};
