//! Keys that verify notes (C2SP signed-note).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::Refusal;
use crate::refusal::LIMITS;

/// The signature type of Ed25519.
const ED25519: u8 = 1;

/// The key of a log, by its name. As text it is a *vkey*: `<name>+<id>+<base64 of the type and the key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

impl VerifierKey {
    /// `public` is the key as RFC 8032 encodes it.
    ///
    /// # Errors
    /// [`Refusal`] if the name or the key is none that may be.
    pub fn new(name: impl Into<String>, public: &[u8; 32]) -> Result<Self, Refusal> {
        let name = name.into();
        if !is_name(&name) {
            return Err(Refusal::KeyName);
        }
        let key = VerifyingKey::from_bytes(public).ok().filter(|key| !key.is_weak()).ok_or(Refusal::KeyPoint)?;
        Ok(Self { name, key })
    }

    /// The name, which is the origin of the log's checkpoints as well.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What signatures name it by, beside its name.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new().chain_update(&self.name).chain_update([b'\n', ED25519]).chain_update(self.key.as_bytes()).finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Strictly: a signature has one spelling, and is good for everybody or for nobody.
    pub(crate) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

/// The name of the log of a site, and of its key: where its files are, without the scheme (C2SP tlog-checkpoint).
#[must_use]
pub fn log_name(origin: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    format!("{host}/v1/proofs")
}

/// Whether a key may be called this.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter == '+' || letter.is_whitespace() || letter.is_control())
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        if text.len() > LIMITS.key {
            return Err(Refusal::KeyTooLong);
        }
        let (name, rest) = text.split_once('+').ok_or(Refusal::KeyForm)?;
        let (id, key) = rest.split_once('+').ok_or(Refusal::KeyForm)?;
        let key = STANDARD.decode(key).map_err(|_| Refusal::KeyForm)?;
        let public = match key.split_first() {
            Some((&ED25519, public)) => public.try_into().map_err(|_| Refusal::KeyPoint)?,
            _ => return Err(Refusal::KeyKind),
        };
        let verifier = Self::new(name, public)?;
        if id == hex::encode(verifier.id()) { Ok(verifier) } else { Err(Refusal::KeyId) }
    }
}
