//! Requests for a certificate.

use std::cell::RefCell;

use kernel::Failure;
use rcgen::{CertificateParams, PublicKeyData, SignatureAlgorithm, SigningKey};

use crate::keys::PublicKey;
use crate::{name, pem_of};

/// A request (PKCS#10, PEM) for the certificate of a key that is held elsewhere, such as in a key service.
///
/// `sign` signs bytes with it: by ECDSA with SHA-256 in DER for a key on P-256, by RSASSA-PKCS1-v1_5 with SHA-256 for one of RSA, as authorities expect.
/// `public_key_info` is its public key in DER.
///
/// # Errors
/// Those of `sign`, and [`Failure::Broken`] for a key of another kind.
pub async fn certificate_request(
    public_key_info: &[u8],
    (common_name, organisation): (&str, &str),
    sign: impl AsyncFnOnce(&[u8]) -> Result<Vec<u8>, Failure>,
) -> Result<String, Failure> {
    let mut wanted = CertificateParams::default();
    wanted.distinguished_name = name(common_name, organisation);
    // The writer wants its signature at once, and a key service takes a while: it writes once to say which bytes are to be signed, and once signed.
    let key = RemoteKey { public: PublicKey::parse(public_key_info).map_err(Failure::broken)?, call: RefCell::default() };
    let _unsigned = wanted.serialize_request(&key).map_err(Failure::broken)?;
    let message = key.call.take().message;
    key.call.borrow_mut().signature = sign(&message).await?;
    let request = wanted.serialize_request(&key).map_err(Failure::broken)?;
    if key.call.take().message != message {
        return Err(Failure::broken("a request of other bytes than were signed"));
    }
    Ok(pem_of("CERTIFICATE REQUEST", request.der()))
}

/// A key that notes what it is to sign, and answers with the signature it was given.
struct RemoteKey {
    public: PublicKey,
    call: RefCell<Call>,
}

#[derive(Default)]
struct Call {
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl PublicKeyData for RemoteKey {
    fn der_bytes(&self) -> &[u8] {
        self.public.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.public.algorithm()
    }
}

impl SigningKey for RemoteKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let mut call = self.call.borrow_mut();
        call.message = message.to_vec();
        Ok(call.signature.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::PrivateKey;
    use futures_util::FutureExt;

    #[test]
    fn a_request_is_signed_by_the_key_it_is_for() {
        let key = PrivateKey::new(&[9; 32]).unwrap();
        let public = key.subject_public_key_info();
        let asked = certificate_request(&public, ("Signer", "Somebody"), async |bytes| key.sign(bytes).map_err(Failure::broken));
        let request = asked.now_or_never().unwrap();
        let mut wanted = CertificateParams::default();
        wanted.distinguished_name = name("Signer", "Somebody");
        assert_eq!(request.unwrap(), pem_of("CERTIFICATE REQUEST", wanted.serialize_request(&key).unwrap().der()));
    }
}
