//! The port of the signing key.

use async_trait::async_trait;
use kernel::Failure;
use strum::{EnumString, IntoStaticStr};

/// The signature algorithms of the C2PA specification (2.2, 13.2) that a key service offers
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE", ascii_case_insensitive, const_into_str)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256: 64 bytes, `r` and `s`
    Es256,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes; the signature is as long as the key's modulus
    Ps256,
}

impl Algorithm {
    /// Its name in COSE (RFC 9053, 2.1; RFC 8230, 2)
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.into_str()
    }

    /// Ignores case
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    pub(crate) const fn of_c2pa(self) -> c2pa::SigningAlg {
        match self {
            Self::Es256 => c2pa::SigningAlg::Es256,
            Self::Ps256 => c2pa::SigningAlg::Ps256,
        }
    }

    /// The longest signature, in bytes; for a key of 4,096 bits where the algorithm leaves that open
    const fn longest(self) -> usize {
        match self {
            Self::Es256 => 64,
            Self::Ps256 => 512,
        }
    }
}

/// Key or certificates that cannot sign
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitKeys {
    /// The chain is no PEM of certificates
    #[error("the chain must be PEM of one to five certificates, the signer's own first")]
    Chain,
    /// The key is no PKCS#8 PEM of a P-256 key
    #[error("the key must be PKCS#8 PEM of a P-256 key")]
    Key,
    /// The key does not belong to the first certificate
    #[error("the chain's first certificate is of another key")]
    Mismatch,
}

/// The signer's certificate and its issuers, leaf first
#[derive(Clone, PartialEq, Eq)]
pub struct Chain(Vec<Vec<u8>>);

impl Chain {
    /// Maximum certificates of a chain; the C2PA trust list has none longer than three
    const MOST: usize = 5;

    /// Reads PEM. Line ends may be written `\n` as two characters, as environment variables often have them.
    ///
    /// # Errors
    /// [`UnfitKeys::Chain`]
    pub fn parse(text: &str) -> Result<Self, UnfitKeys> {
        let blocks = pem::parse_many(text.replace("\\n", "\n")).map_err(|_| UnfitKeys::Chain)?;
        let fit = (1..=Self::MOST).contains(&blocks.len()) && blocks.iter().all(|block| block.tag() == "CERTIFICATE");
        if fit { Ok(Self(blocks.into_iter().map(pem::Pem::into_contents).collect())) } else { Err(UnfitKeys::Chain) }
    }

    /// The certificates in DER, leaf first
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.0
    }

    /// The size of a COSE signature with this chain: the certificates, the signature, and the structure around them
    pub(crate) fn reserve(&self, algorithm: Algorithm) -> usize {
        let framed = |certificate: &Vec<u8>| certificate.len() + 4;
        self.0.iter().map(framed).sum::<usize>() + algorithm.longest() + AROUND
    }
}

/// The structure of a COSE signature around certificates and signature: tag, headers, and the padding that `c2pa` adds to reach an exact size. It is
/// generous: with too small a value nothing can be signed.
const AROUND: usize = 512;

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chain of {}", self.0.len())
    }
}

/// The holder of the key: a key service in the cloud, a key in memory offline.
///
/// The same bytes may get another signature each time: ECDSA and PSS are randomised in a key service. So the first stored version of a signed file
/// stays, and is not made again.
#[async_trait]
pub trait Signer: Send + Sync {
    fn algorithm(&self) -> Algorithm;

    fn chain(&self) -> &Chain;

    /// Signs `bytes` (hashing them is part of the algorithm) and returns the bare signature in COSE's form.
    ///
    /// # Errors
    /// [`Failure::Busy`] when a key service throttles or is down, [`Failure::Broken`] when it refuses.
    async fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Failure>;
}
