//! An authenticator with one passkey, as a browser speaks for it: what is wrong of it can be made so.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desk::{Action, Assertion, CredentialId, Registration};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest, Sha256};

/// The site of every test.
pub const ORIGIN: &str = "https://nigao.example.org";

#[derive(Clone)]
pub struct Authenticator {
    /// Its passkey, and the name that it gave it.
    pub key: SigningKey,
    pub id: Vec<u8>,
    /// Where its browser is.
    pub origin: String,
    /// The host whose passkey it says it is.
    pub host: String,
    /// Whether somebody was recognised.
    pub verified: bool,
    /// How often it signed; 0 for one that never counts.
    pub counter: u32,
    pub counts: bool,
    /// Whether its browser showed our page in one of another site.
    pub framed: bool,
}

impl Authenticator {
    /// One on the site of this origin.
    #[must_use]
    pub fn on(origin: &str, seed: u64) -> Self {
        let secret = Sha256::digest(seed.to_be_bytes());
        #[expect(clippy::expect_used, reason = "a hash is a scalar of P-256 but for one in 2^32")]
        let key = SigningKey::from_slice(&secret).expect("a scalar");
        let host = origin.split("://").last().unwrap_or_default().split(':').next().unwrap_or_default().to_owned();
        let id = Sha256::digest(secret)[..16].to_vec();
        Self { key, id, origin: origin.to_owned(), host, verified: true, counter: 0, counts: true, framed: false }
    }

    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::on(ORIGIN, seed)
    }

    #[must_use]
    pub fn credential(&self) -> CredentialId {
        #[expect(clippy::expect_used, reason = "sixteen bytes are an id")]
        CredentialId::new(&self.id).expect("an id")
    }

    /// What its browser says when it makes the passkey.
    #[must_use]
    pub fn register(&mut self, action: &Action) -> Registration {
        self.register_text(&spelled(action))
    }

    /// The same for an action in its canonical spelling.
    #[must_use]
    pub fn register_text(&mut self, action: &str) -> Registration {
        let client_data_json = self.client_data("webauthn.create", action);
        let point = self.key.verifying_key().to_encoded_point(false);
        let (x, y) = (point.x().map(|x| x.to_vec()).unwrap_or_default(), point.y().map(|y| y.to_vec()).unwrap_or_default());
        let length = u16::try_from(self.id.len()).unwrap_or_default().to_be_bytes();
        let cose = [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20], &x[..], &[0x22, 0x58, 0x20], &y[..]].concat();
        let data = [&self.data(0x40)[..], &[0; 16], &length, &self.id, &cose].concat();
        Registration { client_data_json, authenticator_data: URL_SAFE_NO_PAD.encode(data) }
    }

    /// What its browser says when it signs an action.
    #[must_use]
    pub fn sign(&mut self, action: &Action) -> Assertion {
        self.sign_text(&spelled(action))
    }

    /// The same for an action in its canonical spelling.
    #[must_use]
    pub fn sign_text(&mut self, action: &str) -> Assertion {
        if self.counts {
            self.counter += 1;
        }
        let client_data_json = self.client_data("webauthn.get", action);
        let data = self.data(0);
        let client_data = URL_SAFE_NO_PAD.decode(&client_data_json).unwrap_or_default();
        let signed = Sha256::new().chain_update(&data).chain_update(Sha256::digest(client_data)).finalize();
        #[expect(clippy::expect_used, reason = "a digest is signed")]
        let signature: Signature = self.key.sign_prehash(&signed).expect("a signature");
        Assertion {
            credential_id: self.credential(),
            client_data_json,
            authenticator_data: URL_SAFE_NO_PAD.encode(data),
            signature: URL_SAFE_NO_PAD.encode(signature.to_der().as_bytes()),
        }
    }

    fn client_data(&self, kind: &str, action: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(action.as_bytes()));
        let (origin, framed) = (&self.origin, self.framed);
        URL_SAFE_NO_PAD.encode(format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":{framed}}}"#))
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let flags = 0x01 | if self.verified { 0x04 } else { 0 } | more;
        [&Sha256::digest(self.host.as_bytes())[..], &[flags], &self.counter.to_be_bytes()].concat()
    }
}

fn spelled(action: &Action) -> String {
    action.written().map(|written| written.text).unwrap_or_default()
}
