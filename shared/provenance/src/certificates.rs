//! Certificates for signers: requests for a real authority, and a test authority of one's own.
//!
//! What a signer's certificate must be is said in the C2PA specification (2.2, 14.5.1): version 3, no authority itself, `digitalSignature` alone and
//! critical, the purpose `emailProtection` (or one of the trust list), both key identifiers, and an organisation, which is who readers are shown.

use kernel::Failure;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use sha2::{Digest, Sha256};

use crate::der::{bits, explicit, integer, octets, sequence, set, tagged, time, truth, utf8};
use crate::{Algorithm, UnfitKeys};

/// From when to when a test certificate holds: no moved clock leaves it
const VALIDITY: [&str; 2] = ["20200101000000Z", "20991231235959Z"];

/// Object identifiers, encoded
mod oid {
    pub(super) const COMMON_NAME: &[u8] = &[0x06, 3, 0x55, 4, 3];
    pub(super) const ORGANISATION: &[u8] = &[0x06, 3, 0x55, 4, 10];
    pub(super) const SUBJECT_KEY: &[u8] = &[0x06, 3, 0x55, 29, 14];
    pub(super) const KEY_USAGE: &[u8] = &[0x06, 3, 0x55, 29, 15];
    pub(super) const BASIC_CONSTRAINTS: &[u8] = &[0x06, 3, 0x55, 29, 19];
    pub(super) const AUTHORITY_KEY: &[u8] = &[0x06, 3, 0x55, 29, 35];
    pub(super) const PURPOSES: &[u8] = &[0x06, 3, 0x55, 29, 37];
    pub(super) const EMAIL_PROTECTION: &[u8] = &[0x06, 8, 0x2b, 6, 1, 5, 5, 7, 3, 4];
    pub(super) const ECDSA_SHA256: &[u8] = &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    pub(super) const RSA_SHA256: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
}

/// An authority nobody trusts who was not told to: for tests and the local cloud
pub struct TestAuthority {
    key: SigningKey,
    certificate: Vec<u8>,
}

/// A signer's key with what vouches for it, all PEM
#[derive(Clone, PartialEq, Eq)]
pub struct TestKeys {
    /// The signer's key, PKCS#8
    pub key: String,
    /// The signer's certificate and then the authority's
    pub chain: String,
    /// The authority's certificate, which a verifier may be told to trust
    pub anchor: String,
}

impl TestAuthority {
    /// The authority whose private key is this number.
    ///
    /// # Errors
    /// [`UnfitKeys::Key`] for zero and for the few numbers P-256 has no key for.
    pub fn new(secret: &[u8; 32]) -> Result<Self, UnfitKeys> {
        let key = SigningKey::from_slice(secret).map_err(|_| UnfitKeys::Key)?;
        let public = public_key(&key)?;
        let name = name("Nigao test authority", "Nigao test");
        let usages = extension(oid::KEY_USAGE, true, &tagged(0x03, &[1, 0x06])); // certificates and revocation lists
        let authority = extension(oid::BASIC_CONSTRAINTS, true, &sequence(&[&truth(), &integer(&[0])]));
        let certificate = issued(&key, &name, &name, &public, &[&authority, &usages, &subject_key(&public), &authority_key(&public)]);
        Ok(Self { key, certificate })
    }

    /// Its own certificate, PEM
    #[must_use]
    pub fn anchor(&self) -> String {
        pem_of("CERTIFICATE", &self.certificate)
    }

    /// The chain of a signer with this public key (DER, as key services give it): its certificate, and the authority's.
    ///
    /// # Errors
    /// [`UnfitKeys::Key`] when the authority's own key cannot be written.
    pub fn certify(&self, public_key_info: &[u8]) -> Result<String, UnfitKeys> {
        let issuer = name("Nigao test authority", "Nigao test");
        let subject = name("Nigao test signer", "Nigao test");
        let none = extension(oid::BASIC_CONSTRAINTS, true, &sequence(&[]));
        let usages = extension(oid::KEY_USAGE, true, &tagged(0x03, &[7, 0x80])); // digitalSignature
        let purposes = extension(oid::PURPOSES, false, &sequence(&[oid::EMAIL_PROTECTION]));
        let own = public_key(&self.key)?;
        let extensions: [&[u8]; 5] = [&none, &usages, &purposes, &subject_key(public_key_info), &authority_key(&own)];
        let leaf = issued(&self.key, &issuer, &subject, public_key_info, &extensions);
        Ok(pem_of("CERTIFICATE", &leaf) + &self.anchor())
    }

    /// A signer whose private key is this number.
    ///
    /// # Errors
    /// As [`TestAuthority::new`].
    pub fn keys(&self, secret: &[u8; 32]) -> Result<TestKeys, UnfitKeys> {
        let key = SigningKey::from_slice(secret).map_err(|_| UnfitKeys::Key)?;
        let written = p256::SecretKey::from(&key).to_pkcs8_pem(LineEnding::LF).map_err(|_| UnfitKeys::Key)?;
        Ok(TestKeys { key: written.to_string(), chain: self.certify(&public_key(&key)?)?, anchor: self.anchor() })
    }
}

/// A request (PKCS#10, PEM) for the certificate of a key somebody else holds: `sign` signs with it, by ECDSA with SHA-256 in DER for
/// [`Algorithm::Es256`], by RSASSA-PKCS1-v1_5 with SHA-256 for the keys of [`Algorithm::Ps256`], as authorities expect.
///
/// # Errors
/// Those of `sign`.
pub async fn certificate_request(
    public_key_info: &[u8],
    algorithm: Algorithm,
    (common_name, organisation): (&str, &str),
    sign: impl AsyncFnOnce(&[u8]) -> Result<Vec<u8>, Failure>,
) -> Result<String, Failure> {
    let wanted = sequence(&[&integer(&[0]), &name(common_name, organisation), public_key_info, &explicit(0, &[])]);
    let signature = sign(&wanted).await?;
    Ok(pem_of("CERTIFICATE REQUEST", &sequence(&[&wanted, &signature_algorithm(algorithm), &bits(&signature)])))
}

fn signature_algorithm(algorithm: Algorithm) -> Vec<u8> {
    match algorithm {
        Algorithm::Es256 => sequence(&[oid::ECDSA_SHA256]),
        Algorithm::Ps256 => sequence(&[oid::RSA_SHA256, &[0x05, 0]]),
    }
}

fn issued(key: &SigningKey, issuer: &[u8], subject: &[u8], public_key_info: &[u8], extensions: &[&[u8]]) -> Vec<u8> {
    let algorithm = signature_algorithm(Algorithm::Es256);
    let serial = integer(&Sha256::digest([issuer, subject, public_key_info].concat())[..16]);
    let validity = sequence(&[&time(VALIDITY[0]), &time(VALIDITY[1])]);
    let version = explicit(0, &integer(&[2]));
    let extensions = explicit(3, &sequence(extensions));
    let body = sequence(&[&version, &serial, &algorithm, issuer, &validity, subject, public_key_info, &extensions]);
    let signature: DerSignature = key.sign(&body);
    sequence(&[&body, &algorithm, &bits(signature.as_bytes())])
}

fn name(common_name: &str, organisation: &str) -> Vec<u8> {
    let part = |kind: &[u8], text: &str| set(&sequence(&[kind, &utf8(text)]));
    sequence(&[&part(oid::ORGANISATION, organisation), &part(oid::COMMON_NAME, common_name)])
}

fn extension(kind: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { truth() } else { Vec::new() };
    sequence(&[kind, &critical, &octets(value)])
}

fn subject_key(public_key_info: &[u8]) -> Vec<u8> {
    extension(oid::SUBJECT_KEY, false, &octets(&key_id(public_key_info)))
}

fn authority_key(public_key_info: &[u8]) -> Vec<u8> {
    extension(oid::AUTHORITY_KEY, false, &sequence(&[&tagged(0x80, &key_id(public_key_info))]))
}

/// Any 20 bytes that differ from key to key (RFC 7093, 2)
fn key_id(public_key_info: &[u8]) -> Vec<u8> {
    Sha256::digest(public_key_info)[..20].to_vec()
}

fn public_key(key: &SigningKey) -> Result<Vec<u8>, UnfitKeys> {
    let written = key.verifying_key().to_public_key_der().map_err(|_| UnfitKeys::Key)?;
    Ok(written.as_bytes().to_vec())
}

fn pem_of(tag: &str, der: &[u8]) -> String {
    pem::encode_config(&pem::Pem::new(tag, der), pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF))
}
