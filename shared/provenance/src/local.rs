//! A key in memory.

use async_trait::async_trait;
use kernel::Failure;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey;

use crate::{Algorithm, Chain, Signer, UnfitKeys};

/// Signs with a P-256 key in its own memory: offline, and in tests. The same bytes get the same signature (RFC 6979). The key is zeroed on drop.
pub struct LocalSigner {
    key: SigningKey,
    chain: Chain,
}

impl LocalSigner {
    /// The name in the configuration
    pub const NAME: &'static str = "local";

    /// `key` is PKCS#8 PEM; the signer is the subject of the first certificate of `chain`.
    ///
    /// # Errors
    /// [`UnfitKeys`] when either cannot be read, or they do not belong together.
    pub fn new(key: &str, chain: &str) -> Result<Self, UnfitKeys> {
        let chain = Chain::parse(chain)?;
        let key = SigningKey::from_pkcs8_pem(&key.replace("\\n", "\n")).map_err(|_| UnfitKeys::Key)?;
        // A certificate holds its public key as the uncompressed point, byte for byte (RFC 5480, 2.2).
        let point = key.verifying_key().to_encoded_point(false);
        let leaf = chain.certificates().first().map_or(&[][..], Vec::as_slice);
        let named = leaf.windows(point.len()).any(|window| window == point.as_bytes());
        if named { Ok(Self { key, chain }) } else { Err(UnfitKeys::Mismatch) }
    }
}

#[async_trait]
impl Signer for LocalSigner {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn chain(&self) -> &Chain {
        &self.chain
    }

    async fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let signature: Signature = self.key.try_sign(bytes).map_err(Failure::broken)?;
        Ok(signature.to_bytes().to_vec())
    }
}
