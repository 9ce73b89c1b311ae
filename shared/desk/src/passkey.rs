//! Passkeys: what a browser says of one (WebAuthn Level 3), and the check of it.
//!
//! A passkey signs the hash of what its operator does, so that what was signed is this and nothing else. Only ES256 is taken, which every authenticator has.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Failure, Reason};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes of a credential's id: more than any authenticator makes, and as many as the key of a row takes.
const ID_BYTES: std::ops::RangeInclusive<usize> = 1..=255;

/// Bytes of each part of what a browser says.
const PART_BYTES: usize = 4_096;

/// The hash of the origin's host, the flags and the counter.
const HEAD_BYTES: usize = 37;

/// The credential data begins with the model of the authenticator and the length of the credential's id.
const MODEL_BYTES: usize = 16;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

/// A COSE key of ES256 as CTAP2 has it, canonical and so of one spelling: `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`.
const COSE_BEFORE_X: [u8; 10] = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
const COSE_BEFORE_Y: [u8; 3] = [0x22, 0x58, 0x20];
const COORDINATE: usize = 32;

/// The name that an authenticator gave a passkey, in base64url.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// # Errors
    /// [`Failure::Denied`] for none, and for one that is too long.
    pub fn new(bytes: &[u8]) -> Result<Self, Failure> {
        if ID_BYTES.contains(&bytes.len()) { Ok(Self(bytes.to_vec())) } else { Err(refused("its id has a wrong length")) }
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CredentialId {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        Self::new(&decode(text)?)
    }
}

impl TryFrom<String> for CredentialId {
    type Error = Failure;

    fn try_from(text: String) -> Result<Self, Failure> {
        text.parse()
    }
}

impl From<CredentialId> for String {
    fn from(id: CredentialId) -> Self {
        id.to_string()
    }
}

/// A passkey as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    pub id: CredentialId,
    /// A point of P-256, uncompressed (SEC 1).
    pub key: Vec<u8>,
    /// How often it signed, as it says; many say 0 for ever.
    pub counter: u32,
}

/// What a browser says when a passkey signed: each part in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assertion {
    pub credential_id: CredentialId,
    pub client_data_json: String,
    pub authenticator_data: String,
    /// Of ES256, in DER.
    pub signature: String,
}

/// What a browser says of a new passkey: each part in base64url. Who made the authenticator is not asked for, and not known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Registration {
    pub client_data_json: String,
    pub authenticator_data: String,
}

/// Who passkeys are for: the site of a deployment.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    origin: String,
    host_hash: [u8; 32],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

struct AuthenticatorData<'a> {
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

impl RelyingParty {
    /// The site of this origin, such as `https://app.example`.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
        let host = authority
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
            .map_or(authority, |(host, _)| host);
        Self { origin: origin.to_owned(), host_hash: Sha256::digest(host.as_bytes()).into() }
    }

    /// The passkey that is registered, which was made for this challenge.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::PasskeyRefused`].
    pub fn register(&self, registration: &Registration, challenge: &[u8; 32]) -> Result<Passkey, Failure> {
        self.client_data(&decode(&registration.client_data_json)?, "webauthn.create", challenge)?;
        let bytes = decode(&registration.authenticator_data)?;
        let data = self.authenticator_data(&bytes)?;
        if data.flags & HAS_CREDENTIAL == 0 {
            return Err(refused("it has no key"));
        }
        let (id, key) = credential(data.rest).ok_or_else(|| refused("its key is not one of ES256"))?;
        VerifyingKey::from_sec1_bytes(&key).map_err(|_| refused("its key is no point of P-256"))?;
        Ok(Passkey { id: CredentialId::new(id)?, key, counter: data.counter })
    }

    /// Checks that this passkey signed this challenge on our site, with its operator present and verified. Answers its counter as it is now.
    ///
    /// # Errors
    /// [`Failure::Denied`] with [`Reason::PasskeyRefused`].
    pub fn verify(&self, assertion: &Assertion, passkey: &Passkey, challenge: &[u8; 32]) -> Result<u32, Failure> {
        if assertion.credential_id != passkey.id {
            return Err(refused("another passkey signed"));
        }
        let client_data = decode(&assertion.client_data_json)?;
        self.client_data(&client_data, "webauthn.get", challenge)?;
        let bytes = decode(&assertion.authenticator_data)?;
        let data = self.authenticator_data(&bytes)?;
        let signed = Sha256::new().chain_update(&bytes).chain_update(Sha256::digest(&client_data)).finalize();
        let key = VerifyingKey::from_sec1_bytes(&passkey.key).map_err(|_| Failure::broken("a stored key is no point of P-256"))?;
        let signature = Signature::from_der(&decode(&assertion.signature)?).map_err(|_| refused("its signature is none"))?;
        key.verify_prehash(&signed, &signature).map_err(|_| refused("its signature is of something else, or of another key"))?;
        // A counter that stands still or goes back is that of a copy; one that never counts says 0.
        let counts = data.counter != 0 || passkey.counter != 0;
        if counts && data.counter <= passkey.counter { Err(refused("it signed more often than it says")) } else { Ok(data.counter) }
    }

    fn client_data(&self, bytes: &[u8], kind: &str, challenge: &[u8; 32]) -> Result<(), Failure> {
        let said: ClientData = serde_json::from_slice(bytes).map_err(|_| refused("what the browser says of it is not readable"))?;
        if said.r#type != kind {
            return Err(refused("it was asked for something else"));
        }
        if said.origin != self.origin || said.cross_origin || said.top_origin.is_some() {
            return Err(refused("it was used on another site"));
        }
        if said.challenge != URL_SAFE_NO_PAD.encode(challenge) {
            return Err(refused("it signed something else than what is asked for"));
        }
        Ok(())
    }

    fn authenticator_data<'a>(&self, bytes: &'a [u8]) -> Result<AuthenticatorData<'a>, Failure> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES).ok_or_else(|| refused("what it says is too short"))?;
        if head[..32] != self.host_hash {
            return Err(refused("it is for another site"));
        }
        if head[32] & PRESENT == 0 || head[32] & VERIFIED == 0 {
            return Err(refused("nobody was verified: a fingerprint, a face or a PIN is needed"));
        }
        let counter = u32::from_be_bytes([head[33], head[34], head[35], head[36]]);
        Ok(AuthenticatorData { flags: head[32], counter, rest })
    }
}

/// The id and the key of attested credential data.
fn credential(data: &[u8]) -> Option<(&[u8], Vec<u8>)> {
    let (length, rest) = data.get(MODEL_BYTES..)?.split_at_checked(2)?;
    let (id, key) = rest.split_at_checked(usize::from(u16::from_be_bytes([length[0], length[1]])))?;
    let (x, rest) = key.strip_prefix(&COSE_BEFORE_X)?.split_at_checked(COORDINATE)?;
    let y = rest.strip_prefix(&COSE_BEFORE_Y)?.get(..COORDINATE)?;
    Some((id, [&[0x04], x, y].concat()))
}

fn decode(text: &str) -> Result<Vec<u8>, Failure> {
    let sane = text.len() <= PART_BYTES;
    sane.then(|| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()).flatten().ok_or_else(|| refused("a part of it is not base64url"))
}

pub(crate) fn refused(why: &str) -> Failure {
    Failure::denied(Reason::PasskeyRefused, format!("This passkey was not accepted: {why}."))
}
