//! The messages between steps, and the meaning of SQS's errors.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use kernel::message::{GenerationIds, Queue};
use kernel::{Failure, FixedClock, GenerationId, SeededRandomness};
use std::time::Duration;
use testkit::stub::{Reply, Stub};
use testkit::{builders, cloud};
use via_sqs::SqsQueue;

fn ids() -> GenerationIds {
    let (clock, randomness) = (FixedClock::at(builders::midnight()), SeededRandomness::new(3));
    GenerationIds { owner_id: builders::caller(&clock, &randomness).owner(), generation_id: GenerationId::new(&clock, &randomness) }
}

/// A message holds a version and ids, and no field that the inventory does not declare.
#[tokio::test]
async fn a_message_holds_its_content_and_a_version() {
    let client = aws_sdk_sqs::Client::new(&cloud::config());
    let url = client.create_queue().queue_name("steps-one").send().await.unwrap().queue_url.unwrap();
    SqsQueue::new(&cloud::config(), url.clone()).send(&ids(), Duration::ZERO).await.unwrap();
    let received = client.receive_message().queue_url(&url).send().await.unwrap();
    assert_eq!(received.messages().len(), 1);
    let text = received.messages()[0].body().unwrap();
    assert_eq!(kernel::message::read::<GenerationIds>(text).unwrap(), ids());
    let body: serde_json::Value = serde_json::from_str(text).unwrap();
    let GenerationIds { owner_id, generation_id } = ids();
    assert_eq!(body, serde_json::json!({ "version": 1, "owner_id": owner_id, "generation_id": generation_id }));
    let names = body.as_object().unwrap().keys().map(String::as_str);
    assert_eq!(policy::undeclared(policy::Class::QueueMessage, names), Vec::<String>::new());
}

#[tokio::test]
async fn a_message_for_later_comes_later() {
    let client = aws_sdk_sqs::Client::new(&cloud::config());
    let url = client.create_queue().queue_name("steps-later").send().await.unwrap().queue_url.unwrap();
    let queue = SqsQueue::new(&cloud::config(), url.clone());
    for seconds in [30, 10_000] {
        queue.send(&ids(), Duration::from_secs(seconds)).await.unwrap();
    }
    assert!(client.receive_message().queue_url(&url).send().await.unwrap().messages().is_empty(), "not yet");
    queue.send(&ids(), Duration::ZERO).await.unwrap();
    assert_eq!(client.receive_message().queue_url(&url).send().await.unwrap().messages().len(), 1);
}

#[tokio::test]
async fn whatever_fails_is_busy() {
    for reply in [
        Reply::json_error(500, "InternalError"),
        Reply::json_error(400, "RequestThrottled"),
        Reply::json_error(400, "com.amazonaws.sqs#QueueDoesNotExist"),
        Reply::cut(),
    ] {
        let stub = Stub::new(reply.clone());
        let queue = SqsQueue::new(&stub.config(), "http://stub.invalid/1/queue".to_owned());
        assert!(matches!(queue.send(&ids(), Duration::ZERO).await, Err(Failure::Busy { .. })), "{reply:?}");
    }
}
