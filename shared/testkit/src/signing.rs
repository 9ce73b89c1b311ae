//! A signer with a chain of its own, the same in every test.
#![allow(clippy::unwrap_used, reason = "a fixture that cannot be made must stop the test")]

use std::sync::{Arc, LazyLock};

use certificates::{TestAuthority, TestKeys};
use provenance::{Anchors, LocalSigner, Signer};

pub static KEYS: LazyLock<TestKeys> = LazyLock::new(|| TestAuthority::new(&[21; 32]).unwrap().keys(&[42; 32]).unwrap());

#[must_use]
pub fn signer() -> Arc<dyn Signer> {
    Arc::new(LocalSigner::new(&KEYS.key, &KEYS.chain).unwrap())
}

/// The authority of these keys as the anchor.
#[must_use]
pub fn anchors() -> Anchors {
    Anchors::parse(&KEYS.anchor).unwrap()
}
