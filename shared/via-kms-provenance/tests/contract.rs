//! Keys of the local KMS pass the contract suite of signers; and the meaning of KMS's errors.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use certificates::{TestAuthority, certificate_request};
use kernel::Failure;
use provenance::{Algorithm, Chain, Signer};
use testkit::cloud;
use testkit::contract;
use testkit::signing::KEYS;
use testkit::stub::{Reply, Stub};
use via_kms::public_key_of;
use via_kms_provenance::KmsSigner;

async fn key(spec: KeySpec) -> String {
    let made = Client::new(&cloud::config()).create_key().key_spec(spec).key_usage(KeyUsageType::SignVerify).send().await.unwrap();
    made.key_metadata.unwrap().key_id
}

#[tokio::test]
async fn keys_of_both_kinds_keep_the_contract() {
    let authority = TestAuthority::new(&[5; 32]).unwrap();
    for (spec, algorithm) in [(KeySpec::EccNistP256, Algorithm::Es256), (KeySpec::Rsa2048, Algorithm::Ps256)] {
        let key = key(spec).await;
        let public = public_key_of(&cloud::config(), &key).await.unwrap();
        let chain = authority.certify(&public).unwrap();
        let signer = KmsSigner::new(&cloud::config(), key, algorithm, Chain::parse(&chain).unwrap());
        contract::signers::signs(&signer).await;
        contract::signers::signs_pictures(&signer, &authority.anchor()).await;
        let request = certificate_request(&public, ("Nigao", "Somebody"), async |bytes| signer.sign_request(bytes).await).await.unwrap();
        assert!(request.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"), "{request}");
    }
}

async fn outcome(reply: Reply) -> Result<Vec<u8>, Failure> {
    let stub = Stub::new(reply);
    KmsSigner::new(&stub.config(), "key".into(), Algorithm::Es256, Chain::parse(&KEYS.chain).unwrap()).sign(b"bytes").await
}

#[tokio::test]
async fn a_busy_kms_is_asked_again_and_a_refusal_is_a_fault() {
    assert!(matches!(outcome(Reply::json_error(400, "ThrottlingException")).await, Err(Failure::Busy { .. })));
    assert!(matches!(outcome(Reply::json_error(500, "KMSInternalException")).await, Err(Failure::Busy { .. })));
    assert!(matches!(outcome(Reply::cut()).await, Err(Failure::Busy { .. })));
    for kind in ["AccessDeniedException", "NotFoundException", "DisabledException"] {
        assert!(matches!(outcome(Reply::json_error(400, kind)).await, Err(Failure::Broken(_))), "{kind}");
    }
}

/// Waiting is cheaper than finishing a generation again.
#[tokio::test]
async fn throttling_is_waited_out_in_process() {
    let throttled = || Reply::json_error(400, "ThrottlingException");
    let signature = p256::ecdsa::Signature::from_scalars([7; 32], [9; 32]).unwrap();
    let body = format!(r#"{{"KeyId":"key","Signature":"{}"}}"#, STANDARD.encode(signature.to_der()));
    let signer = |stub: &Stub| KmsSigner::new(&stub.config(), "key".into(), Algorithm::Es256, Chain::parse(&KEYS.chain).unwrap());
    let healthy = Reply { status: 200, content_type: "application/x-amz-json-1.1", body };
    let relenting = signer(&Stub::new(healthy).after(7, throttled()));
    assert_eq!(relenting.sign(b"bytes").await.unwrap(), signature.to_bytes().to_vec());
    // However often it was throttled before.
    let stub = Stub::new(throttled());
    let never = signer(&stub);
    for turn in 1..=20 {
        assert!(matches!(never.sign(b"bytes").await, Err(Failure::Busy { .. })));
        assert_eq!(stub.requests(), 8 * turn);
    }
    let once = stub.config().into_builder().retry_config(RetryConfig::standard().with_max_attempts(1)).build();
    let hasty = KmsSigner::new(&once, "key".into(), Algorithm::Es256, Chain::parse(&KEYS.chain).unwrap());
    assert!(matches!(hasty.sign(b"bytes").await, Err(Failure::Busy { .. })));
    assert_eq!(stub.requests(), 161);
}
