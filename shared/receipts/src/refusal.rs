//! Why a receipt is not taken, in words for whoever holds it.

/// Bytes that are looked at, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub receipt: usize,
    pub statement: usize,
    pub key: usize,
}

/// A receipt may have sixteen signatures of the longest kind there is (signed-note); a statement is as long as an entry of a log may be (tlog-tiles).
pub const LIMITS: Limits = Limits { receipt: 128 * 1024, statement: 65_535, key: 1024 };

/// What does not verify, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the key is longer than {} bytes", LIMITS.key)]
    KeyTooLong,
    #[error("the key is not of the form <name>+<id>+<key>")]
    KeyForm,
    #[error("the key's name is empty, or has a space, a plus or a control character")]
    KeyName,
    #[error("the key is not of the kind Ed25519")]
    KeyKind,
    #[error("the key is no public key of Ed25519, or a weak one")]
    KeyPoint,
    #[error("the key's id is not that of its name and key: one of the three was changed")]
    KeyId,

    #[error("the receipt is larger than {} bytes", LIMITS.receipt)]
    ReceiptTooLarge,
    #[error("the receipt is not UTF-8")]
    ReceiptEncoding,
    #[error("the receipt does not begin with c2sp.org/tlog-proof@v1")]
    ReceiptHeader,
    #[error("the receipt has an extra line: nothing signs it, and our receipts have none")]
    ReceiptExtra,
    #[error("the receipt does not say its entry as \"index\" and a number")]
    ReceiptIndex,
    #[error("line {0} of the receipt is not a hash of 32 bytes in base64")]
    ReceiptHash(usize),
    #[error("the receipt has more hashes than any log is high")]
    ReceiptPath,
    #[error("the receipt has no checkpoint after an empty line")]
    ReceiptCheckpoint,

    #[error("the checkpoint has a control character")]
    NoteCharacters,
    #[error("the checkpoint has no signatures after an empty line")]
    NoteUnsigned,
    #[error("the checkpoint has a line that is no signature among its signatures")]
    NoteSignature,
    #[error("no signature of the checkpoint is by this key")]
    NoteStranger,
    #[error("the checkpoint says to be signed by this key, and is not")]
    NoteForged,

    #[error("the checkpoint is not an origin, a size and a hash, each on a line")]
    CheckpointForm,
    #[error("the checkpoint does not say the size of the log as a number")]
    CheckpointSize,
    #[error("the checkpoint does not say the root of the log as a hash of 32 bytes in base64")]
    CheckpointRoot,
    #[error("the checkpoint is of another log than the key")]
    CheckpointOrigin,

    #[error("the receipt says that its entry is one that the log did not have yet")]
    IndexAbove,
    #[error("the receipt is of another statement, or of another entry, than the log has there")]
    NotIncluded,

    #[error("the statement is larger than {} bytes", LIMITS.statement)]
    StatementTooLarge,
    #[error("the statement is no JSON of a kind that is known here: see line {line}, column {column}")]
    StatementForm { line: usize, column: usize },
    #[error("the statement is not in the one form that RFC 8785 gives it: it was edited, or its end of line is another")]
    StatementCanon,
    #[error("the statement has a character that cannot be shown")]
    StatementCharacters,
    #[error("the statement says that a step was before the one that must be before it")]
    StatementOrder,
}
