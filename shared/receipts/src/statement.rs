//! Statements, the entries of the log: JSON in the one form that RFC 8785 gives it.

use std::collections::BTreeMap;

use kernel::{Randomness, Timestamp};
use serde::{Deserialize, Serialize};

use crate::refusal::LIMITS;
use crate::{Hash, Refusal};

/// What the operator states. Its kind is in it, so that no entry is taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Statement {
    #[serde(rename = "erasure/v1")]
    Erasure(Erasure),
}

impl Statement {
    /// The bytes of the log's entry.
    ///
    /// # Errors
    /// [`Refusal`] if a verifier would refuse them.
    pub fn to_entry(&self) -> Result<Vec<u8>, Refusal> {
        let bytes = serde_json_canonicalizer::to_vec(self).map_err(|error| form(&error))?;
        Self::read(&bytes).map(|(_, entry)| entry.into_bytes())
    }

    /// The statement of an entry, and the entry as text.
    pub(crate) fn read(entry: &[u8]) -> Result<(Self, String), Refusal> {
        if entry.len() > LIMITS.statement {
            return Err(Refusal::StatementTooLarge);
        }
        let statement: Self = serde_json::from_slice(entry).map_err(|error| form(&error))?;
        let canonical = serde_json_canonicalizer::to_string(&statement).map_err(|error| form(&error))?;
        if canonical.as_bytes() != entry {
            return Err(Refusal::StatementCanon);
        }
        let Self::Erasure(erasure) = &statement;
        erasure.check()?;
        Ok((statement, canonical))
    }
}

/// Where the fault is, without a word of what is there: that may be anything.
fn form(error: &serde_json::Error) -> Refusal {
    Refusal::StatementForm { line: error.line(), column: error.column() }
}

/// Everything of one person was erased. It names nobody: whose it was is known by who holds the receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    pub nonce: Nonce,
    /// The version of the privacy policy that says what each class is.
    pub policy: String,
    pub times: Times,
    /// How many of each class of the inventory were deleted.
    pub erased: BTreeMap<String, u32>,
    pub objects: Objects,
    pub residue: Vec<Residue>,
    pub vendors: Vec<Vendor>,
}

impl Erasure {
    fn check(&self) -> Result<(), Refusal> {
        if !self.times.in_order().is_sorted() {
            return Err(Refusal::StatementOrder);
        }
        if self.words().any(|words| words.contains(is_hidden)) { Err(Refusal::StatementCharacters) } else { Ok(()) }
    }

    /// All its text.
    fn words(&self) -> impl Iterator<Item = &str> {
        let residue = self.residue.iter().flat_map(|residue| [residue.what.as_str(), residue.why.as_str()]);
        let vendors = self.vendors.iter().flat_map(|vendor| [vendor.name.as_str(), vendor.keeps.longer()]);
        self.erased.keys().map(String::as_str).chain([self.policy.as_str()]).chain(residue).chain(vendors)
    }
}

/// Controls of the terminal, and marks that let a text read as another: the order of writing, and what has no width (Unicode, general category Cf).
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Chance in the statement, so that nobody who has its hash finds it by trying what it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nonce(Hash);

impl Nonce {
    #[must_use]
    pub fn new(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0; Hash::BYTES];
        randomness.fill(&mut bytes);
        Self(Hash::from_bytes(bytes))
    }
}

/// When each step of an erasure was, each not before the one above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    pub asked: Timestamp,
    /// Who asked was proven to be the person.
    pub proven: Timestamp,
    /// Nobody could sign in or order any more.
    pub closed: Timestamp,
    pub purged: Timestamp,
    /// Everything was listed twice, and nothing was there.
    pub verified: Timestamp,
    /// No backup had it any more.
    pub done: Timestamp,
}

impl Times {
    const fn in_order(&self) -> [Timestamp; 6] {
        [self.asked, self.proven, self.closed, self.purged, self.verified, self.done]
    }
}

/// The files that were deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objects {
    pub count: u32,
    /// The [`object_root`] of their keys, by a salt that who asked has beside the receipt, and nobody else.
    pub root: Hash,
}

/// What stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Residue {
    pub what: String,
    /// The law or the reason, as the end of "because …".
    pub why: String,
    /// When it goes; absent if it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A third party that was sent something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    pub name: String,
    pub last_call: Timestamp,
    pub keeps: Keeps,
}

/// What a third party may still have, as the provider ledger says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Keeps {
    Nothing,
    /// Gone at this time; later under the conditions, which are the end of "longer …".
    Until {
        at: Timestamp,
        longer: String,
    },
    /// It does not say for how long.
    Unsaid,
}

impl Keeps {
    fn longer(&self) -> &str {
        match self {
            Self::Until { longer, .. } => longer,
            Self::Nothing | Self::Unsaid => "",
        }
    }
}

/// Sums up the keys of files in a hash from which nobody learns one, not even by trying, without the salt. The order of the keys is of no account.
#[must_use]
pub fn object_root<'a>(salt: &[u8; 32], keys: impl IntoIterator<Item = &'a str>) -> Hash {
    let mut leaves: Vec<Hash> = keys.into_iter().map(|key| Hash::of_leaf(&[salt, key.as_bytes()].concat())).collect();
    leaves.sort_unstable();
    Hash::of_row(&leaves)
}
