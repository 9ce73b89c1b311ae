//! Signing pictures, through KMS: the key never leaves it.

mod chosen;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::config::Builder;
use aws_sdk_kms::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use aws_types::SdkConfig;
use kernel::Failure;
use p256::ecdsa::Signature;
use provenance::{Algorithm, Chain, Signer};
use sha2::{Digest, Sha256};
use via_kms::failure;

pub use chosen::{NoSigner, signer};

/// Times that a signature is asked for, the first included.
const TRIES: u32 = 8;

/// The longest wait between two of them.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Signs with an asymmetric key of KMS. Throttling is waited out.
///
/// The price depends on the kind of key (list prices of 2026-11-21, per 10,000 signatures): 0.15 USD with `ECC_NIST_P256` ([`Algorithm::Es256`]),
/// 0.03 USD with `RSA_2048` ([`Algorithm::Ps256`]), whose credentials are larger. A drawing without stickers takes 33 signatures, one with every sticker 43.
pub struct KmsSigner {
    client: Client,
    key: String,
    algorithm: Algorithm,
    chain: Chain,
}

impl KmsSigner {
    /// The name in the configuration
    pub const NAME: &'static str = "kms";

    /// Signs with the key of this id or ARN; the signer's name is in `chain`. A repeated call is harmless: the SDK may retry.
    #[must_use]
    pub fn new(config: &SdkConfig, key: String, algorithm: Algorithm, chain: Chain) -> Self {
        let config = Builder::from(config).retry_config(patient(config)).retry_partition(own_retries()).build();
        Self { client: Client::from_conf(config), key, algorithm, chain }
    }

    /// Signs `bytes`, in KMS's form of the signature.
    async fn signed(&self, bytes: &[u8], how: SigningAlgorithmSpec) -> Result<Vec<u8>, Failure> {
        // The digest and not the message: KMS accepts 4,096 bytes at most, and a claim with its certificates may have more.
        let digest = Blob::new(Sha256::digest(bytes).to_vec());
        let call = self.client.sign().key_id(&self.key).message_type(MessageType::Digest).message(digest).signing_algorithm(how);
        let signed = call.send().await.map_err(|error| failure(&error))?;
        signed.signature.map(Blob::into_inner).ok_or_else(|| Failure::broken("kms gave no signature"))
    }

    /// Signs the bytes of a request for this key's certificate (PKCS#10) as authorities expect it: in DER, and by PKCS#1 v1.5 with a key of RSA,
    /// which signs by PSS as well.
    ///
    /// # Errors
    /// Those of KMS.
    pub async fn sign_request(&self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let how = match self.algorithm {
            Algorithm::Es256 => SigningAlgorithmSpec::EcdsaSha256,
            Algorithm::Ps256 => SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
        };
        self.signed(bytes, how).await
    }
}

/// The retries of a signature. KMS throttles a whole account by the second, and a repetition of the caller's work costs more than a wait: the SDK waits
/// for a random time of up to 1, 2, 4 and then 5 seconds, 27 in all at the most. A configuration that wants no retries gets none.
fn patient(config: &SdkConfig) -> RetryConfig {
    let retries = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    if retries.max_attempts() > 1 { retries.with_max_attempts(TRIES).with_max_backoff(LONGEST_WAIT) } else { retries }
}

/// Without a quota: the SDK's own, shared with every other client, is used up after a hundred retries, and a process that met with throttling once
/// would not wait again.
fn own_retries() -> RetryPartition {
    RetryPartition::custom("signatures").token_bucket(TokenBucket::unlimited()).build()
}

#[async_trait]
impl Signer for KmsSigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn chain(&self) -> &Chain {
        &self.chain
    }

    async fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        match self.algorithm {
            Algorithm::Es256 => {
                let der = self.signed(bytes, SigningAlgorithmSpec::EcdsaSha256).await?;
                // KMS returns DER; COSE has `r` and `s` side by side (RFC 9053, 2.1).
                let signature = Signature::from_der(&der).map_err(Failure::broken)?;
                Ok(signature.to_bytes().to_vec())
            }
            Algorithm::Ps256 => self.signed(bytes, SigningAlgorithmSpec::RsassaPssSha256).await,
        }
    }
}
