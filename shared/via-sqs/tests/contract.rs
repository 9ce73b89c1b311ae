//! The messages between steps, and the meaning of SQS's errors.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use kernel::message::{Depth, GenerationStep, Queue};
use kernel::{Failure, FixedClock, GenerationId, SeededRandomness};
use std::time::Duration;
use testkit::stub::{Reply, Stub};
use testkit::{builders, cloud};
use via_sqs::SqsQueue;

fn ids() -> GenerationStep {
    let (clock, randomness) = (FixedClock::at(builders::midnight()), SeededRandomness::new(3));
    let owner_id = builders::caller(&clock, &randomness).owner();
    GenerationStep { owner_id, generation_id: GenerationId::new(&clock, &randomness), revival: Some(1) }
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
    assert_eq!(kernel::message::read::<GenerationStep>(text).unwrap(), ids());
    let body: serde_json::Value = serde_json::from_str(text).unwrap();
    let GenerationStep { owner_id, generation_id, .. } = ids();
    assert_eq!(body, serde_json::json!({ "version": 2, "owner_id": owner_id, "generation_id": generation_id, "revival": 1 }));
    let names = body.as_object().unwrap().keys().map(String::as_str);
    assert_eq!(policy::undeclared(policy::Class::QueueMessage, names), Vec::<String>::new());
}

/// A queue is fair between owners by the groups of their messages, and a group does not say whose it is.
#[tokio::test]
async fn an_owners_messages_are_one_group_under_a_pseudonym() {
    let client = aws_sdk_sqs::Client::new(&cloud::config());
    let url = client.create_queue().queue_name("steps-fair").send().await.unwrap().queue_url.unwrap();
    let queue = SqsQueue::new(&cloud::config(), url.clone());
    let randomness = SeededRandomness::new(9);
    let other = GenerationStep { owner_id: builders::caller(&FixedClock::at(builders::midnight()), &randomness).owner(), ..ids() };
    for step in [ids(), ids(), other] {
        queue.send(&step, Duration::ZERO).await.unwrap();
    }
    let received = client.receive_message().queue_url(&url).max_number_of_messages(10);
    let received = received.message_system_attribute_names(MessageSystemAttributeName::MessageGroupId).send().await.unwrap();
    let group = |message: &Message| message.attributes().unwrap()[&MessageSystemAttributeName::MessageGroupId].clone();
    let groups: Vec<String> = received.messages().iter().map(group).collect();
    assert!(groups[0] == groups[1] && groups[0] != groups[2], "{groups:?}");
    assert!(groups.iter().all(|group| group.len() == 64 && !group.contains(&ids().owner_id.to_string())), "{groups:?}");
}

#[tokio::test]
async fn what_waits_and_what_is_delayed_is_counted_and_what_is_in_work_is_not() {
    let client = aws_sdk_sqs::Client::new(&cloud::config());
    let url = client.create_queue().queue_name("steps-depth").send().await.unwrap().queue_url.unwrap();
    let queue = SqsQueue::new(&cloud::config(), url.clone());
    assert_eq!(queue.depth().await.unwrap(), 0);
    for seconds in [0, 0, 30] {
        queue.send(&ids(), Duration::from_secs(seconds)).await.unwrap();
    }
    assert_eq!(queue.depth().await.unwrap(), 3);
    client.receive_message().queue_url(&url).max_number_of_messages(1).send().await.unwrap();
    assert_eq!(queue.depth().await.unwrap(), 2);
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
        assert!(matches!(queue.depth().await, Err(Failure::Busy { .. })), "{reply:?}");
    }
}
