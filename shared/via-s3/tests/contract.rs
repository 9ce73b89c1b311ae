//! The adapters pass the contract suites of their ports on the local endpoints; and the meaning of S3's errors.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::{Failure, FixedClock, GenerationId, SeededRandomness};
use policy::deletion::Objects;
use studio::{Pictures, Selfies, UploadForms, object_keys};
use testkit::cloud::config_of;
use testkit::contract::{self, pictures::Shelves};
use testkit::stub::{Reply, Stub};
use testkit::{builders, cloud};
use via_s3::*;

fn bucket_name() -> String {
    let buckets = cloud::cloud().buckets();
    (*buckets.values().next().unwrap_or_else(|| panic!("template.yaml has no bucket"))).to_owned()
}

fn shelves(bucket: &Bucket) -> Shelves {
    Shelves {
        selfies: Box::new(S3Selfies::new(bucket.clone())),
        quarantine: Box::new(S3Quarantine::new(bucket.clone())),
        pictures: Box::new(S3Pictures::new(bucket.clone())),
        arrivals: Box::new(S3Arrivals::new(bucket.clone())),
        links: Box::new(S3Links::new(bucket.clone())),
        objects: Box::new(bucket.clone()),
    }
}

#[tokio::test]
async fn selfies_pictures_and_links() {
    let shelves = shelves(&Bucket::new(&cloud::config(), bucket_name()));
    let client = aws_sdk_s3::Client::new(&cloud::config());
    let receive = async |owner, upload, bytes: Vec<u8>| {
        let key = object_keys::original(owner, upload);
        client.put_object().bucket(bucket_name()).key(key).body(bytes.into()).send().await.unwrap();
    };
    contract::pictures::selfies(&shelves, receive).await;
    contract::pictures::pictures(&shelves).await;
    contract::pictures::links(&shelves).await;
}

#[tokio::test]
async fn an_54_volumes_of_exports() {
    let exports = S3Exports::new(Bucket::new(&cloud::config(), bucket_name()));
    contract::exports::volumes(&contract::Stores::fake(78), &exports, &exports).await;
}

#[tokio::test]
async fn more_objects_than_one_call_lists_are_all_removed() {
    let bucket = Bucket::new(&cloud::config(), bucket_name());
    let pictures = S3Pictures::new(bucket.clone());
    let (clock, randomness) = (FixedClock::at(builders::midnight()), SeededRandomness::new(77));
    let (caller, id) = (builders::caller(&clock, &randomness), GenerationId::new(&clock, &randomness));
    for index in 0..1_005 {
        pictures.put(caller.owner(), id, &format!("1/{index}.png"), "image/png", vec![1]).await.unwrap();
    }
    assert_eq!(bucket.remove_prefix(&object_keys::generation(caller.owner(), id)).await.unwrap(), 1_005);
}

/// The form admits one key, one type and one size, until it closes; a role's token is among its conditions.
#[tokio::test]
async fn an_upload_form_admits_exactly_one_object() {
    let (clock, randomness) = (FixedClock::at(builders::midnight()), SeededRandomness::new(1));
    let upload = builders::upload(builders::caller(&clock, &randomness), &clock, &randomness);
    let form = S3Forms::new(&config_of("http://127.0.0.1:1"), "pictures".into()).unwrap().form(&upload).await.unwrap();
    assert_eq!(form.url, "http://127.0.0.1:1/pictures");
    assert_eq!(form.fields["key"], object_keys::original(upload.owner, upload.id));
    let policy: serde_json::Value = serde_json::from_slice(&STANDARD.decode(&form.fields["policy"]).unwrap()).unwrap();
    let conditions = policy["conditions"].as_array().unwrap();
    assert!(conditions.contains(&serde_json::json!(["content-length-range", 1_234, 1_234])));
    assert!(conditions.contains(&serde_json::json!({ "bucket": "pictures" })));
    for (name, value) in form.fields.iter().filter(|(name, _)| !["policy", "x-amz-signature"].contains(&name.as_str())) {
        assert!(conditions.contains(&serde_json::json!({ name.as_str(): value })), "{name} is no condition");
    }
    assert_eq!(form.fields["x-amz-security-token"], "local-session-token");
    assert_eq!(form.fields["Content-Type"], "image/jpeg");
    assert_eq!(conditions.len(), form.fields.len());
}

/// A read, a write and a removal against a service with this answer.
async fn outcomes(reply: Reply) -> (Stub, [Result<(), Failure>; 3]) {
    let stub = Stub::new(reply);
    let bucket = Bucket::new(&stub.config(), "pictures".into());
    let (clock, randomness) = (FixedClock::at(builders::midnight()), SeededRandomness::new(2));
    let upload = builders::upload(builders::caller(&clock, &randomness), &clock, &randomness);
    let (account, id, selfies) = (upload.owner, upload.id, S3Selfies::new(bucket));
    let read = selfies.original(account, id).await.map(drop);
    let written = selfies.keep_normalised(account, id, vec![1; 100]).await.map(drop);
    let removed = selfies.remove(account, id).await;
    (stub, [read, written, removed])
}

#[tokio::test]
async fn a_slow_down_is_busy_after_the_sdk_tried_again() {
    for (status, code) in [(503, "SlowDown"), (500, "InternalError"), (503, "ServiceUnavailable")] {
        let (stub, outcomes) = outcomes(Reply::s3_error(status, code)).await;
        for outcome in outcomes {
            assert!(matches!(outcome, Err(Failure::Busy { .. })), "{code}: {outcome:?}");
        }
        assert!(stub.requests() > 3, "{code}: tried {} times", stub.requests());
    }
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_busy() {
    for outcome in outcomes(Reply::cut()).await.1 {
        assert!(matches!(outcome, Err(Failure::Busy { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn an_error_without_a_body_is_busy_when_it_is_the_services() {
    for outcome in outcomes(Reply { status: 503, content_type: "text/html", body: String::new() }).await.1 {
        assert!(matches!(outcome, Err(Failure::Busy { .. })), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_missing_key_is_none_and_a_refusal_is_broken() {
    let (_stub, [read, ..]) = outcomes(Reply::s3_error(404, "NoSuchKey")).await;
    assert!(read.is_ok());
    let (_stub, outcomes) = outcomes(Reply::s3_error(404, "NoSuchBucket")).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Failure::Broken(_)))), "{outcomes:?}");
}

#[tokio::test]
async fn what_is_denied_is_broken_and_never_taken_for_absent() {
    let (_stub, outcomes) = outcomes(Reply::s3_error(403, "AccessDenied")).await;
    assert!(matches!(outcomes, [Err(Failure::Broken(_)), Err(Failure::Broken(_)), Err(Failure::Broken(_))]), "{outcomes:?}");
}

#[tokio::test]
async fn a_conditional_write_beside_another_is_busy() {
    let (_stub, [_, written, _]) = outcomes(Reply::s3_error(409, "ConditionalRequestConflict")).await;
    assert!(matches!(written, Err(Failure::Busy { .. })), "{written:?}");
}
