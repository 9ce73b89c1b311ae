//! Checkpoints (C2SP tlog-checkpoint): how large a log is, and the root of its tree, signed.

use async_trait::async_trait;
use kernel::Failure;

use crate::proof::{root_by_inclusion, roots_by_consistency};
use crate::{Hash, Refusal, VerifierKey, note};

/// The holder of a log's key.
#[async_trait]
pub trait Signer: Send + Sync {
    /// The signature of `note` by Ed25519, of the bytes themselves and not of a hash of them (RFC 8032, 5.1).
    ///
    /// # Errors
    /// [`Failure::Busy`] when a key service throttles or is down, [`Failure::Broken`] when it refuses.
    async fn sign(&self, note: &[u8]) -> Result<[u8; 64], Failure>;
}

/// What a log was at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of its key.
    pub origin: String,
    /// How many entries it had.
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// The signed note. A log signs no two checkpoints of which one is not the beginning of the other: the caller has decided on this one for good.
    ///
    /// # Errors
    /// Those of the signer; [`Failure::Broken`] if what it signed is not verified by `key`.
    pub async fn sign(&self, key: &VerifierKey, signer: &dyn Signer) -> Result<String, Failure> {
        let text = self.text();
        let note = note::signed(&text, key, &signer.sign(text.as_bytes()).await?);
        Self::verify(&note, key).map_err(Failure::broken)?;
        Ok(note)
    }

    /// The checkpoint of a note that `key` signed.
    ///
    /// # Errors
    /// [`Refusal`] if it is not signed, not a checkpoint, or one of another log.
    pub fn verify(note: &str, key: &VerifierKey) -> Result<Self, Refusal> {
        let checkpoint = Self::read(note::verified(note, key)?)?;
        if checkpoint.origin == key.name() { Ok(checkpoint) } else { Err(Refusal::CheckpointOrigin) }
    }

    /// Lines after the third are extensions, which say nothing here.
    fn read(text: &str) -> Result<Self, Refusal> {
        let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
        let &[origin, size, root, ..] = lines.as_slice() else { return Err(Refusal::CheckpointForm) };
        if lines.contains(&"") {
            return Err(Refusal::CheckpointForm);
        }
        let size = decimal(size).ok_or(Refusal::CheckpointSize)?;
        let root = root.parse().map_err(|_| Refusal::CheckpointRoot)?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Whether `leaf` is its entry `index`, by a proof of [`crate::Proof::inclusion`].
    #[must_use]
    pub fn includes(&self, leaf: Hash, index: u64, path: &[Hash]) -> bool {
        root_by_inclusion(leaf, index, self.size, path) == Some(self.root)
    }

    /// Whether it has all that `older` had, in the same places, by a proof of [`crate::Proof::consistency`].
    #[must_use]
    pub fn follows(&self, older: &Self, path: &[Hash]) -> bool {
        self.origin == older.origin
            && match older.size {
                size if size == self.size => older.root == self.root && path.is_empty(),
                0 => older.root == Hash::of_row(&[]) && path.is_empty(),
                size if size > self.size => false,
                size => roots_by_consistency((size, older.root), self.size, path) == Some((older.root, self.root)),
            }
    }
}

/// A number in decimal digits, as it is written in one way alone.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
