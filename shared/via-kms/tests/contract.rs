//! Keys of the local KMS pass the contract suite of signers; and the meaning of KMS's errors.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use aws_sdk_kms::Client;
use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use certificates::{TestAuthority, certificate_request};
use kernel::Failure;
use provenance::{Algorithm, Chain, Signer};
use testkit::cloud;
use testkit::contract;
use testkit::signing::KEYS;
use testkit::stub::{Reply, Stub};
use via_kms::{KmsSigner, public_key_of};

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
