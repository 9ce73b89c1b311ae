//! Having everything erased: asked for by who reads the mail of an address, done step by step, and stated in a receipt (AN-49, AN-56).

mod ask;
mod place;
mod purge;
mod run;
mod statement;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use accounts::{CodeHash, CodeSlot, EmailKey, LatestSessions, NotAPass, Pass};
use async_trait::async_trait;
use kernel::message::Content;
use kernel::{AccountId, Failure, SecretHash, Timestamp};
use receipts::{Hash, Nonce};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::{EnumString, IntoStaticStr, VariantArray};

pub use ask::{AskForErasure, Asked, TakeBack, ViewErasure};
pub use place::{Belongings, Found, FoundPage, Place, RowPlace, places};
pub use run::{GoOnErasing, TellDueErasures};

/// The name of a request: the hash of the key that whoever asked has. It gives nothing away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ErasureId(SecretHash);

impl ErasureId {
    /// The request of who has this key.
    #[must_use]
    pub fn of(key: &Pass) -> Self {
        Self(key.hash())
    }
}

impl fmt::Display for ErasureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<ErasureId> for String {
    fn from(id: ErasureId) -> Self {
        id.to_string()
    }
}

impl FromStr for ErasureId {
    type Err = NotAPass;

    fn from_str(text: &str) -> Result<Self, NotAPass> {
        let bytes: Option<[u8; 32]> = hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        let id = bytes.map(|bytes| Self(SecretHash::new(bytes))).ok_or(NotAPass)?;
        // One spelling.
        if id.to_string() == text { Ok(id) } else { Err(NotAPass) }
    }
}

impl TryFrom<String> for ErasureId {
    type Error = NotAPass;

    fn try_from(text: String) -> Result<Self, NotAPass> {
        text.parse()
    }
}

/// What hides the names of deleted files in a receipt. Whoever has the key of the request makes it again.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    #[must_use]
    pub fn of(key: &Pass) -> Self {
        Self(Sha256::new().chain_update("nigao/erasure/salt\0").chain_update(key.as_str()).finalize().into())
    }

    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

impl FromStr for Salt {
    type Err = NotAPass;

    fn from_str(text: &str) -> Result<Self, NotAPass> {
        let bytes = hex::decode(text).map_err(|_| NotAPass)?;
        bytes.try_into().map(Self).map_err(|_| NotAPass)
    }
}

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Step {
    /// Nobody can sign in or order any more; it may still be taken back.
    Closing,
    /// Everything is being deleted.
    Purging,
    /// Everything was listed once, and nothing was there. It is listed again.
    Verifying,
    /// A backup may still have rows.
    Backups,
    Done,
    /// It was taken back in time.
    TakenBack,
}

impl Step {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name in storage and in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }
}

/// Whose everything it is: whoever reads the mail of an address, with the account of it if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub account: Option<AccountId>,
    pub address: EmailKey,
}

/// What there was before it was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// How many rows and objects of each class.
    pub classes: BTreeMap<String, u32>,
    pub objects: u32,
    /// The [`receipts::object_root`] of their keys.
    pub root: Hash,
}

/// A request to have everything erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    pub id: ErasureId,
    /// Grows with each write.
    pub version: u32,
    pub step: Step,
    /// Until it is done or taken back.
    pub person: Option<Person>,
    /// As long as the person is known.
    pub salt: Option<Salt>,
    pub nonce: Nonce,
    pub asked_at: Timestamp,
    /// When nobody could sign in or order any more.
    pub closed_at: Timestamp,
    pub purged_at: Option<Timestamp>,
    pub verified_at: Option<Timestamp>,
    pub done_at: Option<Timestamp>,
    pub counted: Option<Counted>,
    /// When each third party was sent something last.
    pub vendors: BTreeMap<String, Timestamp>,
    /// The version of the policy by which it was asked for.
    pub policy: String,
    /// The entry of the log, once it is done.
    pub statement: Option<String>,
    /// Its place in the log, once it has one.
    pub index: Option<u64>,
    /// When the next step is due; absent after the last.
    pub due: Option<Timestamp>,
}

/// The proof that a code of an address was entered: the transaction that closes uses it up.
#[derive(Debug, Clone)]
pub struct UsedCode {
    pub slot: CodeSlot,
    pub hash: CodeHash,
}

/// All that closing an account writes.
#[derive(Debug, Clone)]
pub struct Closing {
    pub erasure: Erasure,
    /// `None` where an operator asks.
    pub code: Option<UsedCode>,
    /// The sessions of the account, as they were found.
    pub latest: LatestSessions,
}

#[async_trait]
pub trait Erasures: Send + Sync {
    /// Uses up the code, ends every session of the account, closes it and writes the request: all of it or nothing. A sign-in that overtakes it is ended too.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`kernel::Reason::CodeRefused`] when the code was used meanwhile; [`Failure::Conflict`] with
    /// [`kernel::Reason::AccountClosing`] when the account is closed already, or is gone.
    async fn close(&self, closing: &Closing) -> Result<(), Failure>;

    async fn find(&self, id: ErasureId) -> Result<Option<Erasure>, Failure>;

    /// Writes `next` over its version before; `false` when another was faster. One that is done is an entry that waits for its place in the log.
    async fn advance(&self, next: &Erasure) -> Result<bool, Failure>;

    /// Writes `next`, which is taken back, over its version before and opens the account again; `false` when another was faster.
    async fn reopen(&self, next: &Erasure, account: Option<AccountId>) -> Result<bool, Failure>;

    /// Requests whose next step is due at `until`, with when they were asked for; some of them, the earliest first.
    async fn due(&self, until: Timestamp) -> Result<Vec<ErasureId>, Failure>;
}

/// Tells the next step of a request to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureDue {
    pub erasure_id: ErasureId,
}

impl Content for ErasureDue {
    const VERSION: u8 = 1;

    fn id(&self) -> String {
        self.erasure_id.to_string()
    }
}
