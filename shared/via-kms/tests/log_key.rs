//! The key of the log of receipts, in the local KMS and without it.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use aws_sdk_kms::Client;
use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use testkit::cloud;

const LOCAL: &str = "a key of the local cloud";

async fn key(spec: KeySpec) -> String {
    let made = Client::new(&cloud::config()).create_key().key_spec(spec).key_usage(KeyUsageType::SignVerify).send().await.unwrap();
    made.key_metadata.unwrap().key_id
}

/// The log of receipts is signed by KMS as it is by the local key: `Checkpoint::sign` verifies what comes back.
#[tokio::test]
async fn both_keys_of_the_log_sign_its_checkpoints() {
    let id = key(KeySpec::from("ECC_NIST_EDWARDS25519")).await;
    let of_kms = |name: &'static str| match name {
        "SIGNER" => Some("kms".to_owned()),
        "PROOFS_KEY_ID" => Some(id.clone()),
        _ => None,
    };
    let local = |name: &'static str| (name == "SIGNING_KEY").then(|| LOCAL.to_owned());
    let checkpoint = receipts::Checkpoint { origin: "nigao.example/proofs".into(), size: 7, root: receipts::Hash::of_leaf(b"leaf") };
    for read in [&of_kms as &(dyn Fn(&'static str) -> Option<String> + Sync), &local] {
        let read: &dyn Fn(&'static str) -> Option<String> = &|name| read(name);
        let chosen = via_kms::log_key(&cloud::config(), false, "nigao.example/proofs", read).await.unwrap().unwrap();
        let note = checkpoint.sign(&chosen.key, &*chosen.signer).await.unwrap();
        assert_eq!(receipts::Checkpoint::verify(&note, &chosen.key), Ok(checkpoint.clone()));
    }
    let off = |name: &'static str| (name == "SIGNER").then(|| "off".to_owned());
    assert!(via_kms::log_key(&cloud::config(), true, "nigao.example", &off).await.unwrap().is_none());
    assert!(via_kms::log_key(&cloud::config(), true, "nigao.example", &|_| None).await.is_err());
}
