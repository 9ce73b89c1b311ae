//! Keys as the certificate writer takes them.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};
use provenance::UnfitKeys;
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm};

const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// A public key on P-256, or one of RSA.
pub(crate) struct PublicKey {
    bits: Vec<u8>,
    algorithm: &'static SignatureAlgorithm,
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` in DER, as key services give it.
    pub(crate) fn parse(info: &[u8]) -> Result<Self, UnfitKeys> {
        let info = SubjectPublicKeyInfoRef::try_from(info).map_err(|_| UnfitKeys::Key)?;
        let algorithm = match info.algorithm.oid {
            EC => &PKCS_ECDSA_P256_SHA256,
            RSA => &PKCS_RSA_SHA256,
            _ => return Err(UnfitKeys::Key),
        };
        Ok(Self { bits: info.subject_public_key.raw_bytes().to_vec(), algorithm })
    }
}

impl PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bits
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

/// A private key on P-256 that is held here. The same bytes get the same signature (RFC 6979), so that a certificate can be made again.
pub(crate) struct PrivateKey {
    pub(crate) key: SigningKey,
    point: Vec<u8>,
}

impl PrivateKey {
    /// The key that is this number; there is none for zero and for the few numbers beyond the curve's order.
    pub(crate) fn new(secret: &[u8; 32]) -> Result<Self, UnfitKeys> {
        let key = SigningKey::from_slice(secret).map_err(|_| UnfitKeys::Key)?;
        let point = key.verifying_key().to_encoded_point(false).as_bytes().to_vec();
        Ok(Self { key, point })
    }
}

impl PublicKeyData for PrivateKey {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for PrivateKey {
    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature: DerSignature = self.key.try_sign(bytes).map_err(|_| rcgen::Error::RemoteKeyError)?;
        Ok(signature.as_bytes().to_vec())
    }
}
