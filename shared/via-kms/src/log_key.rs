//! The key of the log of receipts.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use aws_types::SdkConfig;
use ed25519_dalek::{Signer as _, SigningKey};
use kernel::Failure;
use receipts::{Signer, VerifierKey};
use sha2::{Digest, Sha256};

use crate::{failure, public_key_of};

/// What a public key of Ed25519 begins with in a certificate's form (RFC 8410, 4).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The settings of the log's key are incomplete or wrong
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoLogKey {
    /// Production requires an explicit choice
    #[error("SIGNER is not set: it must be kms, local or off")]
    Unnamed,
    #[error("SIGNER must be kms, local or off")]
    Unknown,
    #[error("the environment variable {0} is not set")]
    Absent(&'static str),
}

/// The signer of the log with the key that verifies what it signs.
pub struct LogKey {
    pub signer: Arc<dyn Signer>,
    pub key: VerifierKey,
}

/// The key of the log of this name that `SIGNER` chooses, as it chooses that of pictures; none for `off`, where receipts wait for one. `read` reads the
/// environment: `PROOFS_KEY_ID` for `kms`. The local key is made of `SIGNING_KEY`, so that a local cloud has the same one as long as that.
///
/// # Errors
/// [`Failure::Broken`] of a [`NoLogKey`] when a variable is missing or invalid; those of KMS.
pub async fn log_key(
    aws: &SdkConfig,
    production: bool,
    name: &str,
    read: &dyn Fn(&'static str) -> Option<String>,
) -> Result<Option<LogKey>, Failure> {
    let required = |name| read(name).filter(|value| !value.is_empty()).ok_or_else(|| Failure::broken(NoLogKey::Absent(name)));
    match read("SIGNER").filter(|signer| !signer.is_empty()).as_deref() {
        None if production => Err(Failure::broken(NoLogKey::Unnamed)),
        Some("off") => Ok(None),
        None | Some("local") => {
            let seed = Sha256::new().chain_update("nigao/proofs\0").chain_update(required("SIGNING_KEY")?).finalize();
            let signer = LocalLogSigner(SigningKey::from_bytes(&seed.into()));
            let key = VerifierKey::new(name, signer.0.verifying_key().as_bytes()).map_err(Failure::broken)?;
            Ok(Some(LogKey { signer: Arc::new(signer), key }))
        }
        Some("kms") => {
            let id = required("PROOFS_KEY_ID")?;
            let public = public_key_of(aws, &id).await?;
            let public: &[u8; 32] =
                public.strip_prefix(&SPKI).and_then(|key| key.try_into().ok()).ok_or_else(|| Failure::broken("no key of Ed25519"))?;
            let key = VerifierKey::new(name, public).map_err(Failure::broken)?;
            Ok(Some(LogKey { signer: Arc::new(KmsLogSigner { client: Client::new(aws), key: id }), key }))
        }
        Some(_) => Err(Failure::broken(NoLogKey::Unknown)),
    }
}

/// Signs by a key of KMS of the kind `ECC_NIST_EDWARDS25519`.
struct KmsLogSigner {
    client: Client,
    key: String,
}

#[async_trait]
impl Signer for KmsLogSigner {
    async fn sign(&self, note: &[u8]) -> Result<[u8; 64], Failure> {
        let call = self.client.sign().key_id(&self.key).message_type(MessageType::Raw).message(Blob::new(note));
        let signed = call.signing_algorithm(SigningAlgorithmSpec::Ed25519Sha512).send().await.map_err(|error| failure(&error))?;
        let signature = signed.signature.map(Blob::into_inner).unwrap_or_default();
        signature.try_into().map_err(|_| Failure::broken("kms gave no signature of Ed25519"))
    }
}

/// Signs by a key in memory: for the local cloud.
struct LocalLogSigner(SigningKey);

#[async_trait]
impl Signer for LocalLogSigner {
    async fn sign(&self, note: &[u8]) -> Result<[u8; 64], Failure> {
        Ok(self.0.sign(note).to_bytes())
    }
}
