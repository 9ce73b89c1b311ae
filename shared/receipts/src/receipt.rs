//! Receipts (C2SP tlog-proof): that a statement is an entry of a log, in a text that verifies offline.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::decimal;
use crate::refusal::LIMITS;
use crate::{Checkpoint, Hash, Refusal, Statement, VerifierKey};

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Hashes of the longest proof: a tree has fewer than 2⁶⁴ entries.
const MOST_HASHES: usize = 64;

/// The proof that an entry is in the log. Its text, of which files end in `.tlog-proof`, has no extra data, because nothing would sign that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    index: u64,
    path: Vec<Hash>,
    checkpoint: String,
}

impl Receipt {
    /// `path` is a proof of [`crate::Proof::inclusion`] in the tree of `checkpoint`, a signed note.
    #[must_use]
    pub const fn new(index: u64, path: Vec<Hash>, checkpoint: String) -> Self {
        Self { index, path, checkpoint }
    }

    /// The checkpoint that has this entry in its place, signed by `key`.
    ///
    /// # Errors
    /// [`Refusal`]
    pub fn verify(&self, entry: &[u8], key: &VerifierKey) -> Result<Checkpoint, Refusal> {
        let checkpoint = Checkpoint::verify(&self.checkpoint, key)?;
        if self.index >= checkpoint.size {
            return Err(Refusal::IndexAbove);
        }
        let included = checkpoint.includes(Hash::of_leaf(entry), self.index, &self.path);
        if included { Ok(checkpoint) } else { Err(Refusal::NotIncluded) }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nindex {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Receipt {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        if text.len() > LIMITS.receipt {
            return Err(Refusal::ReceiptTooLarge);
        }
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n')).ok_or(Refusal::ReceiptHeader)?;
        if rest.starts_with("extra ") {
            return Err(Refusal::ReceiptExtra);
        }
        let (proof, checkpoint) = rest.split_once("\n\n").ok_or(Refusal::ReceiptCheckpoint)?;
        let mut lines = proof.split('\n');
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal).ok_or(Refusal::ReceiptIndex)?;
        let path = lines.zip(3..).map(|(hash, line)| hash.parse().map_err(|_| Refusal::ReceiptHash(line)));
        let path = path.take(MOST_HASHES + 1).collect::<Result<Vec<Hash>, _>>()?;
        if path.len() > MOST_HASHES {
            return Err(Refusal::ReceiptPath);
        }
        Ok(Self { index, path, checkpoint: checkpoint.to_owned() })
    }
}

/// What a receipt was verified to prove: there is no other way to one, and nothing else is shown to anybody.
#[derive(Debug, Clone)]
pub struct Verified {
    pub(crate) statement: Statement,
    pub(crate) entry: String,
    pub(crate) receipt: Receipt,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) key: VerifierKey,
}

impl Verified {
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }

    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Its place in the log; the first entry is 0.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.receipt.index
    }
}

/// Verifies a receipt for a statement, the bytes of the entry, with the log's key in its form of text. It needs nothing else, neither a network nor
/// a clock.
///
/// # Errors
/// [`Refusal`] says what is wrong. No input makes it panic, or work for long.
pub fn verify(receipt: &[u8], statement: &[u8], key: &str) -> Result<Verified, Refusal> {
    let key: VerifierKey = key.parse()?;
    if receipt.len() > LIMITS.receipt {
        return Err(Refusal::ReceiptTooLarge);
    }
    let receipt: Receipt = std::str::from_utf8(receipt).map_err(|_| Refusal::ReceiptEncoding)?.parse()?;
    let checkpoint = receipt.verify(statement, &key)?;
    let (statement, entry) = Statement::read(statement)?;
    Ok(Verified { statement, entry, receipt, checkpoint, key })
}
