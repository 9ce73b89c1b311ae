//! An authority for tests.

use p256::pkcs8::{EncodePrivateKey, LineEnding};
use provenance::UnfitKeys;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyUsagePurpose, PublicKeyData,
    SerialNumber, date_time_ymd,
};
use sha2::{Digest, Sha256};

use crate::keys::{PrivateKey, PublicKey};
use crate::{name, pem_of};

const AUTHORITY: &str = "Nigao test authority";
const SIGNER: &str = "Nigao test signer";

/// An authority that nobody trusts unless told to: for tests and the local cloud.
pub struct TestAuthority {
    issuer: Issuer<'static, PrivateKey>,
    certificate: Certificate,
}

/// A signer's key and its certificates, all PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct TestKeys {
    /// The signer's key, PKCS#8.
    pub key: String,
    /// The signer's certificate and then the authority's.
    pub chain: String,
    /// The authority's certificate, which a verifier may be told to trust.
    pub anchor: String,
}

impl TestAuthority {
    /// The authority whose private key is this number.
    ///
    /// # Errors
    /// [`UnfitKeys::Key`] for zero and for the few numbers P-256 has no key for.
    pub fn new(secret: &[u8; 32]) -> Result<Self, UnfitKeys> {
        let key = PrivateKey::new(secret)?;
        let mut wanted = params(AUTHORITY, &key);
        wanted.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        wanted.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = wanted.self_signed(&key).map_err(|_| UnfitKeys::Key)?;
        Ok(Self { issuer: Issuer::new(wanted, key), certificate })
    }

    /// Its own certificate, PEM.
    #[must_use]
    pub fn anchor(&self) -> String {
        pem_of("CERTIFICATE", self.certificate.der())
    }

    /// The chain of a signer with this public key (DER, as key services give it): its certificate, and the authority's.
    ///
    /// # Errors
    /// [`UnfitKeys::Key`] when it is neither a key on P-256 nor one of RSA.
    pub fn certify(&self, public_key_info: &[u8]) -> Result<String, UnfitKeys> {
        self.issue(&PublicKey::parse(public_key_info)?)
    }

    /// A signer whose private key is this number.
    ///
    /// # Errors
    /// As [`TestAuthority::new`].
    pub fn keys(&self, secret: &[u8; 32]) -> Result<TestKeys, UnfitKeys> {
        let key = PrivateKey::new(secret)?;
        let written = key.key.to_pkcs8_pem(LineEnding::LF).map_err(|_| UnfitKeys::Key)?;
        Ok(TestKeys { key: written.to_string(), chain: self.issue(&key)?, anchor: self.anchor() })
    }

    fn issue(&self, key: &impl PublicKeyData) -> Result<String, UnfitKeys> {
        let mut wanted = params(SIGNER, key);
        wanted.is_ca = IsCa::ExplicitNoCa;
        wanted.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
        let leaf = wanted.signed_by(key, &self.issuer).map_err(|_| UnfitKeys::Key)?;
        Ok(pem_of("CERTIFICATE", leaf.der()) + &self.anchor())
    }
}

/// What both certificates have: times that no moved clock leaves, and numbers that follow from the key (any 20 bytes identify it, RFC 7093, 2).
fn params(common_name: &str, key: &impl PublicKeyData) -> CertificateParams {
    let id = Sha256::digest(key.subject_public_key_info())[..20].to_vec();
    let mut params = CertificateParams::default();
    params.distinguished_name = name(common_name, "Nigao test");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2100, 1, 1);
    params.serial_number = Some(SerialNumber::from_slice(&id[..16]));
    params.use_authority_key_identifier_extension = true;
    params.key_identifier_method = KeyIdMethod::PreSpecified(id);
    params
}
